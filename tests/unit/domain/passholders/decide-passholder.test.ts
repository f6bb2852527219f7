import { describe, expect, it } from 'vitest';
import type { RegionCard } from '#domain/passholders/card-life.ts';
import { decidePassholder, type PassholderFacts } from '#domain/passholders/decide-passholder.ts';
import type { PassholderCommand } from '#domain/passholders/passholder-command.ts';
import {
  activeCardIn,
  apply,
  homeOn,
  membershipIn,
  nobody,
  type Passholder,
} from '#domain/passholders/passholder.ts';
import { IEPER, LANGEMARK, WESTHOEK, aPerson, stockCard, townOf } from '#tests/_support/people-builder.ts';

const TODAY = '2026-11-23';
const when = { at: 1_000, today: TODAY };
const [regular, second, third] = [stockCard(1), stockCard(2), stockCard(3)];
const [reduced, reduced2] = [stockCard(11, true), stockCard(12, true)];
const proof = { proof: 'leefloon', until: '2027-04-30' };

const facts = (...cards: RegionCard[]): PassholderFacts => ({
  today: TODAY,
  cards: new Map([regular, second, third, reduced, reduced2, ...cards].map((card) => [card.number, card])),
  place: IEPER,
  graceDays: 30,
  moveDays: { back: 92, ahead: 92 },
  blockReasons: ['lost', 'stolen', 'defect'],
  replaceReasons: [{ under: 'defect', text: 'De chip antwoordt niet' }],
  nisCodeOf: townOf,
  acceptedProofs: (nisCode) => (nisCode === LANGEMARK ? ['schuldbemiddeling'] : ['leefloon']),
});

const decide = (passholder: Passholder, command: PassholderCommand, given = facts()) =>
  decidePassholder(passholder, command, given);

function after(passholder: Passholder, ...commands: PassholderCommand[]): Passholder {
  return commands.reduce((current, command) => {
    const decided = decide(current, command);
    expect(decided).toMatchObject({ ok: true });
    return (decided.ok ? decided.value : []).reduce((next, event) => apply(next, event, when), current);
  }, passholder);
}

const register: PassholderCommand = {
  kind: 'register',
  person: aPerson(),
  cardSystemId: WESTHOEK,
  number: regular.number,
};
const noor = after(nobody('noor'), register);
const withRight = after(nobody('lou'), { ...register, number: reduced.number, kansenstatuut: proof });

describe('registering', () => {
  it('gives a member of the card system an active card, and a municipality that pays', () => {
    expect(activeCardIn(noor, WESTHOEK)?.number).toBe(regular.number);
    expect(membershipIn(noor, WESTHOEK)).toMatchObject({ status: 'active', kansenstatuut: null });
    expect(homeOn(noor, TODAY)).toBe(IEPER);
  });

  const refused: [what: string, change: Partial<typeof register>, given: PassholderFacts, error: object][] = [
    ['a card that nobody knows', { number: stockCard(99).number }, facts(), { code: 'card-unknown' }],
    [
      'a card of another counter',
      {},
      facts({ ...regular, place: LANGEMARK }),
      { code: 'card-at-other-counter', place: LANGEMARK },
    ],
    [
      'a card of another card system',
      {},
      facts({ ...regular, cardSystemId: 'x' }),
      { code: 'card-of-other-system' },
    ],
    [
      'a card that someone has',
      {},
      facts({ ...regular, state: 'active' }),
      { code: 'card-not-in-stock', state: 'active' },
    ],
    ['a group pass', {}, facts({ ...regular, groupPass: true }), { code: 'card-is-group-pass' }],
    [
      'a card that says kansenstatuut',
      { number: reduced.number },
      facts(),
      { code: 'card-digit-differs', wanted: false },
    ],
    [
      'a regular card with kansenstatuut',
      { kansenstatuut: proof },
      facts(),
      { code: 'card-digit-differs', wanted: true },
    ],
    [
      'kansenstatuut for who lives in France',
      {
        person: aPerson({ address: { country: 'FR', postalCode: '59270', city: 'Bailleul' } }),
        number: reduced.number,
        kansenstatuut: proof,
      },
      facts(),
      { code: 'lives-outside' },
    ],
    [
      'a child without consent of a parent',
      { person: aPerson({ dateOfBirth: '2015-01-01' }) },
      facts(),
      { code: 'person', problems: [{ field: 'parentalConsent', code: 'needed' }] },
    ],
  ];
  it.each(refused)('refuses %s', (_what, change, given, error) => {
    expect(decide(nobody('p'), { ...register, ...change } as PassholderCommand, given)).toEqual({
      ok: false,
      error,
    });
  });

  it('takes a resident of France, without kansenstatuut', () => {
    const person = aPerson({ address: { country: 'FR', postalCode: '59270', city: 'Bailleul' } });
    expect(homeOn(after(nobody('p'), { ...register, person }), TODAY)).toBeNull();
  });
});

describe('replacing a card', () => {
  it('the new card is active, the old one points to it', () => {
    const next = after(noor, {
      kind: 'replace-card',
      number: regular.number,
      by: second.number,
      reason: 'lost-or-stolen',
    });
    expect(next.cards).toEqual([
      {
        number: regular.number,
        cardSystemId: WESTHOEK,
        state: 'replaced',
        since: 1_000,
        replacedBy: second.number,
      },
      { number: second.number, cardSystemId: WESTHOEK, state: 'active', since: 1_000 },
    ]);
  });

  it('asks for a card that says what holds: the kansenstatuut comes and goes by its own act', () => {
    const replace = { kind: 'replace-card', reason: 'defect' } as const;
    expect(decide(noor, { ...replace, number: regular.number, by: reduced2.number })).toMatchObject({
      error: { code: 'card-digit-differs', wanted: false },
    });
    expect(decide(withRight, { ...replace, number: reduced.number, by: second.number })).toMatchObject({
      error: { code: 'card-digit-differs', wanted: true },
    });
  });

  it('a finer reason of the region says more, and only under the reason for which it is offered', () => {
    const replace = { kind: 'replace-card', number: regular.number, by: second.number } as const;
    const finer = 'De chip antwoordt niet';
    expect(decide(noor, { ...replace, reason: 'defect', finer })).toMatchObject({
      value: [{ kind: 'card-replaced', reason: 'defect', finer }],
    });
    for (const other of [
      { reason: 'lost-or-stolen', finer },
      { reason: 'defect', finer: 'Zomaar' },
    ] as const)
      expect(decide(noor, { ...replace, ...other })).toMatchObject({ error: { code: 'reason-not-offered' } });
  });

  it('a blocked card is replaced too, but not beside an active one', () => {
    const blocked = after(noor, { kind: 'block-card', number: regular.number, reason: 'lost' });
    const replaced = after(blocked, {
      kind: 'replace-card',
      number: regular.number,
      by: second.number,
      reason: 'lost-or-stolen',
    });
    expect(activeCardIn(replaced, WESTHOEK)?.number).toBe(second.number);
    expect(decide(replaced, { kind: 'unblock-card', number: regular.number })).toMatchObject({
      error: { code: 'card-not-blocked', state: 'replaced' },
    });
  });
});

describe('the kansenstatuut', () => {
  it('is granted together with the card that says so', () => {
    const grant = { kind: 'grant-kansenstatuut', cardSystemId: WESTHOEK, grant: proof } as const;
    expect(decide(noor, grant)).toMatchObject({ error: { code: 'card-digit-differs', wanted: true } });
    const next = after(noor, { ...grant, by: reduced2.number });
    expect(activeCardIn(next, WESTHOEK)?.number).toBe(reduced2.number);
    expect(membershipIn(next, WESTHOEK)?.kansenstatuut).toMatchObject({ until: '2027-04-30' });
  });

  it('is granted by the proofs of the municipality where one lives', () => {
    const inLangemark = after(noor, {
      kind: 'move',
      from: TODAY,
      person: aPerson({ address: { country: 'BE', postalCode: '8920', city: 'Langemark-Poelkapelle' } }),
    });
    expect(
      decide(inLangemark, {
        kind: 'grant-kansenstatuut',
        cardSystemId: WESTHOEK,
        grant: proof,
        by: reduced2.number,
      }),
    ).toMatchObject({ error: { code: 'proof-not-accepted' } });
  });

  it('stays with a move inside the card system, and ends with one outside', () => {
    const moved = after(withRight, {
      kind: 'move',
      from: '2026-12-01',
      person: aPerson({ address: { country: 'BE', postalCode: '8920', city: 'Langemark-Poelkapelle' } }),
    });
    expect(homeOn(moved, '2026-11-30')).toBe(IEPER);
    expect(homeOn(moved, '2026-12-01')).toBe(LANGEMARK);
    expect(membershipIn(moved, WESTHOEK)?.kansenstatuut?.endedOn).toBeUndefined();
    const gone = after(withRight, {
      kind: 'move',
      from: '2026-12-01',
      person: aPerson({ address: { country: 'BE', postalCode: '8500', city: 'Kortrijk' } }),
    });
    expect(membershipIn(gone, WESTHOEK)?.kansenstatuut?.endedOn).toBe('2026-12-01');
  });
});

it('an address of another municipality is a move, and asks since when', () => {
  const person = aPerson({ address: { country: 'BE', postalCode: '8920', city: 'Langemark-Poelkapelle' } });
  expect(decide(noor, { kind: 'change-details', person })).toMatchObject({ error: { code: 'is-a-move' } });
  expect(decide(noor, { kind: 'move', person, from: '2026-08-01' })).toMatchObject({
    error: { code: 'move-out-of-range', earliest: '2026-08-23' },
  });
});

it('nothing happens any more to who was erased', () => {
  const gone = after(noor, { kind: 'erase' });
  expect(gone).toMatchObject({ state: 'erased', person: null, cards: [{ state: 'blocked' }] });
  expect(decide(gone, register)).toMatchObject({ error: { code: 'is-registered' } });
  expect(decide(gone, { kind: 'erase' })).toMatchObject({ error: { code: 'not-here', state: 'erased' } });
});

describe('a planned move', () => {
  const inLangemark = aPerson({
    address: { country: 'BE', postalCode: '8920', city: 'Langemark-Poelkapelle' },
  });
  const planned = after(noor, { kind: 'move', person: inLangemark, from: '2027-01-01' });

  it('can be put off', () => {
    const later = after(planned, { kind: 'move', person: inLangemark, from: '2027-02-01' });
    expect(later.homes).toEqual([
      { nisCode: IEPER, from: TODAY },
      { nisCode: LANGEMARK, from: '2027-02-01' },
    ]);
  });

  it('can be called off', () => {
    const stays = after(planned, { kind: 'move', person: aPerson(), from: '2026-12-01' });
    expect(stays.homes).toEqual([{ nisCode: IEPER, from: TODAY }]);
  });
});

it('who is known to leave has a kansenstatuut until then, and for longer when that move is called off', () => {
  const abroad = aPerson({ address: { country: 'FR', postalCode: '59270', city: 'Bailleul' } });
  const leaving = after(noor, { kind: 'move', person: abroad, from: '2027-01-01' });
  const granted = after(leaving, {
    kind: 'grant-kansenstatuut',
    cardSystemId: WESTHOEK,
    grant: proof,
    by: reduced2.number,
  });
  expect(membershipIn(granted, WESTHOEK)?.kansenstatuut).toMatchObject({ endedOn: '2027-01-01' });
  const stays = after(granted, { kind: 'move', person: aPerson(), from: '2027-01-01' });
  expect(membershipIn(stays, WESTHOEK)?.kansenstatuut).toEqual({ since: TODAY, ...proof });
});
