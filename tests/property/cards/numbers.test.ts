import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseChipNumber } from '#domain/cards/chip-number.ts';
import { fingerprintFromText, fingerprintToText } from '#domain/cards/fingerprint-text.ts';
import { parseInsz } from '#domain/cards/insz.ts';
import { readScan, SCAN_WAYS } from '#domain/cards/read-scan.ts';
import {
  formatUitpasNumber,
  isUitpasNumber,
  makeUitpasNumber,
  parseUitpasNumber,
} from '#domain/cards/uitpas-number.ts';

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
const uitpas = fc
  .tuple(digits(11), fc.constantFrom('0' as const, '1' as const))
  .map(([serial, twelfth]) => makeUitpasNumber(serial, twelfth));

it('a formatted number parses to itself', () => {
  fc.assert(
    fc.property(uitpas, (number) => {
      expect(parseUitpasNumber(formatUitpasNumber(number))).toEqual({ ok: true, value: number });
      expect(parseUitpasNumber(number)).toEqual({ ok: true, value: number });
    }),
  );
});

it('one wrong digit is always found', () => {
  fc.assert(
    fc.property(uitpas, fc.nat(12), fc.integer({ min: 1, max: 9 }), (number, at, step) => {
      const wrong = [...number];
      wrong[at] = String((Number(number[at]) + step) % 10);
      expect(isUitpasNumber(wrong.join(''))).toBe(false);
    }),
  );
});

it('two neighbours swapped are found, but for 0 and 9', () => {
  fc.assert(
    fc.property(uitpas, fc.nat(11), (number, at) => {
      const [a = '', b = ''] = [number[at], number[at + 1]];
      fc.pre(a !== b && !(a + b === '09' || a + b === '90'));
      expect(isUitpasNumber(number.slice(0, at) + b + a + number.slice(at + 2))).toBe(false);
    }),
  );
});

it('no input of any kind throws, and no content of what is no card leaves', () => {
  const symbology = fc.constantFrom('code-128', 'qr', 'ean-13', 'other', 'unknown' as const);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...SCAN_WAYS), symbology, (raw, way, code) => {
      const reading = readScan(raw, way, code);
      if (reading.kind === 'no-card')
        for (const key of Object.keys(reading)) expect(['kind', 'why', 'length', 'problem']).toContain(key);
      parseUitpasNumber(raw);
      parseChipNumber(raw);
      parseInsz(raw);
    }),
  );
});

it('an INSZ has exactly one pair of check digits in each century', () => {
  fc.assert(
    fc.property(digits(9), (nine) => {
      const valid = Array.from({ length: 100 }, (_, check) => nine + String(check).padStart(2, '0'));
      expect(valid.filter((text) => parseInsz(text).ok)).toHaveLength(2);
    }),
  );
});

it('a chip has one form, however it is written', () => {
  const byte = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(
      fc.array(byte, { minLength: 7, maxLength: 7 }),
      fc.constantFrom('', ':', ' ', '-'),
      (bytes, separator) => {
        const parsed = parseChipNumber(bytes.join(separator));
        expect(parsed).toEqual({ ok: true, value: bytes.join('').toUpperCase() });
      },
    ),
  );
});

it('a fingerprint travels as text and back', () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat().map((n) => n % 2 ** 48),
      (fingerprint) => {
        expect(fingerprintFromText(fingerprintToText(fingerprint))).toBe(fingerprint);
      },
    ),
  );
});
