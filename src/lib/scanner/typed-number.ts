// The number typed by hand: grouped 4-3-3-3 while typing, complete at 13 digits.
// What is wrong is told with its place only where the rule knows the place; a failed check digit does not know it.
import { parseUitpasNumber, type UitpasNumberProblem } from '#domain/cards/uitpas-number.ts';

const DIGITS = 13;
const GROUP_ENDS = [4, 7, 10];

/** `0900010` becomes `0900 010`; other characters stay, so that the rule can point at them. */
export function groupNumber(text: string): string {
  const chars = [...text.replace(/[\s.-]/g, '')];
  return chars.map((char, i) => (GROUP_ENDS.includes(i) ? ` ${char}` : char)).join('');
}

/** Where the caret belongs after grouping: behind as many characters as before it. */
export function caretAfterGrouping(text: string, caret: number): number {
  const before = text.slice(0, caret).replace(/[\s.-]/g, '').length;
  return before + GROUP_ENDS.filter((end) => before > end).length;
}

export type TypedNumber =
  | { readonly state: 'typing'; readonly digits: number }
  | { readonly state: 'complete'; readonly number: string }
  | { readonly state: 'wrong'; readonly problem: UitpasNumberProblem };

/** `submitted`: the person says it is all; only then is too short a problem. */
export function readTyped(text: string, submitted: boolean): TypedNumber {
  const digits = text.replace(/[\s.-]/g, '');
  const parsed = parseUitpasNumber(digits);
  if (parsed.ok) return { state: 'complete', number: parsed.value };
  const tooShort = parsed.error.code === 'length' && digits.length < DIGITS;
  if (tooShort && !submitted) return { state: 'typing', digits: digits.length };
  return { state: 'wrong', problem: parsed.error };
}
