import { expect, test } from 'vitest';
import { concatBytes, utf8 } from '#domain/kernel/bytes.ts';
import { limits } from '#domain/kernel/limits.ts';
import { readPicture, withoutRemarks } from '#domain/passholders/picture.ts';

const two = (n: number): number[] => [n >> 8, n & 0xff];
const segment = (marker: number, body: readonly number[]): number[] => [
  0xff,
  marker,
  ...two(body.length + 2),
  ...body,
];
const frame = (width: number, height: number, marker = 0xc0): number[] =>
  segment(marker, [8, ...two(height), ...two(width), 1, 1, 0x11, 0]);
const SCAN = [...segment(0xda, [1, 1, 0, 0, 63, 0]), 0x12, 0x34];
const jpeg = (...parts: readonly (readonly number[])[]): Uint8Array =>
  new Uint8Array([0xff, 0xd8, ...parts.flat(), 0xff, 0xd9]);

const four = (n: number): Uint8Array => new Uint8Array([n, n >> 8, n >> 16, n >> 24].map((b) => b & 0xff));
const chunk = (name: string, body: readonly number[]): Uint8Array =>
  concatBytes(utf8(name), four(body.length), new Uint8Array([...body, ...(body.length % 2 ? [0] : [])]));
function webp(...chunks: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(utf8('WEBP'), ...chunks);
  return concatBytes(utf8('RIFF'), four(body.length), body);
}
const low = (n: number): number[] => [n & 0xff, n >> 8];
const lossy = (w: number, h: number): Uint8Array =>
  chunk('VP8 ', [0x10, 0, 0, 0x9d, 0x01, 0x2a, ...low(w), ...low(h), 7, 7]);
const lossless = (w: number, h: number): Uint8Array =>
  chunk('VP8L', [0x2f, ...four((w - 1) | ((h - 1) << 14)), 1, 2, 3, 4, 5]);
const extended = (flags: number, w: number, h: number): Uint8Array =>
  chunk('VP8X', [flags, 0, 0, 0, ...low(w - 1), 0, ...low(h - 1), 0]);

test.each([
  ['a JPEG', jpeg(segment(0xe0, [1, 2]), frame(480, 360), SCAN), 'image/jpeg', 480, 360],
  ['a progressive JPEG', jpeg(frame(120, 160, 0xc2), SCAN), 'image/jpeg', 120, 160],
  ['a WebP', webp(lossy(480, 479)), 'image/webp', 480, 479],
  ['a WebP without loss', webp(lossless(33, 480)), 'image/webp', 33, 480],
  [
    'an extended WebP',
    webp(extended(0x20, 300, 200), chunk('ICCP', [1]), lossy(300, 200)),
    'image/webp',
    300,
    200,
  ],
])('%s tells its size', (_, bytes, mediaType, width, height) => {
  expect(readPicture(bytes)).toEqual({ ok: true, value: { mediaType, width, height } });
});

const whole = jpeg(frame(480, 360), SCAN);
test.each([
  ['nothing', new Uint8Array(), 'picture-none'],
  ['a text', utf8('Dit is geen foto, al heet het foto.jpg'), 'picture-none'],
  ['a page', utf8('<!doctype html><script>alert(1)</script>'), 'picture-none'],
  ['a drawing in SVG', utf8('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'picture-none'],
  ['a PNG', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]), 'picture-none'],
  ['a JPEG that was cut off', whole.subarray(0, whole.length - 2), 'picture-none'],
  ['a JPEG with a page behind it', concatBytes(whole, utf8('<script>')), 'picture-none'],
  ['a JPEG without a frame', jpeg(SCAN), 'picture-none'],
  ['a JPEG with two frames', jpeg(frame(10, 10), frame(20, 20), SCAN), 'picture-none'],
  ['a JPEG of no height', jpeg(frame(480, 0), SCAN), 'picture-none'],
  ['a segment longer than the file', jpeg([0xff, 0xe0, 0xff, 0xff]), 'picture-none'],
  [
    'a JPEG that says where it was taken',
    jpeg(segment(0xe1, [...utf8('Exif')]), frame(10, 10), SCAN),
    'picture-says-more',
  ],
  ['a JPEG with a remark', jpeg(segment(0xfe, [65]), frame(10, 10), SCAN), 'picture-says-more'],
  ['a JPEG too wide', jpeg(frame(481, 10), SCAN), 'picture-too-wide'],
  ['a WebP too high', webp(lossless(10, 481)), 'picture-too-wide'],
  ['a WebP that moves', webp(extended(0x02, 10, 10), chunk('ANIM', [0, 0])), 'picture-says-more'],
  ['a WebP with EXIF', webp(lossy(10, 10), chunk('EXIF', [1, 2])), 'picture-says-more'],
  ['a WebP of two sizes', webp(extended(0, 10, 10), lossy(400, 400)), 'picture-none'],
  ['a WebP with no drawing', webp(extended(0, 10, 10)), 'picture-none'],
  ['a WebP with more behind it', concatBytes(webp(lossy(10, 10)), utf8('..')), 'picture-none'],
  ['one that is too heavy', new Uint8Array(limits.pictureBytesMax + 1), 'picture-too-heavy'],
])('%s is refused', (_, bytes, code) => {
  expect(readPicture(bytes)).toEqual({ ok: false, error: { code } });
});

test('every beginning of a picture is refused, none breaks it', () => {
  for (const picture of [whole, webp(extended(0, 9, 9), lossy(9, 9)), webp(lossless(9, 9))])
    for (let length = 0; length < picture.length; length++)
      expect(readPicture(picture.subarray(0, length))).toEqual({
        ok: false,
        error: { code: 'picture-none' },
      });
});

test('what a browser writes beside its own drawing is left out, and the drawing stays', () => {
  const [kept, picture] = [segment(0xe0, [1, 2]), [...frame(10, 10), ...SCAN]];
  const telling = jpeg(kept, segment(0xe1, [...utf8('Exif')]), segment(0xfe, [65]), picture);
  expect(withoutRemarks(telling)).toEqual(jpeg(kept, picture));
  for (const same of [jpeg(kept, picture), webp(lossy(10, 10)), utf8('Dit is geen foto.'), new Uint8Array()])
    expect(withoutRemarks(same)).toEqual(same);
});
