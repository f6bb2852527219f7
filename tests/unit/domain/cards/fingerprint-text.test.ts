import { expect, it } from 'vitest';
import { fingerprintFromText, fingerprintToText } from '#domain/cards/fingerprint-text.ts';

it.each([
  [0, 'AAAAAAAA'],
  [1, 'AAAAAAAB'],
  [2 ** 48 - 1, '________'],
  [0x0102_0304_0506, 'AQIDBAUG'],
])('%d travels as %s', (fingerprint, text) => {
  expect(fingerprintToText(fingerprint)).toBe(text);
  expect(fingerprintFromText(text)).toBe(fingerprint);
});

it.each(['', 'AAAA', 'AAAAAAAAAAAA', 'AAAAAAA=', 'AAAA AAA', 'é'])('%j is no fingerprint', (text) => {
  expect(fingerprintFromText(text)).toBeUndefined();
});
