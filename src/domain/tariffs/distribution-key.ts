// How a price is shared between who comes with a kansenstatuut, the organisation and the municipality: a distribution key
// (verdeelsleutel). Rule: UITPAS 1.9: usually 20-40-40; a person pays at most a quarter and never nothing, an organisation at least
// a tenth, unless the region decides otherwise; fixed prices ("€ 1,50 halve dag") and ceilings exist.
import * as z from 'zod/mini';
import type { PriceClass } from '../checkins/price-class.ts';
import { limits } from '../kernel/limits.ts';
import { Cents } from '../kernel/money.ts';
import { lineOf, tokenOf } from '../kernel/plain-text.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';

const Percent = z.int().check(z.minimum(0), z.maximum(limits.percentMax));

export const DistributionKey = z
  .object({
    /** Stays the same when its name changes. */
    keyId: tokenOf(limits.idMax).check(z.minLength(1)),
    name: lineOf(limits.keyNameMax).check(z.minLength(1)),
    /** What a person pays: a share of the price, or so many cents. */
    person: z.object({ kind: z.enum(['percent', 'amount']), value: Cents }),
    /** Of the price; the municipality bears the rest. */
    organisationPercent: Percent,
    /** Only for the price class with this name. */
    priceClass: z.optional(lineOf(limits.priceLabelMax).check(z.minLength(1))),
    /** Only for prices up to this one. */
    ceilingCents: z.optional(Cents),
  })
  .check(
    z.refine(
      ({ person, organisationPercent }) =>
        person.kind === 'amount' || person.value + organisationPercent <= limits.percentMax,
    ),
  );
export type DistributionKey = z.infer<typeof DistributionKey>;

const isEachOnce = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;

/** Tried from the first to the last: the first that fits a price is its key. Without any there is no kansentarief. */
export const DistributionKeys = z.array(DistributionKey).check(
  z.maxLength(limits.distributionKeysMax),
  z.refine(
    (keys) =>
      isEachOnce(keys.map(({ keyId }) => keyId)) && isEachOnce(keys.map(({ name }) => name.toLowerCase())),
  ),
);
export type DistributionKeys = z.infer<typeof DistributionKeys>;

/** What no key goes beyond. */
export const KeyBounds = z.object({
  personPercentMax: Percent,
  personMayPayNothing: z.boolean(),
  organisationPercentMin: Percent,
});
export type KeyBounds = z.infer<typeof KeyBounds>;

export const KEY_FAULTS = ['person-too-much', 'person-nothing', 'organisation-too-little'] as const;
export type KeyFault = (typeof KEY_FAULTS)[number];

/** Of a fixed price the share depends on the price: that one is held within bounds where it is reckoned (split-price.ts). */
export function keyFault(
  { person, organisationPercent }: DistributionKey,
  { personPercentMax, personMayPayNothing, organisationPercentMin }: KeyBounds,
): KeyFault | undefined {
  if (person.kind === 'percent' && person.value > personPercentMax) return 'person-too-much';
  if (person.value === 0 && !personMayPayNothing) return 'person-nothing';
  return organisationPercent < organisationPercentMin ? 'organisation-too-little' : undefined;
}

export type NoKey =
  { readonly code: 'no-key' } | { readonly code: 'above-ceiling'; readonly ceilingCents: number };

/** Above a ceiling: the highest one that would fit the price class. */
export function keyFor(
  keys: readonly DistributionKey[],
  { label, cents }: PriceClass,
): Result<DistributionKey, NoKey> {
  const own = keys.filter(
    ({ priceClass }) => priceClass === undefined || priceClass.toLowerCase() === label.toLowerCase(),
  );
  const key = own.find(({ ceilingCents }) => ceilingCents === undefined || cents <= ceilingCents);
  if (key) return ok(key);
  const ceilings = own.flatMap(({ ceilingCents = 0 }) => ceilingCents);
  return refuse(
    ceilings.length === 0
      ? { code: 'no-key' }
      : { code: 'above-ceiling', ceilingCents: Math.max(...ceilings) },
  );
}
