import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mirrorOf, pointsEntry, sumByUnit, type Entry } from '#domain/ledger/ledger.ts';

const account = fc.constantFrom('organisation', 'a', 'b', 'c');
const entry = fc
  .tuple(fc.uuid(), account, account, fc.integer({ min: 1, max: 1_000 }))
  .map(([id, from, to, points]) => pointsEntry(`${id}/1`, from, to, points));

const balances = (entries: readonly Entry[]): Map<string, number> => {
  const sums = new Map<string, number>();
  for (const { accountId, amount } of entries.flatMap((e) => e.postings))
    sums.set(accountId, (sums.get(accountId) ?? 0) + amount);
  return sums;
};

it('all entries together sum to zero', () => {
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      expect(sumByUnit(entries).get('point') ?? 0).toBe(0);
    }),
  );
});

it('an entry and its mirror cancel on every account, and so do a mirror and its own', () => {
  fc.assert(
    fc.property(entry, (made) => {
      const mirror = mirrorOf(made, `${made.entryId}x`);
      for (const sum of balances([made, mirror]).values()) expect(sum).toBe(0);
      expect(mirrorOf(mirror, made.entryId).postings).toEqual(made.postings);
    }),
  );
});

it('balances do not depend on the order of the entries', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
      expect(balances([...entries].reverse())).toEqual(balances(entries));
    }),
  );
});
