import { expect, it } from 'vitest';
import { mirrorOf, pointsEntry, sumByUnit } from '#domain/ledger/ledger.ts';

const entry = pointsEntry('c/1', 'organisation', 'passholder', 2);

it('points go from the organisation to the one who saves them', () => {
  expect(entry.postings).toEqual([
    { accountId: 'passholder', unit: 'point', amount: 2 },
    { accountId: 'organisation', unit: 'point', amount: -2 },
  ]);
});

it('a correction is a mirrored entry that names the one it corrects', () => {
  const mirror = mirrorOf(entry, 'c/2');
  expect(mirror).toMatchObject({ entryId: 'c/2', corrects: 'c/1' });
  expect(mirror.postings.map((posting) => posting.amount)).toEqual([-2, 2]);
  expect(entry.postings.map((posting) => posting.amount)).toEqual([2, -2]);
  expect(sumByUnit([entry, mirror]).get('point')).toBe(0);
});

it.each([0, -1, 1.5, Number.NaN, 2 ** 53])('%d points make no entry', (points) => {
  expect(() => pointsEntry('c/1', 'a', 'b', points)).toThrow('Broken invariant');
});

it('no entry can be made that does not sum to zero', () => {
  const broken = { ...entry, postings: entry.postings.slice(0, 1) };
  expect(() => mirrorOf(broken, 'c/2')).toThrow('sums to -2 point');
});
