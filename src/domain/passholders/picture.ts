// The picture of a pass holder, as it is kept: a small JPEG or WebP that the desk's browser drew anew. Read from its header alone:
// nothing is decoded here. What says more than a picture (where and when it was taken, EXIF and XMP) is refused, and so is all that moves.
import { concatBytes } from '../kernel/bytes.ts';
import { limits } from '../kernel/limits.ts';
import { refuse, ok, type Result } from '../kernel/result.ts';

export type PictureType = 'image/jpeg' | 'image/webp';
export type PictureHeader = {
  readonly mediaType: PictureType;
  readonly width: number;
  readonly height: number;
};
export type PictureProblem = {
  readonly code: 'picture-none' | 'picture-too-heavy' | 'picture-too-wide' | 'picture-says-more';
};

type Read = Result<PictureHeader, PictureProblem>;

const NONE = refuse({ code: 'picture-none' } as const);
const SAYS_MORE = refuse({ code: 'picture-says-more' } as const);

export function readPicture(bytes: Uint8Array): Read {
  if (bytes.length > limits.pictureBytesMax) return refuse({ code: 'picture-too-heavy' });
  const read = bytes[0] === 0xff ? readJpeg(bytes) : readWebp(bytes);
  if (!read.ok) return read;
  const { width, height } = read.value;
  if (width === 0 || height === 0) return NONE;
  if (Math.max(width, height) > limits.pictureSideMax) return refuse({ code: 'picture-too-wide' });
  return read;
}

const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
/** EXIF and XMP, what other programs keep, and free text. */
const TELLING = new Set([0xe1, 0xed, 0xfe]);
/** Baseline, extended and progressive: the frames that every browser draws. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2]);

function readJpeg(bytes: Uint8Array): Read {
  const view = viewOf(bytes);
  const last = bytes.length - 2;
  if (bytes.length < 4 || bytes[1] !== START || view.getUint16(last) !== (0xff00 | END)) return NONE;
  let frame: PictureHeader | undefined;
  for (let at = 2; at + 4 <= last;) {
    const marker = bytes[at + 1] ?? 0;
    const length = view.getUint16(at + 2);
    if (bytes[at] !== 0xff || marker < 0xc0 || length < 2 || at + 2 + length > last) return NONE;
    if (TELLING.has(marker)) return SAYS_MORE;
    if (marker === SCAN) return frame ? ok(frame) : NONE;
    if (FRAMES.has(marker)) {
      if (frame || length < 8) return NONE;
      frame = { mediaType: 'image/jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    at += 2 + length;
  }
  return NONE;
}

/** What some browsers write into a JPEG that they drew themselves, left out; what is no JPEG comes back as it was. */
export function withoutRemarks(bytes: Uint8Array): Uint8Array {
  const view = viewOf(bytes);
  const kept = [bytes.subarray(0, 2)];
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== SCAN) {
    const next = at + 2 + view.getUint16(at + 2);
    if (!TELLING.has(bytes[at + 1] ?? 0)) kept.push(bytes.subarray(at, next));
    at = next;
  }
  return concatBytes(...kept, bytes.subarray(at));
}

/** Flags of an extended WebP: EXIF, XMP, and more than one picture. */
const EXTENDED_TELLING = 0x08 | 0x04 | 0x02;
const CHUNKS = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ICCP']);

function readWebp(bytes: Uint8Array): Read {
  const view = viewOf(bytes);
  if (bytes.length < 20 || nameAt(bytes, 0) !== 'RIFF' || nameAt(bytes, 8) !== 'WEBP') return NONE;
  if (view.getUint32(4, true) + 8 !== bytes.length) return NONE;
  let size: { readonly width: number; readonly height: number } | undefined;
  let drawn = false;
  for (let at = 12; at < bytes.length;) {
    if (at + 8 > bytes.length) return NONE;
    const name = nameAt(bytes, at);
    const length = view.getUint32(at + 4, true);
    const body = at + 8;
    if (body + length > bytes.length) return NONE;
    if (!CHUNKS.has(name)) return name === 'EXIF' || name === 'XMP ' ? SAYS_MORE : NONE;
    if (name === 'VP8X' && length >= 10 && ((bytes[body] ?? 0) & EXTENDED_TELLING) !== 0) return SAYS_MORE;
    if (name.startsWith('VP8')) {
      const own = sizeOfChunk(view, name, body, length);
      // One drawing, as large as was said before it.
      if (!own || drawn || (size && (own.width !== size.width || own.height !== size.height))) return NONE;
      size = own;
      drawn = name !== 'VP8X';
    }
    at = body + length + (length % 2);
  }
  return size && drawn ? ok({ mediaType: 'image/webp', ...size }) : NONE;
}

function sizeOfChunk(view: DataView, name: string, at: number, length: number) {
  if (length < 10) return undefined;
  if (name === 'VP8X')
    return {
      width: (view.getUint32(at + 4, true) & 0xffffff) + 1,
      height: (view.getUint32(at + 6, true) >>> 8) + 1,
    };
  if (name === 'VP8L') {
    if (view.getUint8(at) !== 0x2f) return undefined;
    const bits = view.getUint32(at + 1, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  // The lowest bit is off in a frame that stands alone.
  const startCode = view.getUint32(at + 2) & 0xffffff;
  if ((view.getUint8(at) & 1) !== 0 || startCode !== 0x9d012a) return undefined;
  return { width: view.getUint16(at + 6, true) & 0x3fff, height: view.getUint16(at + 8, true) & 0x3fff };
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const nameAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
