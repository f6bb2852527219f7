// How a phone shows a card: without digits 12 and 13, because digit 12 is the kansenstatuut.
import { isUitpasNumber, maskUitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { OutboxRow } from '../db/phone-db.ts';
import { unsealText } from '../db/seal.ts';

/** A chip has no number to show. */
export const maskedCard = (number: string | undefined): string =>
  number !== undefined && isUitpasNumber(number) ? maskUitpasNumber(number) : '';

/** Of a stored command; empty when it cannot be opened any more. */
export async function maskedOf(storageKey: CryptoKey, row: OutboxRow | undefined): Promise<string> {
  if (!row) return '';
  try {
    const payload: unknown = JSON.parse(await unsealText(storageKey, row.payload));
    const number =
      typeof payload === 'object' && payload !== null && 'number' in payload ? payload.number : '';
    return maskedCard(typeof number === 'string' ? number : undefined);
  } catch (error) {
    console.warn(`Command ${row.seq} cannot be shown.`, error);
    return '';
  }
}
