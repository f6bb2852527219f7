import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import {
  CARD_REASONS,
  cardReasonOf,
  PriceList,
  priceRuleFor,
  uncoveredReasons,
  type PriceFacts,
  type PriceRule,
} from '#domain/cash/card-price.ts';
import { aPerson, stockCard } from '#tests/_support/people-builder.ts';
import type { PassholderEvent } from '#domain/passholders/passholder.ts';

const IEPER = '33011';
const RULES: PriceRule[] = [
  { reasons: ['defect', 'kansenstatuut-changed'], cents: 0 },
  { reasons: ['first-card'], ageTo: 17, nisCode: IEPER, cents: 0 },
  { reasons: ['first-card', 'lost', 'extra-card'], kansentarief: true, cents: 100 },
  { reasons: ['first-card', 'lost', 'extra-card'], ageTo: 17, cents: 200 },
  { reasons: ['first-card', 'lost', 'extra-card'], ageFrom: 65, cents: 400 },
  { reasons: ['first-card', 'lost', 'extra-card'], cents: 500 },
];

const facts = (over: Partial<PriceFacts> = {}): PriceFacts => ({
  reason: 'first-card',
  ageYears: 40,
  nisCode: '32003',
  kansentarief: false,
  ...over,
});

it.each<[what: string, over: Partial<PriceFacts>, cents: number]>([
  ['somebody of forty', {}, 500],
  ['a child of seventeen', { ageYears: 17 }, 200],
  ['who turned eighteen', { ageYears: 18 }, 500],
  ['who is sixty-five', { ageYears: 65 }, 400],
  ['who pays the kansentarief', { kansentarief: true }, 100],
  ['a child whose municipality pays', { ageYears: 10, nisCode: IEPER }, 0],
  [
    'a child whose municipality pays, after losing the card',
    { ageYears: 10, nisCode: IEPER, reason: 'lost' },
    200,
  ],
  ['a broken card', { reason: 'defect' }, 0],
  ['from outside the region', { nisCode: null }, 500],
  ['without a known birth date', { ageYears: null }, 500],
])('the first rule that fits: %s', (_, over, cents) => {
  expect(priceRuleFor(RULES, facts(over)).cents).toBe(cents);
});

describe('a price list', () => {
  const isList = (rules: PriceRule[]): boolean => z.safeParse(PriceList, rules).success;

  it('has a price without conditions for each reason', () => {
    expect(isList(RULES)).toBe(true);
    expect(uncoveredReasons(RULES.slice(0, -1))).toEqual(['first-card', 'lost', 'extra-card']);
    expect(isList(RULES.slice(0, -1))).toBe(false);
    expect(isList([])).toBe(false);
  });

  it('has no ages upside down, no fractions of a cent and nothing below zero', () => {
    const rest = { reasons: [...CARD_REASONS], cents: 500 };
    expect(isList([{ reasons: ['lost'], ageFrom: 18, ageTo: 12, cents: 1 }, rest])).toBe(false);
    expect(isList([{ ...rest, cents: 1.5 }])).toBe(false);
    expect(isList([{ ...rest, cents: -1 }])).toBe(false);
  });
});

describe('why a card was handed out', () => {
  const { number } = stockCard(1);
  const handed: PassholderEvent = { kind: 'card-handed-out', cardSystemId: 'x', number };
  const replaced = (reason: 'defect' | 'lost-or-stolen' | 'kansenstatuut-lost'): PassholderEvent => ({
    kind: 'card-replaced',
    number,
    by: stockCard(2).number,
    reason,
  });

  it.each<[events: PassholderEvent[], reason: string | undefined]>([
    [[{ kind: 'registered', person: aPerson(), nisCode: null }, handed], 'first-card'],
    [[{ kind: 'membership-started', cardSystemId: 'x' }, handed], 'extra-card'],
    [[replaced('lost-or-stolen')], 'lost'],
    [[replaced('defect')], 'defect'],
    [[replaced('kansenstatuut-lost')], 'kansenstatuut-changed'],
    [[{ kind: 'card-blocked', number, reason: 'lost' }], undefined],
    [[], undefined],
  ])('%#', (events, reason) => {
    expect(cardReasonOf(events)).toBe(reason);
  });
});
