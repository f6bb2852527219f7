import { describe, expect, it } from 'vitest';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import {
  cardsThatDiffer,
  decideMerge,
  doubleCards,
  type MergeFacts,
} from '#domain/passholders/decide-merge.ts';
import type { Kansenstatuut } from '#domain/passholders/kansenstatuut.ts';
import { apply, type OwnCard, type Passholder } from '#domain/passholders/passholder.ts';
import { aPerson, IEPER, OTHER_SYSTEM, townOf, WESTHOEK } from '#tests/_support/people-builder.ts';

const facts: MergeFacts = {
  ...{ at: 5_000, today: '2026-11-23', graceDays: 30, nisCodeOf: townOf, inszDiffers: false },
};
const card = (n: number, over: Partial<OwnCard> = {}): OwnCard => ({
  ...{ number: makeUitpasNumber(`0991${String(n).padStart(7, '0')}`, '0'), cardSystemId: WESTHOEK },
  ...{ state: 'active', since: 1_000 },
  ...over,
});
const right = (until: string, over: Partial<Kansenstatuut> = {}): Kansenstatuut => ({
  ...{ since: '2025-05-01', until, proof: 'leefloon' },
  ...over,
});
function file(
  passholderId: string,
  cards: readonly OwnCard[],
  kansenstatuut: Kansenstatuut | null = null,
): Passholder {
  const memberships = [...new Set(cards.map(({ cardSystemId }) => cardSystemId))].map((cardSystemId) => ({
    ...{ cardSystemId, status: 'active' as const, kansenstatuut },
  }));
  const homes = [{ nisCode: IEPER, from: '2020-01-01' }];
  return { passholderId, n: 3, state: 'active', person: aPerson(), homes, memberships, cards };
}
const merged = (into: Passholder, from: Passholder, stays: readonly OwnCard[] = [], over = {}) =>
  decideMerge(
    into,
    from,
    { person: aPerson(), stays: stays.map(({ number }) => number) },
    { ...facts, ...over },
  );
/** As they stand afterwards. */
function after(into: Passholder, from: Passholder, stays: readonly OwnCard[] = []) {
  const decided = merged(into, from, stays);
  if (!decided.ok) throw new Error(decided.error.code);
  const fold = (start: Passholder, events: typeof decided.value.into): Passholder =>
    events.reduce((now, event) => apply(now, event, facts), start);
  return { into: fold(into, decided.value.into), from: fold(from, decided.value.from) };
}

describe('cards', () => {
  it('of two active ones the chosen one stays, the other is replaced by it', () => {
    const [own, other] = [card(1), card(2)];
    for (const stays of [own, other]) {
      const { cards } = after(file('a', [own]), file('b', [other]), [stays]).into;
      expect(cards.filter(({ state }) => state === 'active').map(({ number }) => number)).toEqual([
        stays.number,
      ]);
      expect(cards.find(({ state }) => state === 'replaced')).toMatchObject({
        since: facts.at,
        replacedBy: stays.number,
      });
    }
  });
  it('of different card systems, or where one is blocked, nothing has to be chosen', () => {
    const { cards } = after(
      file('a', [card(1), card(3, { state: 'blocked' })]),
      file('b', [
        card(2, { cardSystemId: OTHER_SYSTEM }),
        card(4, { state: 'replaced', replacedBy: card(9).number }),
      ]),
    ).into;
    expect(cards.map(({ state }) => state)).toEqual(['active', 'blocked', 'active', 'replaced']);
    expect(doubleCards({ cards: [card(1)] }, { cards: [card(2, { state: 'blocked' })] })).toEqual([]);
  });
  it('the file that went has none, no person and no rights', () => {
    expect(after(file('a', [card(1)]), file('b', [card(2)]), [card(1)]).from).toMatchObject({
      ...{ state: 'merged', mergedInto: 'a', person: null, cards: [], memberships: [], n: 4 },
    });
  });
});

describe('the kansenstatuut', () => {
  const of = (own: Kansenstatuut | null, other: Kansenstatuut | null) =>
    after(file('a', [card(1)], own), file('b', [card(2)], other), [card(1)]).into.memberships[0]
      ?.kansenstatuut;
  it.each([
    ['one has it', null, right('2027-04-30'), { until: '2027-04-30' }],
    ['the one that lasts longest', right('2027-04-30'), right('2027-01-31'), { until: '2027-04-30' }],
    ['what holds before what is over', right('2025-04-30'), right('2026-12-31'), { until: '2026-12-31' }],
    ['grace holds', right('2026-11-01'), right('2024-04-30'), { until: '2026-11-01' }],
    [
      'ended by hand does not',
      right('2027-04-30', { endedOn: '2026-06-01' }),
      right('2026-12-31'),
      { until: '2026-12-31' },
    ],
    [
      'a suspension of either holds',
      right('2027-04-30'),
      right('2027-01-31', { suspendedUntil: '2026-12-24' }),
      { until: '2027-04-30', suspendedUntil: '2026-12-24' },
    ],
  ])('%s', (_, own, other, expected) => expect(of(own, other)).toMatchObject(expected));
  it('neither', () => expect(of(null, null)).toBeNull());
  it('a card that says something else is named', () => {
    const { into } = after(file('a', [card(1)]), file('b', [card(2)], right('2027-04-30')), [card(1)]);
    expect(cardsThatDiffer(into, facts)).toEqual([card(1).number]);
  });
});

describe('refused', () => {
  const [a, b] = [file('a', [card(1)]), file('b', [card(2)])];
  const code = (answer: ReturnType<typeof merged>) => (answer.ok ? 'ok' : answer.error.code);
  it.each([
    ['with itself', () => merged(a, a, [card(1)]), 'same-file'],
    ['no choice', () => merged(a, b), 'choose-card'],
    ['both', () => merged(a, b, [card(1), card(2)]), 'choose-card'],
    ['an erased one', () => merged(a, { ...b, state: 'erased' }, [card(1)]), 'not-here'],
    [
      'one that went already',
      () => merged({ ...a, state: 'merged', mergedInto: 'c' }, b, [card(1)]),
      'not-here',
    ],
    ['nobody', () => merged(a, { ...b, n: 0 }, [card(1)]), 'not-here'],
    ['two national numbers', () => merged(a, b, [card(1)], { inszDiffers: true }), 'insz-differs'],
    ['another town', () => merged(a, b, [card(1)], { nisCodeOf: () => null }), 'is-a-move'],
    ['born tomorrow', () => merged(a, b, [card(1)], { today: '1980-01-01' }), 'person'],
  ] as const)('%s', (_, answer, expected) => expect(code(answer())).toBe(expected));
});
