import { expect, it } from 'vitest';
import { rankVisits, type Visit } from '#domain/checkins/rank-visits.ts';

const visit = (commandId: string, at: number, undone = false): Visit => ({ commandId, at, undone });

/** `a1 b2 c→b d×`: a and b count in slots 1 and 2, c is told of b, d was undone. */
const told = (visits: Visit[], volume: number | null): string =>
  rankVisits(visits, volume)
    .map((ranked) => {
      const id = ranked.visit.commandId;
      if (ranked.standing === 'counts') return `${id}${ranked.slot}`;
      return ranked.standing === 'already' ? `${id}→${ranked.of.commandId}` : `${id}×`;
    })
    .join(' ');

it.each<[Visit[], number | null, string]>([
  [[], 1, ''],
  [[visit('a', 1)], 1, 'a1'],
  [[visit('b', 2), visit('a', 1)], 1, 'a1 b→a'],
  [[visit('b', 2), visit('a', 2)], 1, 'a1 b→a'],
  [[visit('c', 3), visit('a', 1), visit('b', 2)], 2, 'a1 b2 c→b'],
  [[visit('a', 1, true), visit('b', 2), visit('c', 3)], 1, 'a× b1 c→b'],
  [[visit('a', 1), visit('b', 2), visit('c', 3)], null, 'a1 b2 c3'],
])('%j with limit %s', (visits, volume, expected) => {
  expect(told(visits, volume)).toBe(expected);
});

it('leaves the list it was given as it was', () => {
  const visits = [visit('b', 2), visit('a', 1)];
  rankVisits(visits, 1);
  expect(visits.map((v) => v.commandId)).toEqual(['b', 'a']);
});
