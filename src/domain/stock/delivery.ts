// A delivery of new cards, as the list that the printer sends with it: one card a row (with its chip where it has one), or
// one box a row (first and last number). All of it is looked over before any card is in stock: a list with one wrong row is
// not taken, because half a delivery is a box that nobody can count. Chip and number: publiq, 14 hexadecimal digits.
import { parseChipNumber, type ChipNumber } from '../cards/chip-number.ts';
import { expandRange, type RangeProblem } from '../cards/number-range.ts';
import { parseUitpasNumber, type UitpasNumber, type UitpasNumberProblem } from '../cards/uitpas-number.ts';
import { limits } from '../kernel/limits.ts';

/** As the cells of a sheet, each row of the same length or shorter. */
export type SheetRow = readonly string[];

export type NewCard = { readonly number: UitpasNumber; readonly chip: ChipNumber | null };

export type DeliveryProblem = { readonly row: number } & (
  | { readonly code: 'number'; readonly text: string; readonly why: UitpasNumberProblem }
  | { readonly code: 'range'; readonly why: RangeProblem }
  | { readonly code: 'chip'; readonly text: string }
  | { readonly code: 'chip-for-many' }
  | { readonly code: 'twice'; readonly number: UitpasNumber; readonly firstRow: number }
  | { readonly code: 'chip-twice'; readonly firstRow: number }
  | { readonly code: 'known-already'; readonly number: UitpasNumber }
  | { readonly code: 'chip-known-already'; readonly number: UitpasNumber }
);

export type ReadDelivery = {
  readonly cards: readonly (NewCard & { readonly row: number })[];
  /** In the order of the rows; at most as many as anybody reads. */
  readonly problems: readonly DeliveryProblem[];
};

export type DeliveryRefusal = { readonly code: 'no-number-column' | 'empty' | 'too-many-cards' };

type Columns = { readonly first: number; readonly last?: number; readonly chip?: number };

const HEADERS = {
  first:
    /^(uit-?pas-?)?(kaart)?-?(nummer|number)s?$|^(eerste|van|vanaf|from|first)( nummer| kaart)?$|^barcode$/,
  last: /^(laatste|tot|tot en met|t\/m|to|last)( nummer| kaart)?$/,
  chip: /^(nfc-?)?chip-?(nummer|number|id)?$|^uid$/,
} as const;

/** What the list says, row by row. `row` counts as a sheet does: the first line is 1. */
export function readDelivery(rows: readonly SheetRow[]): ReadDelivery | DeliveryRefusal {
  const start = rows.findIndex((row) => !isEmpty(row));
  const head = rows[start];
  if (!head) return { code: 'empty' };
  const named = namedColumns(head);
  const columns = named ?? unnamedColumns(head);
  if (!columns) return { code: 'no-number-column' };

  const cards: (NewCard & { row: number })[] = [];
  const problems: DeliveryProblem[] = [];
  for (const [i, cells] of rows.entries()) {
    if (i < start || (named && i === start) || isEmpty(cells)) continue;
    const row = i + 1;
    const read = readRow(cells, columns, limits.deliveryCardsMax - cards.length);
    if ('problem' in read) {
      if (read.problem.code === 'range' && read.problem.why.code === 'too-many')
        return { code: 'too-many-cards' };
      problems.push({ row, ...read.problem });
    } else {
      cards.push(...read.cards.map((card) => ({ ...card, row })));
      if (cards.length > limits.deliveryCardsMax) return { code: 'too-many-cards' };
    }
  }
  if (cards.length === 0 && problems.length === 0) return { code: 'empty' };
  return { cards, problems: inOrder([...problems, ...repeated(cards)]) };
}

/** What the region knows already is no new card: a list that comes twice, or a chip that sits in another card. */
export function problemsWithKnown(
  cards: ReadDelivery['cards'],
  known: { readonly numbers: ReadonlySet<string>; readonly chips: ReadonlySet<string> },
): DeliveryProblem[] {
  return cards.flatMap(({ row, number, chip }): DeliveryProblem[] => {
    if (known.numbers.has(number)) return [{ row, code: 'known-already', number }];
    return chip !== null && known.chips.has(chip) ? [{ row, code: 'chip-known-already', number }] : [];
  });
}

type RowProblem = DeliveryProblem extends infer P
  ? P extends { row: number }
    ? Omit<P, 'row'>
    : never
  : never;

function readRow(
  cells: SheetRow,
  columns: Columns,
  max: number,
): { readonly cards: readonly NewCard[] } | { readonly problem: RowProblem } {
  const firstText = cellAt(cells, columns.first);
  const first = parseUitpasNumber(firstText);
  if (!first.ok) return { problem: { code: 'number', text: firstText, why: first.error } };
  const lastText = cellAt(cells, columns.last);
  const chipText = cellAt(cells, columns.chip);
  const chip = readChip(chipText);
  if (chip === undefined) return { problem: { code: 'chip', text: chipText } };
  if (lastText === '') return { cards: [{ number: first.value, chip }] };

  const last = parseUitpasNumber(lastText);
  if (!last.ok) return { problem: { code: 'number', text: lastText, why: last.error } };
  const numbers = expandRange({ first: first.value, last: last.value }, max);
  if (!numbers.ok) return { problem: { code: 'range', why: numbers.error } };
  if (chip !== null && numbers.value.length > 1) return { problem: { code: 'chip-for-many' } };
  return { cards: numbers.value.map((number) => ({ number, chip })) };
}

function readChip(text: string): ChipNumber | null | undefined {
  if (text === '') return null;
  const chip = parseChipNumber(text);
  return chip.ok ? chip.value : undefined;
}

function namedColumns(head: SheetRow): Columns | undefined {
  const names = head.map((cell) =>
    cell
      .trim()
      .toLowerCase()
      .replace(/[_\s]+/g, ' ')
      .replace(/[.:]$/, ''),
  );
  const at = (pattern: RegExp): number | undefined => {
    const index = names.findIndex((name) => pattern.test(name));
    return index < 0 ? undefined : index;
  };
  const first = at(HEADERS.first);
  if (first === undefined) return undefined;
  const last = at(HEADERS.last);
  const chip = at(HEADERS.chip);
  return { first, ...(last !== undefined && { last }), ...(chip !== undefined && { chip }) };
}

/** A list without names above it: the number comes first, then the last number of the box or the chip. */
function unnamedColumns(head: SheetRow): Columns | undefined {
  if (!parseUitpasNumber(cellAt(head, 0)).ok) return undefined;
  if (parseUitpasNumber(cellAt(head, 1)).ok) return { first: 0, last: 1, chip: 2 };
  return { first: 0, chip: 1 };
}

function* repeated(cards: ReadDelivery['cards']): Generator<DeliveryProblem> {
  const rowOf = new Map<string, number>();
  for (const { number, chip, row } of cards) {
    const firstRow = rowOf.get(number);
    const chipRow = chip === null ? undefined : rowOf.get(`chip ${chip}`);
    if (firstRow !== undefined) yield { row, code: 'twice', number, firstRow };
    else if (chipRow !== undefined) yield { row, code: 'chip-twice', firstRow: chipRow };
    if (firstRow === undefined) rowOf.set(number, row);
    if (chip !== null && chipRow === undefined) rowOf.set(`chip ${chip}`, row);
  }
}

export const inOrder = (problems: readonly DeliveryProblem[]): DeliveryProblem[] =>
  [...problems].sort((a, b) => a.row - b.row);

const isEmpty = (row: SheetRow): boolean => row.every((cell) => cell.trim() === '');
const cellAt = (row: SheetRow, column: number | undefined): string =>
  column === undefined ? '' : (row[column] ?? '').trim();
