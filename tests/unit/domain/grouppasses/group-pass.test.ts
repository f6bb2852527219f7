import { describe, expect, it, test } from 'vitest';
import { availableOn, checkGroupCard, grantYear, groupPassStatus } from '#domain/grouppasses/group-pass.ts';
import { limits } from '#domain/kernel/limits.ts';
import { sumByUnit, ticketsEntry } from '#domain/ledger/ledger.ts';
import { IEPER, stockCard } from '#tests/_support/people-builder.ts';

const TODAY = '2026-11-23';
const now = { year: 2026, tickets: 40, balance: 12 };

describe('the card of a group pass', () => {
  it.each([
    ['of this counter', stockCard(1, true), undefined],
    ['nobody knows it', undefined, 'card-unknown'],
    ['somebody has it', stockCard(1, true, { state: 'active' }), 'card-not-in-stock'],
    ['of another counter', stockCard(1, true, { place: '32003' }), 'card-at-other-counter'],
    ['on its way', stockCard(1, true, { underWay: true }), 'card-under-way'],
    ['without kansenstatuut', stockCard(1), 'card-digit-differs'],
  ])('%s', (_, card, refused) => {
    const checked = checkGroupCard(card, IEPER);
    expect(checked.ok ? undefined : checked.error.code).toBe(refused);
  });
});

describe('tickets of a year', () => {
  it.each([
    ['this year', [], 2026, 40, 'granted'],
    ['already the next one', [now], 2027, 40, 'granted'],
    ['the same again', [now], 2026, 40, 'as-before'],
    ['another number for the same year', [now], 2026, 41, 'group-pass-year-known'],
    ['a year that is over', [], 2025, 40, 'group-pass-year'],
    ['a year too far', [], 2028, 40, 'group-pass-year'],
    ['none', [], 2026, 0, 'group-pass-tickets'],
    ['too many', [], 2026, limits.groupPassTicketsMax + 1, 'group-pass-tickets'],
  ])('%s', (_, years, year, tickets, answer) => {
    const granted = grantYear(years, { year, tickets }, TODAY);
    expect(granted.ok ? granted.value : granted.error.code).toBe(answer);
  });

  it('are an entry that sums to nothing', () => {
    expect([...sumByUnit([ticketsEntry('e/1', 'counter', 'pass', 40)])]).toEqual([['ticket', 0]]);
  });
});

test.each([
  ['active', [now], 'active', 12],
  ['blocked', [now], 'blocked', 0],
  ['active', [{ ...now, year: 2025 }], 'expired', 0],
  ['active', [{ ...now, year: 2027 }], 'not-yet', 0],
  // Emptied on two phones at once: what was noted too much is no ticket more.
  ['active', [{ ...now, balance: -1 }], 'active', 0],
] as const)('%s with %j is %s', (state, years, status, available) => {
  expect(groupPassStatus(state, years, TODAY)).toBe(status);
  expect(availableOn(state, years, TODAY)).toBe(available);
});
