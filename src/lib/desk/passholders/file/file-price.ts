// What is known of a person for the price of a card: as it will stand after the act.
import type { CardReason, PriceFacts } from '#domain/cash/card-price.ts';
import { yearsBetween } from '#domain/kernel/civil-time.ts';
import type { CounterFacts, PassholderFile } from '#domain/passholder-api.ts';
import { isEntitled } from '#domain/passholders/kansenstatuut.ts';
import { homeOn } from '#domain/passholders/passholder.ts';

/** `kansentarief`: where the act itself changes it. */
export function priceFactsOf(
  file: PassholderFile,
  { today }: Pick<CounterFacts, 'today'>,
  cardSystemId: string | undefined,
  reason: CardReason,
  kansentarief?: boolean,
): PriceFacts {
  const born = file.person?.dateOfBirth ?? '';
  const status = file.memberships.find((each) => each.cardSystemId === cardSystemId)?.kansenstatuutStatus;
  return {
    reason,
    ageYears: born === '' ? null : yearsBetween(born, today),
    nisCode: homeOn(file, today),
    kansentarief: kansentarief ?? (status !== undefined && isEntitled(status)),
  };
}
