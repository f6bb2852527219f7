// What stands on a paper list, as typed or pasted, and what is wrong with it. Pure: the clock of the hall is the
// occurrence's; a list may run past midnight.
import { formatUitpasNumber, parseUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { civilDayOf, instantOfLocal, type Instant } from '#domain/kernel/civil-time.ts';
import { parseTimeText } from '../../ui/date-text.ts';

export type PaperRow = { number: string; time: string };
export type Span = { readonly startsAt: Instant; readonly opensAt: Instant; readonly closesAt: Instant };

const DAY_MS = 24 * 3_600_000;

export const isEmptyRow = (row: PaperRow): boolean => row.number.trim() === '';

/** What must be mended, as a code; undefined for an empty row and for a good one. */
export function rowProblem(row: PaperRow): string | undefined {
  if (isEmptyRow(row)) return undefined;
  const parsed = parseUitpasNumber(row.number);
  if (!parsed.ok) return `number-${parsed.error.code}`;
  return parseTimeText(row.time) === undefined ? 'time' : undefined;
}

/** The moment that was meant: on the day it started, or in the night after when only that lies within the window. */
export function instantIn(span: Span, timeText: string): Instant | undefined {
  const time = parseTimeText(timeText);
  if (time === undefined) return undefined;
  const first = civilDayOf(span.startsAt);
  const second = civilDayOf(instantOfLocal(first, '12:00') + DAY_MS);
  const [here, after] = [instantOfLocal(first, time), instantOfLocal(second, time)];
  const within = (at: Instant): boolean => at >= span.opensAt && at < span.closesAt;
  return !within(here) && within(after) ? after : here;
}

/** `0900 010 959 113` once it is a number; anything else stays as it was typed. */
export function tidyNumber(text: string): string {
  const parsed = parseUitpasNumber(text);
  return parsed.ok ? formatUitpasNumber(parsed.value) : text;
}

/** Rows of a pasted column, or of two columns with a time; from a sheet (tab), a mail (spaces) or a csv (; or ,). */
export function parsePasted(text: string): PaperRow[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const time = /(?:^|[\s;,])(\d{1,2}[:.uh]\d{2})(?=$|[\s;,])/i.exec(line);
      const number = (time ? line.replace(time[1] ?? '', '') : line).replace(/[;,\t]/g, ' ').trim();
      return { number: tidyNumber(number), time: time?.[1] ? (parseTimeText(time[1]) ?? '') : '' };
    });
}
