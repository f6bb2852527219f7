import { parseUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';

const AT_THE_END = /\d{13}$/;

/** A reader typed a card into the wrong field: out of it again, with what stood there before left as it was. */
export function takeScannedNumber(input: HTMLInputElement): UitpasNumber | undefined {
  const digits = AT_THE_END.exec(input.value)?.[0];
  const parsed = digits === undefined ? undefined : parseUitpasNumber(digits);
  if (!parsed?.ok) return undefined;
  input.value = input.value.slice(0, -parsed.value.length);
  input.dispatchEvent(new Event('input', { bubbles: true }));
  return parsed.value;
}
