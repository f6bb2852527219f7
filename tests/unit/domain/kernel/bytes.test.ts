import { describe, expect, it } from 'vitest';
import { concatBytes, fromBase64url, sameBytes, toBase64url, utf8 } from '#domain/kernel/bytes.ts';

describe('base64url', () => {
  // RFC 4648 part 10, without padding.
  it.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
  ])('%j is %j', (text, encoded) => {
    expect(toBase64url(utf8(text))).toBe(encoded);
    expect(fromBase64url(encoded)).toEqual(utf8(text));
  });

  it.each([
    ['padding', 'Zg=='],
    ['a length that no bytes have', 'Zm9vY'],
    ['the other alphabet', 'Zm+/'],
    ['a space', 'Zm 8'],
    ['a letter outside ASCII', 'Zmé8'],
    ['bits left over that are not zero: a second text for the same bytes', 'Zh'],
    ['the same with three characters', 'Zm9'],
  ])('%s is refused', (_what, text) => {
    expect(fromBase64url(text)).toBeUndefined();
  });
});

it('joins and compares bytes', () => {
  expect(concatBytes(utf8('a'), utf8(''), utf8('bc'))).toEqual(utf8('abc'));
  expect(sameBytes(utf8('abc'), utf8('abc'))).toBe(true);
  expect(sameBytes(utf8('abc'), utf8('abd'))).toBe(false);
  expect(sameBytes(utf8('abc'), utf8('ab'))).toBe(false);
});
