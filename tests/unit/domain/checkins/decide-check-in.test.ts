import { describe, expect, it } from 'vitest';
import { CARD_STATES, type CardFacts } from '#domain/cards/card-facts.ts';
import type { Occurrence } from '#domain/checkins/activity-policy.ts';
import {
  admitCheckIn,
  decideCheckIn,
  NOTE_CODES,
  periodAt,
  REFUSAL_CODES,
  type Admission,
} from '#domain/checkins/decide-check-in.ts';
import type { Visit } from '#domain/checkins/rank-visits.ts';
import { verdictOf, type VerdictKind } from '#domain/checkins/verdict.ts';

const NOW = 5_000;
const open: Occurrence[] = [
  { occurrenceId: 'o', startsAt: 2_000, endsAt: 8_000, opensAt: 1_000, closesAt: 9_000 },
];
const closed: Occurrence[] = [];

type Known = Extract<CardFacts, { known: true }>;
const card = (changed: Partial<Omit<Known, 'known'>> = {}): CardFacts => ({
  known: true,
  state: 'active',
  groupPass: false,
  membership: 'here',
  ...changed,
});

/** An admission in a word: `yes`, `yes, foreign`, `no, card-blocked`. */
const word = (admission: Admission): string =>
  admission.admitted ? `yes${admission.note ? `, ${admission.note}` : ''}` : `no, ${admission.code}`;

describe('is this card admitted now?', () => {
  // Rows: card state. Columns: membership here, elsewhere, ended.
  const table: Record<(typeof CARD_STATES)[number], [here: string, elsewhere: string, ended: string]> = {
    active: ['yes', 'yes, other-card-system', 'no, membership-ended'],
    blocked: ['no, card-blocked', 'no, card-blocked', 'no, card-blocked'],
    replaced: ['yes, card-replaced', 'yes, card-replaced', 'no, membership-ended'],
    stock: ['no, card-not-registered', 'no, card-not-registered', 'no, card-not-registered'],
    deleted: ['no, card-deleted', 'no, card-deleted', 'no, card-deleted'],
  };
  const memberships = ['here', 'elsewhere', 'ended'] as const;
  const cases = CARD_STATES.flatMap((state) =>
    memberships.map((membership, i) => [state, membership, table[state][i]] as const),
  );

  it.each(cases)('%s, member %s: %s', (state, membership, expected) => {
    const facts = { card: card({ state, membership }), occurrences: open, points: 1 };
    expect(word(admitCheckIn(facts, NOW))).toBe(expected);
    expect(word(admitCheckIn({ ...facts, occurrences: closed }, NOW))).toBe('no, activity-closed');
  });

  it.each(cases)('a group pass never checks in: %s, member %s', (state, membership) => {
    const facts = { card: card({ state, membership, groupPass: true }), occurrences: open, points: 1 };
    expect(word(admitCheckIn(facts, NOW))).toBe('no, group-pass');
  });

  it('a card of another region is welcome, and noted', () => {
    expect(word(admitCheckIn({ card: { known: false }, occurrences: open, points: 1 }, NOW))).toBe(
      'yes, foreign',
    );
  });

  // The scan was at 5000; a card that changed afterwards was still good then, except one nobody had bought yet.
  const changes: [state: Known['state'], since: number, expected: string][] = [
    ['blocked', NOW, 'no, card-blocked'],
    ['blocked', NOW + 1, 'yes'],
    ['deleted', NOW + 1, 'yes'],
    ['replaced', NOW + 1, 'yes'],
    ['stock', NOW + 1, 'no, card-not-registered'],
  ];
  it.each(changes)('%s since %d: %s', (state, stateSince, expected) => {
    const facts = { card: card({ state, stateSince }), occurrences: open, points: 1 };
    expect(word(admitCheckIn(facts, NOW))).toBe(expected);
  });

  const windows: [at: number, expected: string][] = [
    [999, 'no, activity-closed'],
    [1_000, 'yes'],
    [8_999, 'yes'],
    [9_000, 'no, activity-closed'],
  ];
  it.each(windows)('at %d (open from 1000 until 9000): %s', (at, expected) => {
    expect(word(admitCheckIn({ card: card(), occurrences: open, points: 1 }, at))).toBe(expected);
  });
});

describe('the limit', () => {
  const visit = (commandId: string, at: number, undone = false): Visit => ({ commandId, at, undone });
  const cases: [what: string, volume: number | null, earlier: Visit[], expected: string][] = [
    ['no limit, nobody before', null, [], 'accepted'],
    ['no limit, many before', null, [visit('a', 1), visit('b', 2), visit('c', 3)], 'accepted'],
    ['1, nobody before', 1, [], 'accepted'],
    ['1, one before', 1, [visit('a', 1)], 'duplicate of a'],
    ['1, one before that was undone', 1, [visit('a', 1, true)], 'accepted'],
    ['1, one that arrived first but was later', 1, [visit('a', NOW + 1)], 'accepted'],
    ['1, one at the same moment with an earlier id', 1, [visit('a', NOW)], 'duplicate of a'],
    ['1, one at the same moment with a later id', 1, [visit('z', NOW)], 'accepted'],
    ['2, one before', 2, [visit('a', 1)], 'accepted'],
    ['2, two before', 2, [visit('b', 2), visit('a', 1)], 'duplicate of b'],
    ['2, two before, one undone', 2, [visit('b', 2, true), visit('a', 1)], 'accepted'],
  ];
  it.each(cases)('%s', (_what, volume, earlier, expected) => {
    const facts = { card: card(), occurrences: open, points: 3, volume, earlier };
    const decision = decideCheckIn(facts, visit('m', NOW));
    const told =
      decision.outcome === 'duplicate' ? `duplicate of ${decision.of.commandId}` : decision.outcome;
    expect(told).toBe(expected);
    if (decision.outcome === 'accepted') expect(decision.points).toBe(3);
  });

  it('a card that is refused is not told that it was here before', () => {
    const facts = { card: card({ state: 'blocked' }), occurrences: open, points: 1, volume: 1 };
    expect(decideCheckIn({ ...facts, earlier: [visit('a', 1)] }, visit('m', NOW))).toEqual({
      outcome: 'refused',
      code: 'card-blocked',
    });
  });
});

describe('what the volunteer sees', () => {
  const seen = (facts: CardFacts, doubt?: 'roster-expired' | 'no-roster'): VerdictKind =>
    verdictOf(
      decideCheckIn(
        { card: facts, occurrences: open, points: 1, volume: 1, earlier: [] },
        { commandId: 'm', at: NOW, undone: false },
      ),
      doubt,
    );

  it.each<[string, CardFacts, VerdictKind]>([
    ['a good card', card(), 'saved'],
    ['a card of another card system of the region', card({ membership: 'elsewhere' }), 'saved'],
    ['a card this phone does not know', { known: false }, 'noted'],
    ['a replaced card', card({ state: 'replaced' }), 'attention'],
    ['a blocked card', card({ state: 'blocked' }), 'refused'],
  ])('%s', (_what, facts, verdict) => {
    expect(seen(facts)).toBe(verdict);
  });

  it('a good card on an old roster is noted, a blocked one still refused', () => {
    expect(seen(card(), 'roster-expired')).toBe('noted');
    expect(seen(card(), 'no-roster')).toBe('noted');
    expect(seen(card({ state: 'blocked' }), 'roster-expired')).toBe('refused');
  });

  it('somebody who was here before', () => {
    const of = { commandId: 'a', at: 1, undone: false };
    expect(verdictOf({ outcome: 'duplicate', of })).toBe('attention');
    expect(verdictOf({ outcome: 'duplicate', of }, 'roster-expired')).toBe('attention');
  });
});

it('no code means two things', () => {
  const codes = [...REFUSAL_CODES, ...NOTE_CODES];
  expect(new Set(codes).size).toBe(codes.length);
});

it('finds the limit period of a moment in the list the phone was given', () => {
  const periods = [
    { key: 'D1', startsAt: 0, endsAt: 10 },
    { key: 'D2', startsAt: 10, endsAt: 20 },
  ];
  expect([-1, 0, 9, 10, 19, 20].map((at) => periodAt(periods, at)?.key)).toEqual([
    undefined,
    'D1',
    'D1',
    'D2',
    'D2',
    undefined,
  ]);
});
