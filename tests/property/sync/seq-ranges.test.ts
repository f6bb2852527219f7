import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gapsIn, isIn, toRanges } from '#domain/sync/seq-ranges.ts';

const seqs = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });

it('ranges cover exactly the numbers they were made from', () => {
  fc.assert(
    fc.property(seqs, (list) => {
      const ranges = toRanges(list);
      for (let seq = 0; seq <= 42; seq++) expect(isIn(ranges, seq)).toBe(list.includes(seq));
      for (const [i, [from, to]] of ranges.entries()) {
        expect(from).toBeLessThanOrEqual(to);
        expect(from).toBeGreaterThan((ranges[i - 1]?.[1] ?? -1) + 1);
      }
    }),
  );
});

it('what is held and what is missing tile 1 … until', () => {
  fc.assert(
    fc.property(seqs, fc.nat(45), (list, until) => {
      const held = toRanges(list);
      const gaps = gapsIn(held, until);
      for (let seq = 1; seq <= until; seq++) expect(isIn(gaps, seq)).toBe(!isIn(held, seq));
      for (const [from, to] of gaps) {
        expect(from).toBeGreaterThanOrEqual(1);
        expect(to).toBeLessThanOrEqual(until);
      }
      expect(gapsIn(held.reverse(), until)).toEqual(gaps);
    }),
  );
});
