// The chip of a UITPAS: a 7-byte NFC identifier as 14 upper-case hex digits (publiq: "hexadecimal notation").
// Web NFC gives `04:78:4c:da:ee:38:80`; readers add spaces or lower case: all become one form.
import { refuse, ok, type Result } from '../kernel/result.ts';

export type ChipNumber = string & { readonly __chipNumber: true };
export type ChipNumberProblem =
  { readonly code: 'not-hex' } | { readonly code: 'length'; readonly length: number };

export function parseChipNumber(text: string): Result<ChipNumber, ChipNumberProblem> {
  const hex = text.replace(/[\s:-]/g, '').toUpperCase();
  if (!/^[0-9A-F]*$/.test(hex)) return refuse({ code: 'not-hex' });
  if (hex.length !== 14) return refuse({ code: 'length', length: hex.length });
  return ok(hex as ChipNumber); // the one place where the brand is given
}
