// Double entry for points and cents (and later cheques): every entry moves an amount between accounts, its lines sum to 0.
// Invariants: an entry is never changed or deleted; a correction is a mirrored entry that names the one it corrects;
// a stored balance equals the sum of its postings (tests/property, simulation).
import { assert } from '../kernel/assert.ts';

export const UNITS = ['point', 'cent', 'ticket'] as const;
export type Unit = (typeof UNITS)[number];

export type AccountKind = 'passholder' | 'foreign-card' | 'issued' | 'group-pass';

/** `amount` is a whole number of the unit; positive adds to the account. */
export type Posting = { readonly accountId: string; readonly unit: Unit; readonly amount: number };

/** `entryId` names the ruling that made it: `<commandId>/<n>`. */
export type Entry = {
  readonly entryId: string;
  readonly corrects?: string;
  readonly postings: readonly Posting[];
};

/** Points from the organisation that issues them to the one who saves them. */
export function pointsEntry(entryId: string, from: string, to: string, points: number): Entry {
  assert(Number.isSafeInteger(points) && points > 0, 'points are a positive whole number');
  return checked({
    entryId,
    postings: [
      { accountId: to, unit: 'point', amount: points },
      { accountId: from, unit: 'point', amount: -points },
    ],
  });
}

/** All that stands on one account to another one; of a debt it is the other way round. */
export function moveEntry(entryId: string, from: string, to: string, points: number): Entry {
  assert(Number.isSafeInteger(points) && points !== 0, 'points are a whole number');
  return checked({
    entryId,
    postings: [
      { accountId: to, unit: 'point', amount: points },
      { accountId: from, unit: 'point', amount: -points },
    ],
  });
}

/** Tickets of a year, from the counter that grants them to the account of a group pass. */
export function ticketsEntry(entryId: string, from: string, to: string, tickets: number): Entry {
  assert(Number.isSafeInteger(tickets) && tickets > 0, 'tickets are a positive whole number');
  return checked({
    entryId,
    postings: [
      { accountId: to, unit: 'ticket', amount: tickets },
      { accountId: from, unit: 'ticket', amount: -tickets },
    ],
  });
}

/** Money between accounts of one counter; a line of nothing is left out. */
export const centsEntry = (
  entryId: string,
  lines: readonly (readonly [accountId: string, cents: number])[],
): Entry =>
  checked({
    entryId,
    postings: lines.flatMap(([accountId, amount]) =>
      amount === 0 ? [] : [{ accountId, unit: 'cent' as const, amount }],
    ),
  });

/** The correction of an entry: the same lines with the opposite sign. */
export const mirrorOf = (entry: Entry, entryId: string): Entry =>
  checked({
    entryId,
    corrects: entry.entryId,
    postings: entry.postings.map((posting) => ({ ...posting, amount: -posting.amount })),
  });

export function sumByUnit(entries: readonly Entry[]): Map<Unit, number> {
  const sums = new Map<Unit, number>();
  for (const { unit, amount } of entries.flatMap((entry) => entry.postings))
    sums.set(unit, (sums.get(unit) ?? 0) + amount);
  return sums;
}

function checked(entry: Entry): Entry {
  for (const [unit, sum] of sumByUnit([entry]))
    assert(sum === 0, `entry ${entry.entryId} sums to ${sum} ${unit}`);
  return entry;
}
