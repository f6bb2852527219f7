import { expect, test } from 'vitest';
import { readDay, readList, type ListRow } from '#domain/bulk/read-list.ts';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { limits } from '#domain/kernel/limits.ts';

const [a, b] = [makeUitpasNumber('991', '1'), makeUitpasNumber('992', '1')];
const read = (rows: readonly (readonly string[])[]): readonly ListRow[] => {
  const list = readList(rows);
  if ('code' in list) throw new Error(list.code);
  return list;
};

test('by the names above the columns, in whatever order', () => {
  expect(
    read([
      ['Naam', 'Geldig tot', 'UITPAS-nummer', 'Bewijs'],
      ['Noor', '30/04/2028', a, 'Leefloon'],
      ['', '', '', ''],
      ['Ali', '', b, ''],
    ]),
  ).toEqual([
    { row: 2, given: a, number: a, wanted: { until: '2028-04-30', proof: 'leefloon' } },
    { row: 4, given: b, number: b, wanted: {} },
  ]);
});

test('without names above it the number comes first', () => {
  expect(read([[a], [b]]).map(({ row }) => row)).toEqual([1, 2]);
});

test('a wrong row says why and does not stop the others', () => {
  expect(
    read([
      ['nummer', 'einddatum', 'bewijs'],
      [a.slice(1), '', ''],
      ['niets', '', ''],
      [a, '30/02/2028', ''],
      [a, '30/04/28', ''],
      [a, '', 'met een = teken'],
      [b, '', 'verhoogde tegemoetkoming'],
    ]).map(({ problem }) => problem?.code),
  ).toEqual(['number', 'number', 'date', 'date', 'proof', undefined]);
});

test.each([
  [[], 'empty'],
  [[['nummer']], 'empty'],
  [[['naam', 'voornaam']], 'no-number-column'],
  [Array.from({ length: limits.bulkRowsMax + 1 }, () => [a]), 'too-many-rows'],
])('%#: no list at all', (rows, code) => {
  expect(readList(rows)).toEqual({ code });
});

test.each([
  ['2027-04-30', '2027-04-30'],
  ['30/4/2027', '2027-04-30'],
  ['1-5-2027', '2027-05-01'],
  ['30.04.2027', '2027-04-30'],
  ['2027-04-30T00:00:00', '2027-04-30'],
  ['31/04/2027', undefined],
  ['04/30/2027', undefined],
  ['46142', undefined],
])('the day %s', (text, day) => {
  expect(readDay(text)).toBe(day);
});
