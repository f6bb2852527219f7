// A rescue bundle as QR codes that one screen shows and another camera reads: in any order, seen twice or missed and shown
// again. Each code says of which bundle it is, which one of how many; the whole is believed only when its mark fits.
// The text is made of the 45 characters that a QR code packs tightest (RFC 9285), never a form of a card number.
import { concatBytes, type Sha256 } from '../kernel/bytes.ts';

const MAGIC = 'SBR1';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const MARK_BYTES = 4;
/**
 * What one code holds: 69 by 69 modules. Tried with the phone's own decoder on blurred, noisy, turned pictures of 720 lines:
 * up to 500 bytes every code is read when it fills a third of the picture, 700 bytes no longer (docs/adr/012).
 */
export const FRAME_BYTES = 360;
/** More codes than this take minutes: the screen advises a file. */
export const FRAMES_EASY = 150;
const FRAMES_MAX = 9_999;

export type RescueFrame = {
  readonly mark: string;
  /** From 1. */
  readonly index: number;
  readonly total: number;
  readonly bytes: Uint8Array;
};

/** Empty for what is too much for codes. */
export function frameTexts(sha256: Sha256, bytes: Uint8Array, frameBytes = FRAME_BYTES): string[] {
  const total = Math.ceil(bytes.length / frameBytes);
  if (total > FRAMES_MAX) return [];
  const mark = markOf(sha256, bytes);
  return Array.from({ length: total }, (_, i) => {
    const part = bytes.subarray(i * frameBytes, (i + 1) * frameBytes);
    // A slash at both ends: what trims a text takes no space of ours.
    return `${MAGIC}/${mark}/${i + 1}/${total}/${toBase45(part)}/`;
  });
}

export function readFrame(text: string): RescueFrame | undefined {
  const found = /^SBR1\/([0-9A-F]{8})\/(\d{1,4})\/(\d{1,4})\/(.*)\/$/s.exec(text);
  const [, mark = '', index = '', total = '', data = ''] = found ?? [];
  const bytes = found ? fromBase45(data) : undefined;
  const frame = { mark, index: Number(index), total: Number(total) };
  if (!bytes || bytes.length === 0 || frame.index < 1 || frame.index > frame.total) return undefined;
  return { ...frame, bytes };
}

/** The bundle, when all its codes are there and nothing else is. */
export function joinFrames(sha256: Sha256, frames: ReadonlyMap<number, RescueFrame>): Uint8Array | undefined {
  const [first] = frames.values();
  if (!first || frames.size !== first.total) return undefined;
  const parts = Array.from({ length: first.total }, (_, i) => frames.get(i + 1)?.bytes ?? new Uint8Array());
  const bytes = concatBytes(...parts);
  return markOf(sha256, bytes) === first.mark ? bytes : undefined;
}

const markOf = (sha256: Sha256, bytes: Uint8Array): string =>
  [...sha256(bytes).subarray(0, MARK_BYTES)]
    .map((byte) => byte.toString(16).padStart(2, '0').toUpperCase())
    .join('');

function toBase45(bytes: Uint8Array): string {
  let text = '';
  const put = (value: number, digits: number): void => {
    for (let rest = value, i = 0; i < digits; i++, rest = Math.floor(rest / 45))
      text += ALPHABET.charAt(rest % 45);
  };
  for (let i = 0; i < bytes.length; i += 2) {
    const [high = 0, low] = [bytes[i], bytes[i + 1]];
    if (low === undefined) put(high, 2);
    else put(high * 256 + low, 3);
  }
  return text;
}

function fromBase45(text: string): Uint8Array | undefined {
  if (text.length % 3 === 1) return undefined;
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i += 3) {
    const digits = [...text.slice(i, i + 3)].map((char) => ALPHABET.indexOf(char));
    if (digits.includes(-1)) return undefined;
    const value = digits.reduceRight((sum, digit) => sum * 45 + digit, 0);
    if (value > (digits.length === 3 ? 0xffff : 0xff)) return undefined;
    if (digits.length === 3) bytes.push(value >> 8);
    bytes.push(value & 0xff);
  }
  return new Uint8Array(bytes);
}
