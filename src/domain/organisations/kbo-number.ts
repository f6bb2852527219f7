// The enterprise number of the Kruispuntbank van Ondernemingen. Rule: ten digits that begin with 0 or 1; the last two are
// 97 - (the first eight mod 97). Numbers from before 2005 have nine digits and get a 0 in front; BE in front is the VAT form.
import { ok, refuse, type Result } from '../kernel/result.ts';

export type KboNumber = string & { readonly __kbo: true };
export type KboProblem = { readonly code: 'kbo-length' | 'kbo-not-a-digit' | 'kbo-check-digits' };

export function parseKboNumber(text: string): Result<KboNumber, KboProblem> {
  const bare = text.replace(/^\s*BE/i, '').replace(/[\s./-]/g, '');
  if (!/^\d*$/.test(bare)) return refuse({ code: 'kbo-not-a-digit' });
  const digits = bare.length === 9 ? `0${bare}` : bare;
  if (digits.length !== 10) return refuse({ code: 'kbo-length' });
  const check = 97 - (Number(digits.slice(0, 8)) % 97);
  if (!/^[01]/.test(digits) || check !== Number(digits.slice(8))) return refuse({ code: 'kbo-check-digits' });
  return ok(digits as KboNumber); // the one place where the brand is given
}

/** 0123.456.749, as on letters. */
export const formatKboNumber = (number: string): string =>
  `${number.slice(0, 4)}.${number.slice(4, 7)}.${number.slice(7)}`;
