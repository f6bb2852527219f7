// No sequence of acts at desks leaves a person without a valid history, with two active numbers in one card system, or a
// card in two places.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { addCivilDays, startOfCivilDay } from '#domain/kernel/civil-time.ts';
import {
  BLOCK_REASONS,
  REPLACE_REASONS,
  saysKansenstatuut,
  type RegionCard,
} from '#domain/passholders/card-life.ts';
import { decidePassholder, type PassholderFacts } from '#domain/passholders/decide-passholder.ts';
import type { PassholderCommand } from '#domain/passholders/passholder-command.ts';
import { endedBy } from '#domain/passholders/moving-away.ts';
import { kansenstatuutOn } from '#domain/passholders/kansenstatuut.ts';
import {
  END_REASONS,
  apply,
  homeOn,
  nobody,
  type Passholder,
  type PassholderEvent,
} from '#domain/passholders/passholder.ts';
import {
  IEPER,
  LANGEMARK,
  OTHER_SYSTEM,
  WESTHOEK,
  aPerson,
  stockCard,
  townOf,
} from '#tests/_support/people-builder.ts';

const PEOPLE = ['a', 'b', 'c', 'd'];
const FIRST_DAY = '2026-11-23';
const GRACE_DAYS = 30;
const STOCK = Array.from({ length: 15 }, (_, i) => i + 1).flatMap((n) => [
  stockCard(n),
  stockCard(100 + n, true),
  stockCard(200 + n, false, { cardSystemId: OTHER_SYSTEM }),
  stockCard(300 + n, n % 2 === 0, { place: LANGEMARK }),
]);

type History = { readonly event: PassholderEvent; readonly at: number; readonly today: string }[];

/** Four people, three of them registered, sixty cards, two counters. */
class Town {
  readonly people = new Map(PEOPLE.map((id) => [id, nobody(id)]));
  readonly histories = new Map<string, History>(PEOPLE.map((id) => [id, []]));
  today = FIRST_DAY;
  place = IEPER;

  constructor() {
    const register = { kind: 'register', person: aPerson(), cardSystemId: WESTHOEK } as const;
    this.act('a', { ...register, number: stockCard(1).number });
    this.act('b', { ...register, number: stockCard(2).number });
    const kansenstatuut = { proof: 'leefloon', until: addCivilDays(FIRST_DAY, 100) };
    this.act('c', { ...register, number: stockCard(101, true).number, kansenstatuut });
  }

  person(id: string): Passholder {
    return this.people.get(id) ?? nobody(id);
  }

  act(id: string, command: PassholderCommand): boolean {
    const decided = decidePassholder(this.person(id), command, this.#facts());
    if (decided.ok) this.#take(id, decided.value);
    return decided.ok;
  }

  /** What the server does by itself as days go by. */
  endPlanned(): void {
    for (const [id, person] of this.people)
      for (const cardSystemId of endedBy(person, this.today))
        this.#take(id, [{ kind: 'membership-ended', cardSystemId, reason: 'moved-away' }]);
  }

  /** As the server keeps them: a card is in stock until somebody has it. */
  cards(): Map<string, RegionCard> {
    const cards = new Map<string, RegionCard>(STOCK.map((card) => [card.number, card]));
    for (const { passholderId, cards: own } of this.people.values())
      for (const { number, state } of own) {
        const card = cards.get(number);
        if (card) cards.set(number, { ...card, state, place: null, passholderId });
      }
    return cards;
  }

  #take(id: string, events: readonly PassholderEvent[]): void {
    const at = startOfCivilDay(this.today);
    for (const event of events) {
      this.people.set(id, apply(this.person(id), event, { at, today: this.today }));
      this.histories.get(id)?.push({ event, at, today: this.today });
    }
  }

  #facts(): PassholderFacts {
    return {
      today: this.today,
      cards: this.cards(),
      place: this.place,
      graceDays: GRACE_DAYS,
      moveDays: { back: 92, ahead: 92 },
      blockReasons: BLOCK_REASONS,
      replaceReasons: [],
      nisCodeOf: townOf,
      acceptedProofs: (nisCode) => (nisCode === IEPER ? ['leefloon', 'attest'] : ['leefloon']),
    };
  }
}

const person = fc.constantFrom(
  aPerson(),
  aPerson({ address: { country: 'BE', postalCode: '8920', city: 'Langemark-Poelkapelle' } }),
  aPerson({ address: { country: 'FR', postalCode: '59270', city: 'Bailleul' } }),
  aPerson({ dateOfBirth: '2016-05-05' }),
);
/** Any card of the town by chance, mostly one that fits: in stock at this counter, or the person's own. */
type Pick = { readonly nth: number; readonly fits: boolean };
const pick: fc.Arbitrary<Pick> = fc.record({
  nth: fc.nat(100),
  fits: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
});
const among = <T>(list: readonly T[], { nth }: Pick): T | undefined => list[nth % Math.max(list.length, 1)];

const inStock = (town: Town, cardSystemId: string, reduced: boolean, chosen: Pick): UitpasNumber => {
  const fitting = [...town.cards().values()].filter(
    (card) =>
      card.state === 'stock' &&
      card.place === town.place &&
      card.cardSystemId === cardSystemId &&
      saysKansenstatuut(card.number) === reduced,
  );
  return (chosen.fits ? among(fitting, chosen) : among(STOCK, chosen))?.number ?? STOCK_FIRST;
};
const ofPerson = (town: Town, id: string, chosen: Pick): UitpasNumber =>
  (chosen.fits ? among(town.person(id).cards, chosen) : among(STOCK, chosen))?.number ?? STOCK_FIRST;
const STOCK_FIRST = stockCard(1).number;

const cardSystemId = fc.constantFrom(WESTHOEK, WESTHOEK, OTHER_SYSTEM);
const aheadDays = fc.integer({ min: -20, max: 700 });
const proof = fc.constantFrom('leefloon', 'leefloon', 'attest', 'onbekend');

/** A card of another region, or one of this region by mistake. */
const arrival = fc.option(
  fc.constantFrom(stockCard(900).number, stockCard(901).number, stockCard(1).number),
  { nil: undefined },
);

type Act = (town: Town, id: string) => PassholderCommand;
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .record({ person, cardSystemId, pick, reduced: fc.boolean(), proof, aheadDays, comes: arrival })
      .map((given): Act => (town) => ({
        kind: 'register',
        person: given.person,
        cardSystemId: given.cardSystemId,
        number: inStock(town, given.cardSystemId, given.reduced, given.pick),
        ...(given.comes && { comesWith: given.comes }),
        ...(given.reduced && {
          kansenstatuut: { proof: given.proof, until: addCivilDays(town.today, given.aheadDays) },
        }),
      })),
  },
  person.map((next): Act => () => ({ kind: 'change-details', person: next })),
  {
    weight: 3,
    arbitrary: fc
      .tuple(person, fc.integer({ min: -100, max: 100 }), fc.option(fc.boolean(), { nil: undefined }))
      .map(([next, days, leaves]): Act => (town) => ({
        kind: 'move',
        person: next,
        from: addCivilDays(town.today, days),
        ...(leaves !== undefined && { leaves }),
      })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(cardSystemId, pick).map(([system, chosen]): Act => (town) => ({
      kind: 'join',
      cardSystemId: system,
      number: inStock(town, system, false, chosen),
    })),
  },
  fc
    .tuple(cardSystemId, fc.constantFrom(...END_REASONS))
    .map(([system, reason]): Act => () => ({ kind: 'leave', cardSystemId: system, reason })),
  fc.tuple(pick, fc.constantFrom(...BLOCK_REASONS)).map(([chosen, reason]): Act => (town, id) => ({
    kind: 'block-card',
    number: ofPerson(town, id, chosen),
    reason,
  })),
  {
    weight: 2,
    arbitrary: pick.map((chosen): Act => (town, id) => ({
      kind: 'unblock-card',
      number: ofPerson(town, id, chosen),
    })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ old: pick, next: pick, reduced: fc.boolean(), reason: fc.constantFrom(...REPLACE_REASONS) })
      .map(({ old, next, reduced, reason }): Act => (town, id) => {
        const number = ofPerson(town, id, old);
        const system = town.cards().get(number)?.cardSystemId ?? WESTHOEK;
        return { kind: 'replace-card', number, by: inStock(town, system, reduced, next), reason };
      }),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({
        kind: fc.constantFrom('grant-kansenstatuut' as const, 'renew-kansenstatuut' as const),
        cardSystemId,
        proof,
        aheadDays,
        by: fc.option(pick, { nil: undefined }),
      })
      .map(({ kind, cardSystemId: system, by, ...given }): Act => (town) => ({
        kind,
        cardSystemId: system,
        grant: { proof: given.proof, until: addCivilDays(town.today, given.aheadDays) },
        ...(by && { by: inStock(town, system, true, by) }),
      })),
  },
  fc.tuple(cardSystemId, aheadDays).map(([system, days]): Act => (town) => ({
    kind: 'suspend-kansenstatuut',
    cardSystemId: system,
    until: addCivilDays(town.today, days),
  })),
  fc.tuple(cardSystemId, fc.option(pick, { nil: undefined })).map(([system, by]): Act => (town) => ({
    kind: 'end-kansenstatuut',
    cardSystemId: system,
    ...(by && { by: inStock(town, system, false, by) }),
  })),
  fc.constant<Act>(() => ({ kind: 'erase' })),
);

type Step =
  | { readonly what: 'act'; readonly who: string; readonly act: Act }
  | { readonly what: 'days'; readonly days: number }
  | { readonly what: 'counter'; readonly place: string };
const who = fc.constantFrom(...PEOPLE);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ what: fc.constant('act' as const), who, act }) },
  fc.record({ what: fc.constant('days' as const), days: fc.integer({ min: 1, max: 120 }) }),
  fc.record({ what: fc.constant('counter' as const), place: fc.constantFrom(IEPER, LANGEMARK) }),
);

function takeStep(town: Town, next: Step): boolean {
  switch (next.what) {
    case 'act':
      return town.act(next.who, next.act(town, next.who));
    case 'days':
      town.today = addCivilDays(town.today, next.days);
      town.endPlanned();
      return false;
    case 'counter':
      town.place = next.place;
      return false;
  }
}

function requireLaws(town: Town): void {
  const holders = new Map<string, string>();
  for (const { passholderId, n, cards, memberships, homes } of town.people.values()) {
    for (const { number: own } of cards) {
      expect(holders.get(own), `${own} is with two people`).toBeUndefined();
      holders.set(own, passholderId);
    }
    const active = cards.filter(({ state }) => state === 'active').map((card) => card.cardSystemId);
    expect(new Set(active).size, 'one active number in a card system').toBe(active.length);
    for (const system of active)
      expect(memberships.find((membership) => membership.cardSystemId === system)?.status).toBe('active');
    for (const { status, endsOn } of memberships) {
      expect(endsOn === undefined || endsOn > town.today, 'ends on its day').toBe(true);
      expect(endsOn === undefined || status === 'active', 'an end to come is of what is going on').toBe(true);
      // Who leaves lives elsewhere from that day on.
      if (endsOn !== undefined) expect(homeOn({ homes }, endsOn)).toBeNull();
    }
    for (const card of cards) if (card.state === 'replaced') expect(card.replacedBy).toBeDefined();
    const days = homes.map(({ from }) => from);
    expect(days).toEqual([...new Set(days)].sort());

    const history = town.histories.get(passholderId) ?? [];
    expect(n).toBe(history.length);
    const again = history.reduce((now, { event, ...when }) => apply(now, event, when), nobody(passholderId));
    expect(again, 'the history tells the present').toEqual(town.person(passholderId));
  }
}

it('whatever desks do: a valid history, one active number, a card in one place', () => {
  let taken = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 80, size: 'max' }), (steps) => {
      const town = new Town();
      for (const next of steps) {
        if (takeStep(town, next)) taken += 1;
        requireLaws(town);
      }
    }),
    { numRuns: 400 },
  );
  expect(taken).toBeGreaterThan(2_000);
});

it('whoever lives outside the region has no kansenstatuut that holds', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), (steps) => {
      const town = new Town();
      for (const next of steps) takeStep(town, next);
      for (const { homes, memberships } of town.people.values()) {
        const newest = homes.at(-1);
        if (newest?.nisCode !== null || newest === undefined) continue;
        const day = newest.from > town.today ? newest.from : town.today;
        for (const { kansenstatuut } of memberships)
          expect(kansenstatuutOn(kansenstatuut, day, GRACE_DAYS)).not.toBe('active');
      }
    }),
    { numRuns: 300 },
  );
});
