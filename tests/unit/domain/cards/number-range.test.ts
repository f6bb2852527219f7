import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, expandRange, toRanges } from '#domain/cards/number-range.ts';
import { isUitpasNumber, makeUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';

const number = (serial: number, kind: '0' | '1' = '0'): UitpasNumber =>
  makeUitpasNumber(`0900${String(serial).padStart(7, '0')}`, kind);
const expanded = (first: UitpasNumber, last: UitpasNumber): readonly UitpasNumber[] => {
  const numbers = expandRange({ first, last }, 1_000);
  if (!numbers.ok) throw new Error(numbers.error.code);
  return numbers.value;
};

test('a box: the serial counts on, digit 12 stays, the check digit follows', () => {
  expect(expanded(number(1_023), number(1_026))).toEqual([1_023, 1_024, 1_025, 1_026].map((n) => number(n)));
  expect(expanded(number(9, '1'), number(9, '1'))).toEqual([number(9, '1')]);
});

test.each([
  ['of two kinds', number(1), number(2, '1'), { code: 'digit-12-differs' }],
  ['upside down', number(5), number(4), { code: 'upside-down' }],
  ['too large', number(0), number(1_000), { code: 'too-many', count: 1_001, max: 1_000 }],
])('a box %s is refused', (_, first, last, problem) => {
  expect(expandRange({ first, last }, 1_000)).toEqual({ ok: false, error: problem });
});

test('any heap of numbers becomes boxes that hold them all, and nothing else', () => {
  const heap = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 60 }), fc.constantFrom('0' as const, '1' as const)),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(heap, (cards) => {
      const numbers = cards.map(([serial, kind]) => number(serial, kind));
      const ranges = toRanges(numbers);
      const all = ranges.flatMap(({ first, last }) => expanded(first, last));
      expect([...all].sort()).toEqual([...new Set(numbers)].sort());
      expect(all.every(isUitpasNumber)).toBe(true);
      expect(ranges.reduce((sum, range) => sum + countOf(range), 0)).toBe(all.length);
      // No two boxes that are one.
      for (const [i, { first }] of ranges.entries()) {
        const before = ranges[i - 1];
        const joined = before && expandRange({ first: before.first, last: first }, 1_000);
        if (joined?.ok && before) expect(joined.value.length).not.toBe(countOf(before) + 1);
      }
    }),
  );
});
