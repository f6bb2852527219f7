// A list of people as the cells of a sheet, or as numbers that somebody pasted or scanned: a card number a row, and where the list
// says so an end date and a proof of its own. Unlike a delivery of cards a wrong row does not stop the others: each is somebody
// who waits. Rule: publiq, UITPAS number; dates as Belgians and as Excel write them.
import { parseUitpasNumber, type UitpasNumber, type UitpasNumberProblem } from '../cards/uitpas-number.ts';
import { isCivilDay, type CivilDay } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import type { Wanted } from './bulk-work.ts';

export type ListProblem =
  | { readonly code: 'number'; readonly why: UitpasNumberProblem['code'] }
  | { readonly code: 'date'; readonly text: string }
  | { readonly code: 'proof'; readonly text: string };

type Cells = { readonly given: string } & (
  | { readonly number: UitpasNumber; readonly wanted: Wanted; readonly problem?: undefined }
  | { readonly problem: ListProblem }
);
/** `row` counts as a sheet does: the first line is 1. */
export type ListRow = { readonly row: number } & Cells;

export type ListRefusal = { readonly code: 'no-number-column' | 'empty' | 'too-many-rows' };

type Columns = { readonly number: number; readonly until?: number; readonly proof?: number };

const HEADERS = {
  number: /^(uit-?pas-?)?(kaart)?[- ]?(nummer|number|nr)s?$|^barcode$|^(uit)?pas$/,
  until: /^(nieuwe )?(eind(e|datum)?|geldig tot( en met)?|tot( en met)?|until|end( date)?|valid until)$/,
  proof: /^(bewijs|proof|grond|reden)$/,
} as const;

export function readList(rows: readonly (readonly string[])[]): readonly ListRow[] | ListRefusal {
  const start = rows.findIndex((row) => !isEmpty(row));
  const head = rows[start];
  if (!head) return { code: 'empty' };
  const named = namedColumns(head);
  // Without names above it the number comes first: a first cell without three digits is a heading of something else.
  if (!named && !/\d.*\d.*\d/.test(head[0] ?? '')) return { code: 'no-number-column' };
  const columns = named ?? { number: 0 };
  const read: ListRow[] = [];
  for (const [i, cells] of rows.entries()) {
    if (i < start || (named && i === start) || isEmpty(cells)) continue;
    if (read.length === limits.bulkRowsMax) return { code: 'too-many-rows' };
    read.push({ row: i + 1, ...readRow(cells, columns) });
  }
  return read.length === 0 ? { code: 'empty' } : read;
}

function readRow(cells: readonly string[], columns: Columns): Cells {
  const given = cellAt(cells, columns.number).slice(0, limits.bulkCellMax);
  const number = parseUitpasNumber(given);
  if (!number.ok) return { given, problem: { code: 'number', why: number.error.code } };
  const untilText = cellAt(cells, columns.until);
  const until = untilText === '' ? undefined : readDay(untilText);
  if (untilText !== '' && until === undefined)
    return { given, problem: { code: 'date', text: untilText.slice(0, limits.bulkCellMax) } };
  const proofText = cellAt(cells, columns.proof);
  const proof = proofText.toLowerCase().replace(/\s+/g, '-');
  if (proof !== '' && !/^[\w-]+$/.test(proof))
    return { given, problem: { code: 'proof', text: proofText.slice(0, limits.bulkCellMax) } };
  return { given, number: number.value, wanted: { ...(until && { until }), ...(proof !== '' && { proof }) } };
}

/** 2027-04-30, 30/04/2027, 30-4-2027 or 30.4.2027; a year in two digits is no end of anything. */
export function readDay(text: string): CivilDay | undefined {
  const iso = /^(\d{4})-(\d{2})-(\d{2})(T.*)?$/.exec(text);
  const [, year, month, day] = iso ?? swapped(/^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text)) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isCivilDay(written) ? written : undefined;
}
const swapped = (found: RegExpExecArray | null): string[] | undefined =>
  found ? ['', found[3] ?? '', found[2] ?? '', found[1] ?? ''] : undefined;

function namedColumns(head: readonly string[]): Columns | undefined {
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
  const number = at(HEADERS.number);
  if (number === undefined) return undefined;
  const until = at(HEADERS.until);
  const proof = at(HEADERS.proof);
  return { number, ...(until !== undefined && { until }), ...(proof !== undefined && { proof }) };
}

const isEmpty = (row: readonly string[]): boolean => row.every((cell) => cell.trim() === '');
const cellAt = (row: readonly string[], column: number | undefined): string =>
  column === undefined ? '' : (row[column] ?? '').trim();
