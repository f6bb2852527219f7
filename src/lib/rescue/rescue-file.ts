// The bundle as a file of this device: its name, keeping it, sharing it, reading one back.
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { Rescue } from './make-rescue.ts';

const TYPE = 'application/octet-stream';

/** streekbalie-redding-inkom-1-2026-11-23.streekbalie; one that follows another says from which scan on. */
export function rescueFileName({ name, madeAt }: Rescue['head'], from: number): string {
  const device = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `streekbalie-redding-${device || 'toestel'}-${civilDayOf(madeAt)}${from > 1 ? `-vanaf-${from}` : ''}.streekbalie`;
}

export function toFile({ head, bytes }: Rescue, from: number): File {
  return new File([bytes], rescueFileName(head, from), { type: TYPE });
}

export const canShare = (file: File): boolean => navigator.canShare?.({ files: [file] }) ?? false;

/** False when the person closed the list of apps. */
export async function shareFile(file: File): Promise<boolean> {
  try {
    await navigator.share({ files: [file] });
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return false;
    throw error;
  }
}

/** What is larger is no bundle: a little of it is enough to say so. */
export async function readFile(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(0, limits.rescueBytesMax + 1).arrayBuffer());
}
