// Whatever the counts: what is shown is true, what is small is not shown, and no hidden count can be worked out from one line.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SHOWN_FROM, hideSmall } from '#domain/figures/hide-small.ts';

const tables = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 6 }))
  .chain(([rows, columns]) =>
    fc.array(
      fc.array(fc.oneof(fc.integer({ min: 0, max: 8 }), fc.nat(3_000)), {
        minLength: columns,
        maxLength: columns,
      }),
      {
        minLength: rows,
        maxLength: rows,
      },
    ),
  );

test('what is shown is what was counted, and nothing from one to four is', () => {
  fc.assert(
    fc.property(tables, (counts) => {
      const { cells, rowTotals, columnTotals, total } = hideSmall(counts);
      cells.forEach((row, i) =>
        row.forEach((cell, j) => expect(cell === null || cell === counts[i]?.[j]).toBe(true)),
      );
      const all = [...cells.flat(), ...rowTotals, ...columnTotals, total];
      expect(all.filter((cell) => cell !== null && cell > 0 && cell < SHOWN_FROM)).toEqual([]);
    }),
  );
});

test('no line has exactly one hidden count: it would be what is left of the total', () => {
  fc.assert(
    fc.property(tables, (counts) => {
      const { cells, rowTotals, columnTotals, total } = hideSmall(counts);
      const whole = [...cells.map((row, i) => [...row, rowTotals[i] ?? null]), [...columnTotals, total]];
      const width = whole[0]?.length ?? 0;
      const lines = [
        ...whole,
        ...Array.from({ length: width }, (_, j) => whole.map((row) => row[j] ?? null)),
      ];
      expect(lines.filter((line) => line.filter((cell) => cell === null).length === 1)).toEqual([]);
    }),
  );
});

test('where nothing is small everything is shown', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: SHOWN_FROM, max: 900 }), { minLength: 3, maxLength: 3 }), {
        minLength: 1,
      }),
      (counts) => {
        expect(hideSmall(counts).cells).toEqual(counts);
      },
    ),
  );
});
