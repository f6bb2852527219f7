import { expect, test } from 'vitest';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { formatUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { problemsWithKnown, readDelivery, type ReadDelivery, type SheetRow } from '#domain/stock/delivery.ts';

const N = (n: number, kind: '0' | '1' = '0') => makeUitpasNumber(`0991${String(n).padStart(7, '0')}`, kind);
const CHIP = (n: number) => `04A1B2C3D4E5${n.toString(16).padStart(2, '0').toUpperCase()}`;

function read(...rows: SheetRow[]): ReadDelivery {
  const answer = readDelivery(rows);
  if ('code' in answer) throw new Error(answer.code);
  return answer;
}
const codes = ({ problems }: ReadDelivery): [number, string][] =>
  problems.map(({ row, code }) => [row, code]);

test('one card a row, with its chip, under names in any order and case', () => {
  const list = read(
    ['', ''],
    ['Chipnummer', 'UITPAS-nummer', 'opmerking'],
    ['04:a1:b2:c3:d4:e5:01', formatUitpasNumber(N(1)), 'doos 1'],
    [],
    ['', N(2), ''],
  );
  expect(list.problems).toEqual([]);
  expect(list.cards).toEqual([
    { row: 3, number: N(1), chip: CHIP(1) },
    { row: 5, number: N(2), chip: null },
  ]);
});

test.each([
  ['Van', 'Tot en met'],
  ['eerste nummer', 'laatste nummer'],
  ['First', 'Last'],
])('one box a row: %s, %s', (first, last) => {
  const list = read([first, last], [N(10), N(12)], [N(20, '1'), '']);
  expect(list.cards.map(({ number }) => number)).toEqual([N(10), N(11), N(12), N(20, '1')]);
});

test('a list without names: a number, and a chip or the last number of the box', () => {
  expect(read([N(1), CHIP(1)], [N(2), CHIP(2)]).cards).toHaveLength(2);
  expect(read([N(1), N(5)]).cards).toHaveLength(5);
});

test('every wrong row is told, with what is wrong', () => {
  const list = read(
    ['nummer', 'tot', 'chip'],
    [N(1), '', CHIP(1)],
    ['0991000000112', '', ''],
    [N(2), N(3, '1'), ''],
    [N(9), N(4), ''],
    [N(5), N(6), CHIP(2)],
    [N(7), '', 'geen chip'],
    [N(1), '', ''],
    [N(8), '', CHIP(1)],
    ['totaal', '', ''],
  );
  expect(codes(list)).toEqual([
    [3, 'number'],
    [4, 'range'],
    [5, 'range'],
    [6, 'chip-for-many'],
    [7, 'chip'],
    [8, 'twice'],
    [9, 'chip-twice'],
    [10, 'number'],
  ]);
  expect(list.problems[5]).toEqual({ row: 8, code: 'twice', number: N(1), firstRow: 2 });
});

test('what the region knows already is told by row', () => {
  const { cards } = read(['nummer', 'chip'], [N(1), CHIP(1)], [N(2), CHIP(2)], [N(3), '']);
  const known = { numbers: new Set<string>([N(3)]), chips: new Set([CHIP(1)]) };
  expect(problemsWithKnown(cards, known)).toEqual([
    { row: 2, code: 'chip-known-already', number: N(1) },
    { row: 4, code: 'known-already', number: N(3) },
  ]);
});

test.each([
  ['nothing at all', [[], ['  ']], 'empty'],
  ['only names', [['nummer', 'chip']], 'empty'],
  [
    'something else',
    [
      ['naam', 'voornaam'],
      ['Jan', 'Peeters'],
    ],
    'no-number-column',
  ],
  [
    'a box of a hundred thousand',
    [
      ['van', 'tot'],
      [N(1), N(100_000)],
    ],
    'too-many-cards',
  ],
  [
    'boxes that are too many together',
    [
      ['van', 'tot'],
      [N(1), N(40_000)],
      [N(40_001), N(60_000)],
    ],
    'too-many-cards',
  ],
])('%s is no delivery', (_, rows, code) => {
  expect(readDelivery(rows)).toEqual({ code });
});
