import { PassholderCopy } from '#domain/passholder-api.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { api } from '../../../api.ts';
import { m } from '../../../paraglide/messages.js';
import { Resource } from '../../resource.svelte.ts';

/** Each reading is written down: once for a screen. */
export class OpenCopy extends Resource<PassholderCopy> {
  read(passholderId: string): void {
    const path = `/api/passholders/${encodeURIComponent(passholderId)}/copy`;
    void this.load((signal) => api.post(path, {}, PassholderCopy, { signal, timeoutMs: 60_000 }));
  }
}

/** For another system to read; without a name in the name of the file. */
export const copyFile = (copy: PassholderCopy): File =>
  new File([JSON.stringify(copy, null, 2)], `${m.copy_file_name()}-${civilDayOf(copy.madeAt)}.json`, {
    type: 'application/json',
  });
