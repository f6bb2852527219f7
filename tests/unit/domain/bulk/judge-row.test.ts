import { describe, expect, test } from 'vitest';
import type { PersonWork } from '#domain/bulk/bulk-work.ts';
import { judgeRow, type AskedRow } from '#domain/bulk/judge-row.ts';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { PassholderFacts } from '#domain/passholders/decide-passholder.ts';
import type { Passholder } from '#domain/passholders/passholder.ts';
import { IEPER, OTHER_SYSTEM, WESTHOEK, aPerson, townOf } from '#tests/_support/people-builder.ts';

const TODAY = '2026-03-02';
const number = makeUitpasNumber('991', '1');
const regular = makeUitpasNumber('992', '0');
const facts: PassholderFacts = {
  today: TODAY,
  cards: new Map(),
  place: IEPER,
  graceDays: 30,
  moveDays: { back: 92, ahead: 92 },
  blockReasons: ['stolen'],
  replaceReasons: [],
  nisCodeOf: townOf,
  acceptedProofs: () => ['leefloon'],
};
const entitled = (change: Partial<Passholder> = {}): Passholder => ({
  passholderId: 'p',
  n: 1,
  state: 'active',
  person: aPerson({
    address: { country: 'BE', postalCode: '8900', city: 'Ieper', street: 'Kerkstraat 12 bus 3' },
  }),
  homes: [{ nisCode: IEPER, from: '2024-01-01' }],
  memberships: [
    {
      cardSystemId: WESTHOEK,
      status: 'active',
      kansenstatuut: { since: '2025-01-01', until: '2026-04-30', proof: 'leefloon' },
    },
  ],
  cards: [{ number, cardSystemId: WESTHOEK, state: 'active', since: 0 }],
  ...change,
});
const renew: PersonWork = {
  kind: 'renew-kansenstatuut',
  cardSystemId: WESTHOEK,
  until: '2027-04-30',
  proof: 'leefloon',
};
const judge = (work: PersonWork, row: Partial<AskedRow> = {}, person = entitled()) => {
  const judged = judgeRow(person, work, { number, wanted: {}, ...row }, facts);
  return judged.ok ? judged.value.events.map(({ kind }) => kind).join() : judged.error.code;
};

describe('renewing', () => {
  const card = (state: 'active' | 'blocked' | 'replaced', change = {}) => ({
    ...{ number, cardSystemId: WESTHOEK, state, since: 0 },
    ...change,
  });
  const current = (kansenstatuut: Passholder['memberships'][number]['kansenstatuut']) =>
    entitled({ memberships: [{ cardSystemId: WESTHOEK, status: 'active', kansenstatuut }] });
  const had = { since: '2025-01-01', until: '2026-04-30', proof: 'leefloon' };

  test.each([
    ['as the list says', {}, entitled(), 'kansenstatuut-set'],
    ['as the row says', { wanted: { until: '2026-12-31' } }, entitled(), 'kansenstatuut-set'],
    ['who was chosen without a card', { number: null }, entitled(), 'kansenstatuut-set'],
    [
      'by a card that was replaced since',
      {},
      entitled({ cards: [card('replaced'), card('active', { number: makeUitpasNumber('993', '1') })] }),
      'kansenstatuut-set',
    ],
    ['long after it was over', {}, current({ ...had, until: '2024-04-30' }), 'kansenstatuut-set'],
    ['a row with an earlier end', { wanted: { until: '2026-04-30' } }, entitled(), 'end-not-later'],
    [
      'a row with an end in the past',
      { wanted: { until: '2026-01-31' } },
      current({ ...had, until: '2025-12-31' }),
      'end-passed',
    ],
    ['a row with an end too far ahead', { wanted: { until: '2031-04-30' } }, entitled(), 'end-too-far'],
    ['a proof that is not accepted', { wanted: { proof: 'student' } }, entitled(), 'proof-not-accepted'],
    ['who never had it', {}, current(null), 'no-kansenstatuut'],
    ['from whom it was taken', {}, current({ ...had, endedOn: '2026-01-01' }), 'no-kansenstatuut'],
    ['whose card is blocked', {}, entitled({ cards: [card('blocked')] }), 'card-is-blocked'],
    [
      'whose card does not say it',
      { number: regular },
      entitled({ cards: [card('active', { number: regular })] }),
      'card-digit-differs',
    ],
    [
      'a card of another card system',
      {},
      entitled({ cards: [card('active', { cardSystemId: OTHER_SYSTEM })] }),
      'card-is-of-other-system',
    ],
    ['a card of somebody else', { number: regular }, entitled(), 'card-not-theirs'],
    [
      'who lives outside the region',
      {},
      entitled({ homes: [{ nisCode: null, from: '2024-01-01' }] }),
      'lives-outside',
    ],
    [
      'who is no member any more',
      {},
      entitled({ memberships: [{ cardSystemId: WESTHOEK, status: 'ended', kansenstatuut: had }] }),
      'is-no-member',
    ],
    ['who was erased', {}, entitled({ state: 'erased', person: null }), 'not-here'],
  ] as const)('%s', (_, row, person, expected) => {
    expect(judge(renew, row, person)).toBe(expected);
  });
});

describe('blocking', () => {
  const block: PersonWork = { kind: 'block-card', reason: 'stolen' };
  const blocked = entitled({ cards: [{ number, cardSystemId: WESTHOEK, state: 'blocked', since: 0 }] });
  test.each([
    ['the card of the row', {}, entitled(), 'card-blocked'],
    ['the card of who was chosen', { number: null }, entitled(), 'card-blocked'],
    ['a card that is blocked already', {}, blocked, 'card-not-active'],
    ['who has no card', { number: null }, entitled({ cards: [] }), 'card-not-active'],
  ] as const)('%s', (_, row, person, expected) => {
    expect(judge(block, row, person)).toBe(expected);
  });
});

describe('a street with another name', () => {
  const rename = (from: string, postalCode = '8900'): PersonWork => ({
    ...{ kind: 'rename-street', postalCode, from, to: 'Pater Damiaanstraat' },
  });
  test('keeps number and box', () => {
    const judged = judgeRow(entitled(), rename('kerkstraat'), { number, wanted: {} }, facts);
    expect(judged).toMatchObject({
      value: { events: [{ person: { address: { street: 'Pater Damiaanstraat 12 bus 3' } } }] },
    });
  });
  test.each([
    ['part of a longer name', rename('Kerk'), 'street-differs'],
    ['elsewhere', rename('Kerkstraat', '8920'), 'street-differs'],
    ['another street', rename('Markt'), 'street-differs'],
  ])('%s stays', (_, work, expected) => {
    expect(judge(work)).toBe(expected);
  });
});

describe('another address', () => {
  const move = (street: string, postalCode = '8900', city = 'Ieper'): PersonWork => ({
    ...{ kind: 'change-address', street, postalCode, city },
  });
  test('is written for who lives in that municipality', () => {
    const judged = judgeRow(entitled(), move('Verzonnenlaan 5'), { number, wanted: {} }, facts);
    expect(judged).toMatchObject({
      value: {
        act: { kind: 'change-details' },
        events: [{ person: { address: { street: 'Verzonnenlaan 5', postalCode: '8900', city: 'Ieper' } } }],
      },
    });
  });
  test.each([
    ['who lives there already', move('Kerkstraat 12 bus 3'), entitled(), 'lives-there'],
    ['another municipality', move('Verzonnenlaan 5', '8630', 'Veurne'), entitled(), 'is-a-move'],
    ['who was erased', move('Verzonnenlaan 5'), entitled({ state: 'erased' }), 'not-here'],
  ] as const)('%s stays as it is', (_, work, person, expected) => {
    expect(judge(work, {}, person)).toBe(expected);
  });
});
