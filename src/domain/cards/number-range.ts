// Cards come in boxes: UITPAS numbers that follow each other. Rule: publiq, UiTPASNumber (digits 1-11 are prefix and serial,
// digit 12 the kansenstatuut, digit 13 the check digit): the serial counts on, digit 12 stays, digit 13 follows from both.
import { assert } from '../kernel/assert.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import { makeUitpasNumber, type UitpasNumber } from './uitpas-number.ts';

export type NumberRange = { readonly first: UitpasNumber; readonly last: UitpasNumber };

export type RangeProblem =
  | { readonly code: 'digit-12-differs' }
  | { readonly code: 'upside-down' }
  | { readonly code: 'too-many'; readonly count: number; readonly max: number };

const SERIAL_DIGITS = 11;

/** All numbers from the first to the last one, in order. */
export function expandRange(
  { first, last }: NumberRange,
  max: number,
): Result<readonly UitpasNumber[], RangeProblem> {
  if (kindOf(first) !== kindOf(last)) return refuse({ code: 'digit-12-differs' });
  const count = countOf({ first, last });
  if (count < 1) return refuse({ code: 'upside-down' });
  if (count > max) return refuse({ code: 'too-many', count, max });
  const start = serialOf(first);
  return ok(Array.from({ length: count }, (_, i) => makeUitpasNumber(String(start + i), kindOf(first))));
}

/** How many numbers a range holds; less than one when it is upside down. */
export const countOf = ({ first, last }: NumberRange): number => serialOf(last) - serialOf(first) + 1;

/** The fewest ranges that hold exactly these numbers; first by digit 12, then by serial. */
export function toRanges(numbers: readonly UitpasNumber[]): NumberRange[] {
  const sorted = [...new Set(numbers)].sort((a, b) =>
    kindOf(a) === kindOf(b) ? serialOf(a) - serialOf(b) : kindOf(a) < kindOf(b) ? -1 : 1,
  );
  const ranges: { first: UitpasNumber; last: UitpasNumber }[] = [];
  for (const number of sorted) {
    const open = ranges.at(-1);
    if (open && kindOf(open.last) === kindOf(number) && serialOf(open.last) + 1 === serialOf(number))
      open.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges;
}

function kindOf(number: UitpasNumber): '0' | '1' {
  const digit = number[SERIAL_DIGITS];
  assert(digit === '0' || digit === '1', 'digit 12 of a checked number');
  return digit;
}

/** At most 10^11: a whole number that JavaScript counts exactly. */
const serialOf = (number: UitpasNumber): number => Number(number.slice(0, SERIAL_DIGITS));
