// From facts to the price that somebody pays, or why not. The one place where it is decided. Rule: UITPAS 1.7 (suspended or expired:
// no discount), 1.9 (only in the own region, only above nothing, with a key, within the limit). What concerns the person comes first,
// then the activity: whoever has no kansenstatuut has no business with keys.
import type { CheckInLimit } from '../checkins/activity-policy.ts';
import type { PriceClass } from '../checkins/price-class.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import { isEntitled, type KansenstatuutStatus } from '../passholders/kansenstatuut.ts';
import { keyFor, type DistributionKey, type KeyBounds, type NoKey } from './distribution-key.ts';
import { splitPrice, type PriceSplit } from './split-price.ts';

export type PriceFacts = {
  readonly price: PriceClass;
  /** Those that hold for the organisation on that day. */
  readonly keys: readonly DistributionKey[];
  readonly bounds: KeyBounds;
};

export type PriceOffer = {
  readonly keyId: string;
  readonly keyName: string;
  readonly split: PriceSplit;
};

export type NoPriceOffer = { readonly code: 'free' | 'not-cheaper' } | NoKey;

/** What anybody of the region with a kansenstatuut pays. */
export function priceOffer({ price, keys, bounds }: PriceFacts): Result<PriceOffer, NoPriceOffer> {
  if (price.cents === 0) return refuse({ code: 'free' });
  const key = keyFor(keys, price);
  if (!key.ok) return key;
  const { keyId, name: keyName } = key.value;
  const split = splitPrice(price.cents, key.value, bounds);
  return split.person >= price.cents ? refuse({ code: 'not-cheaper' }) : ok({ keyId, keyName, split });
}

export type OfferHolder = {
  readonly kansenstatuut: KansenstatuutStatus;
  /** The municipality that pays: where the person lives that day. Null: outside the region. */
  readonly nisCode: string | null;
  /** Does it count in a card system of the activity? */
  readonly inCardSystem: boolean;
};

export type OfferFacts = PriceFacts & {
  readonly holder: OfferHolder;
  /** Tickets at the kansentarief for a person and period; null: no limit. */
  readonly limit: CheckInLimit | null;
  /** How many of them this person has in the period. */
  readonly taken: number;
};

export type Offer = PriceOffer & {
  readonly nisCode: string;
  /** Tickets that this person may still have, with this one; null: no limit. */
  readonly remaining: number | null;
};

export type NoOffer =
  | { readonly code: 'no-kansenstatuut' | 'kansenstatuut-suspended' | 'kansenstatuut-expired' }
  | { readonly code: 'other-region' | 'other-card-system' }
  | NoPriceOffer
  | { readonly code: 'limit-reached'; readonly limit: CheckInLimit };

export function offerFor({ holder, limit, taken, ...facts }: OfferFacts): Result<Offer, NoOffer> {
  const { kansenstatuut, nisCode } = holder;
  if (kansenstatuut === 'none') return refuse({ code: 'no-kansenstatuut' });
  if (nisCode === null) return refuse({ code: 'other-region' });
  if (!holder.inCardSystem) return refuse({ code: 'other-card-system' });
  if (!isEntitled(kansenstatuut))
    return refuse({
      code: kansenstatuut === 'suspended' ? 'kansenstatuut-suspended' : 'kansenstatuut-expired',
    });
  const offer = priceOffer(facts);
  if (!offer.ok) return offer;
  if (limit !== null && taken >= limit.volume) return refuse({ code: 'limit-reached', limit });
  return ok({ ...offer.value, nisCode, remaining: limit && limit.volume - taken });
}
