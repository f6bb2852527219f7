// What a card costs. Rule: publiq, "price depends on reason, birth date, postcode, voucher" (replacing a card); the amounts
// are the region's own (settings). The first rule that fits is the price, so a list reads from the particular to the
// general; invariant: for each reason there is one without conditions, so that every card has a price.
import * as z from 'zod/mini';
import { assert } from '../kernel/assert.ts';
import { limits } from '../kernel/limits.ts';
import { Cents } from '../kernel/money.ts';
import { tokenOf } from '../kernel/plain-text.ts';
import type { ReplaceReason } from '../passholders/card-life.ts';
import type { PassholderEvent } from '../passholders/passholder.ts';

export const CARD_REASONS = ['first-card', 'lost', 'defect', 'kansenstatuut-changed', 'extra-card'] as const;
export type CardReason = (typeof CARD_REASONS)[number];

const Age = z.int().check(z.minimum(0), z.maximum(limits.ageMax));

export const PriceRule = z.object({
  reasons: z.array(z.enum(CARD_REASONS)).check(z.minLength(1)),
  /** Whole years, both included. */
  ageFrom: z.optional(Age),
  ageTo: z.optional(Age),
  /** Only who pays the kansentarief today, or only who does not. */
  kansentarief: z.optional(z.boolean()),
  /** Only for whom this municipality pays. */
  nisCode: z.optional(tokenOf(limits.idMax)),
  cents: Cents,
});
export type PriceRule = z.infer<typeof PriceRule>;

export const uncoveredReasons = (rules: readonly PriceRule[]): CardReason[] =>
  CARD_REASONS.filter(
    (reason) => !rules.some((rule) => rule.reasons.includes(reason) && conditionsOf(rule).length === 0),
  );

const conditionsOf = ({ ageFrom, ageTo, kansentarief, nisCode }: PriceRule): unknown[] =>
  [ageFrom, ageTo, kansentarief, nisCode].filter((condition) => condition !== undefined);

/** In the right order; a rule that no card can reach any more is no mistake. */
export const PriceList = z.array(PriceRule).check(
  z.maxLength(limits.priceRulesMax),
  z.refine((rules) => uncoveredReasons(rules).length === 0, { error: 'uncovered' }),
  z.refine((rules) => rules.every(({ ageFrom = 0, ageTo = limits.ageMax }) => ageFrom <= ageTo)),
);
export type PriceList = z.infer<typeof PriceList>;

export type PriceFacts = {
  readonly reason: CardReason;
  /** Null where nobody wrote the birth date down. */
  readonly ageYears: number | null;
  /** The municipality that pays; null outside the region. */
  readonly nisCode: string | null;
  readonly kansentarief: boolean;
};

/** The rule says why: who fits it pays so much. */
export function priceRuleFor(rules: readonly PriceRule[], facts: PriceFacts): PriceRule {
  const rule = rules.find((each) => fits(each, facts));
  assert(rule !== undefined, 'a price list has a price for every card');
  return rule;
}

const fits = ({ reasons, ageFrom, ageTo, kansentarief, nisCode }: PriceRule, facts: PriceFacts): boolean =>
  reasons.includes(facts.reason) &&
  (ageFrom === undefined || (facts.ageYears !== null && facts.ageYears >= ageFrom)) &&
  (ageTo === undefined || (facts.ageYears !== null && facts.ageYears <= ageTo)) &&
  (kansentarief === undefined || kansentarief === facts.kansentarief) &&
  (nisCode === undefined || nisCode === facts.nisCode);

/** Why a card was handed out by an act; undefined when none was. */
export function cardReasonOf(events: readonly PassholderEvent[]): CardReason | undefined {
  const replaced = events.find((event) => event.kind === 'card-replaced');
  if (replaced) return reasonOfReplacement(replaced.reason);
  if (!events.some(({ kind }) => kind === 'card-handed-out')) return undefined;
  return events.some(({ kind }) => kind === 'registered') ? 'first-card' : 'extra-card';
}

const REPLACED = {
  defect: 'defect',
  'lost-or-stolen': 'lost',
  'kansenstatuut-obtained': 'kansenstatuut-changed',
  'kansenstatuut-lost': 'kansenstatuut-changed',
} as const satisfies Record<ReplaceReason, CardReason>;

export const reasonOfReplacement = (reason: ReplaceReason): CardReason => REPLACED[reason];
