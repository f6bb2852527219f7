import { describe, expect, it } from 'vitest';
import {
  bookDayOf,
  decideClose,
  decideCorrection,
  decideMove,
  type CloseFacts,
  type TillCount,
} from '#domain/cash/till.ts';
import { centsEntry } from '#domain/ledger/ledger.ts';

const TODAY = '2026-11-23';
const facts = (over: Partial<CloseFacts> = {}): CloseFacts => ({
  day: TODAY,
  today: TODAY,
  closedThrough: '2026-11-20',
  lastEntryDay: TODAY,
  expectedCents: 1_500,
  ...over,
});
const count = (over: Partial<TillCount> = {}): TillCount => ({
  countedCents: 1_500,
  keptCents: 500,
  ...over,
});

it('what comes after a close stands on the first open day', () => {
  expect(bookDayOf(TODAY, undefined)).toBe(TODAY);
  expect(bookDayOf(TODAY, '2026-11-22')).toBe(TODAY);
  expect(bookDayOf(TODAY, TODAY)).toBe('2026-11-24');
  expect(bookDayOf(TODAY, '2026-11-24')).toBe('2026-11-25');
});

describe('closing a day', () => {
  const movesOf = (given: CloseFacts, counted: TillCount) => {
    const decided = decideClose('e', counted, given);
    return decided.ok
      ? Object.fromEntries(
          decided.value.entry?.postings.map(({ accountId, amount }) => [accountId, amount]) ?? [],
        )
      : decided.error;
  };

  it('leaves the change in the till and brings the rest to the safe', () => {
    expect(movesOf(facts(), count())).toEqual({ cash: -1_000, safe: 1_000 });
  });

  it('writes down what is missing, and why', () => {
    const missing = count({ countedCents: 1_400 });
    expect(movesOf(facts(), missing)).toEqual({ code: 'difference-needs-reason', differenceCents: -100 });
    expect(movesOf(facts(), { ...missing, why: 'verkeerd teruggegeven' })).toEqual({
      cash: -1_000,
      difference: 100,
      safe: 900,
    });
  });

  it('writes down nothing where nothing moves', () => {
    expect(movesOf(facts(), count({ keptCents: 1_500 }))).toEqual({});
  });

  it.each<[what: string, given: Partial<CloseFacts>, counted: Partial<TillCount>, code: string]>([
    ['once', { closedThrough: TODAY }, {}, 'closed-already'],
    ['not before a later one', { closedThrough: '2026-11-24' }, {}, 'closed-already'],
    ['not before it began', { day: '2026-11-24' }, {}, 'day-not-over'],
    ['not without what came in since', { lastEntryDay: '2026-11-24' }, {}, 'close-later-day'],
    ['with no more change than there is', {}, { keptCents: 1_600 }, 'kept-too-much'],
  ])('%s', (_, given, counted, code) => {
    expect(movesOf(facts(given), count(counted))).toMatchObject({ code });
  });
});

describe('a correction', () => {
  const entry = centsEntry('e', [
    ['income', -500],
    ['cash', 500],
  ]);
  it('goes back the way it came, once', () => {
    expect(decideCorrection('c', { kind: 'sale', corrected: false, entry })).toMatchObject({
      value: { corrects: 'e', postings: [{ amount: 500 }, { amount: -500 }] },
    });
    expect(decideCorrection('c', { kind: 'sale', corrected: true, entry })).toMatchObject({
      error: { code: 'corrected-already' },
    });
  });
  it.each(['correction', 'close', 'change'] as const)('is never of a %s', (kind) => {
    expect(decideCorrection('c', { kind, corrected: false, entry })).toMatchObject({
      error: { code: 'not-to-correct' },
    });
  });
});

describe('change', () => {
  const move = { cents: 500, why: 'wisselgeld' };
  it('goes from the safe into the till, and back', () => {
    expect(decideMove('m', { ...move, way: 'in' }, 0)).toMatchObject({
      value: {
        postings: [
          { accountId: 'cash', amount: 500 },
          { accountId: 'safe', amount: -500 },
        ],
      },
    });
    expect(decideMove('m', { ...move, way: 'out' }, 500)).toMatchObject({
      value: {
        postings: [
          { accountId: 'cash', amount: -500 },
          { accountId: 'safe', amount: 500 },
        ],
      },
    });
  });
  it('never takes out what is not there', () => {
    expect(decideMove('m', { ...move, way: 'out' }, 499)).toMatchObject({
      error: { code: 'too-little-in-till', expectedCents: 499 },
    });
  });
});
