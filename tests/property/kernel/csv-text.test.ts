import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvText } from '#domain/kernel/csv-text.ts';

const cells = fc.array(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 });
const read = (text: string): string[][] =>
  parse(text, { delimiter: ';', bom: true, relax_column_count: true, skip_empty_lines: false });

test('what is written is read back, but for the apostrophe in front of what a spreadsheet would reckon with', () => {
  fc.assert(
    fc.property(cells, (rows) => {
      const back = read(csvText(rows));
      expect(back.map((row) => row.map((cell) => cell.replace(/^'/, '')))).toEqual(
        rows.map((row) => row.map((cell) => cell.replace(/^'/, ''))),
      );
    }),
  );
});

test('no cell begins a formula', () => {
  const formula = fc
    .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', ' ='), fc.string())
    .map((t) => t.join(''));
  fc.assert(
    fc.property(formula, (text) => {
      expect(read(csvText([[text]]))[0]?.[0]).toBe(`'${text}`);
    }),
  );
});
