// The Belgian national number (rijksregisternummer or bis number). Rule: 97 - (first nine digits mod 97) are the last
// two; for people born in 2000 or later with a 2 in front. Bis numbers add 20 or 40 to the month.
// For people it is write-only, but for the copy of one's own data: never on a phone, never in a log.
import { refuse, ok, type Result } from '../kernel/result.ts';

export type Insz = string & { readonly __insz: true };
export type InszProblem =
  | { readonly code: 'length'; readonly length: number }
  | { readonly code: 'not-a-digit' }
  | { readonly code: 'check-digits' };

/** What the number itself says of its owner; month or day is 0 when unknown. */
export type InszFacts = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly bis: boolean;
  /** Undefined for a bis number whose gender was unknown at issue. */
  readonly gender: 'male' | 'female' | undefined;
};

export function parseInsz(text: string): Result<Insz, InszProblem> {
  const digits = text.replace(/[\s.-]/g, '');
  if (!/^\d*$/.test(digits)) return refuse({ code: 'not-a-digit' });
  if (digits.length !== 11) return refuse({ code: 'length', length: digits.length });
  if (centuryOf(digits) === undefined) return refuse({ code: 'check-digits' });
  return ok(digits as Insz); // the one place where the brand is given
}

/** As it stands on a card: 83.03.02-015.40. */
export const formatInsz = (digits: string): string =>
  digits.replace(/^(\d\d)(\d\d)(\d\d)(\d{3})(\d\d)$/, '$1.$2.$3-$4.$5');

export function inszFacts(insz: Insz): InszFacts {
  const month = Number(insz.slice(2, 4));
  const genderKnown = month < 20 || month >= 40;
  return {
    year: (centuryOf(insz) ?? 1900) + Number(insz.slice(0, 2)),
    month: month % 20,
    day: Number(insz.slice(4, 6)),
    bis: month >= 20,
    gender: genderKnown ? (Number(insz.slice(6, 9)) % 2 === 1 ? 'male' : 'female') : undefined,
  };
}

/** At most one century can match, because 2 000 000 000 mod 97 is not 0. */
function centuryOf(digits: string): 1900 | 2000 | undefined {
  const nine = Number(digits.slice(0, 9));
  const check = Number(digits.slice(9));
  if (97 - (nine % 97) === check) return 1900;
  if (97 - ((2_000_000_000 + nine) % 97) === check) return 2000;
  return undefined;
}
