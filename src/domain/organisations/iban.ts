// A bank account as IBAN. Rule: ISO 13616: country, two check digits, account; with the first four characters put last and
// letters as 10 to 35, the whole is 1 mod 97. The length is fixed for each country; we know those near by.
import { ok, refuse, type Result } from '../kernel/result.ts';

export type Iban = string & { readonly __iban: true };
export type IbanProblem = { readonly code: 'iban-form' | 'iban-length' | 'iban-check-digits' };

/** Of countries where an organisation of the region may bank; of others 15 to 34. */
const LENGTHS: Readonly<Record<string, number>> = { BE: 16, NL: 18, FR: 27, LU: 20, DE: 22 };

export function parseIban(text: string): Result<Iban, IbanProblem> {
  const iban = text.replace(/[\s.-]/g, '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(iban)) return refuse({ code: 'iban-form' });
  const length = LENGTHS[iban.slice(0, 2)];
  if (length === undefined ? iban.length < 15 || iban.length > 34 : iban.length !== length)
    return refuse({ code: 'iban-length' });
  if (remainderOf(iban) !== 1) return refuse({ code: 'iban-check-digits' });
  return ok(iban as Iban); // the one place where the brand is given
}

/** BE68 5390 0754 7034, as on a bank card. */
export const formatIban = (iban: string): string => iban.replace(/(.{4})(?=.)/g, '$1 ');

/** Digit by digit: the whole is larger than a number can hold. */
function remainderOf(iban: string): number {
  const digits = `${iban.slice(4)}${iban.slice(0, 4)}`.replace(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  );
  let remainder = 0;
  for (const digit of digits) remainder = (remainder * 10 + Number(digit)) % 97;
  return remainder;
}
