// The number on a UITPAS. Rule: publiq, UiTPASNumber and ChecksumValidator (docs/GLOSSARY: UITPAS-nummer).
// 13 digits as text; digit 12 is 0 or 1 (a hint, not the entitlement); digit 13 makes the Luhn sum a multiple of 10.
// The first digit is usually 0 but need not be: 1000000520006 is real.
import { refuse, ok, type Result } from '../kernel/result.ts';

/** 13 digits, checked. */
export type UitpasNumber = string & { readonly __uitpasNumber: true };

/** Why a text is no UITPAS number; `at` (1-based) only where the rule knows the place. */
export type UitpasNumberProblem =
  | { readonly code: 'length'; readonly length: number }
  | { readonly code: 'not-a-digit'; readonly at: number }
  | { readonly code: 'digit-12'; readonly at: 12 }
  | { readonly code: 'check-digit' };

const LENGTH = 13;

/** Accepts spaces, dots and dashes between the digits. */
export function parseUitpasNumber(text: string): Result<UitpasNumber, UitpasNumberProblem> {
  const digits = text.replace(/[\s.-]/g, '');
  const bad = [...digits].findIndex((char) => char < '0' || char > '9');
  if (bad >= 0) return refuse({ code: 'not-a-digit', at: bad + 1 });
  if (digits.length !== LENGTH) return refuse({ code: 'length', length: digits.length });
  if (digits[11] !== '0' && digits[11] !== '1') return refuse({ code: 'digit-12', at: 12 });
  if (luhnSum(digits) % 10 !== 0) return refuse({ code: 'check-digit' });
  return ok(digits as UitpasNumber); // the one place where the brand is given
}

export const isUitpasNumber = (text: string): text is UitpasNumber =>
  /^\d{13}$/.test(text) && parseUitpasNumber(text).ok;

/** Completes 11 digits (prefix + serial) with the kansenstatuut digit and the check digit. */
export function makeUitpasNumber(serial: string, kansenstatuutDigit: '0' | '1'): UitpasNumber {
  const twelve = serial.padStart(11, '0') + kansenstatuutDigit;
  const check = (10 - (luhnSum(`${twelve}0`) % 10)) % 10;
  const parsed = parseUitpasNumber(`${twelve}${check}`);
  if (!parsed.ok) throw new Error(`${serial} is no serial of 11 digits`);
  return parsed.value;
}

/** `0900 010 959 113` at the desk. */
export const formatUitpasNumber = (number: UitpasNumber): string =>
  number.replace(/^(.{4})(.{3})(.{3})(.{3})$/, '$1 $2 $3 $4');

/** `0900 010 959 ···` on a phone: digits 12 and 13 are never shown there, digit 12 is the kansenstatuut. */
export const maskUitpasNumber = (number: UitpasNumber): string =>
  number.replace(/^(.{4})(.{3})(.{3}).{3}$/, '$1 $2 $3 ···');

/** The digits of a shop article or a book (GS1 EAN-13). About 2 % of these pass every UITPAS rule too. */
export function isEan13(digits: string): boolean {
  if (!/^\d{13}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < LENGTH; i++) sum += Number(digits[i]) * (i % 2 === 0 ? 1 : 3);
  return sum % 10 === 0;
}

function luhnSum(digits: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum;
}
