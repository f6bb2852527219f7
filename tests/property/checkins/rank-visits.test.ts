import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rankVisits, type Visit } from '#domain/checkins/rank-visits.ts';

// Few different moments, so that ties are common.
const visit = fc.record({ commandId: fc.uuid(), at: fc.nat(5), undone: fc.boolean() });
const visits = fc.uniqueArray(visit, { selector: (v) => v.commandId, maxLength: 12 });
const volume = fc.option(fc.integer({ min: 1, max: 4 }), { nil: null });

const standings = (list: readonly Visit[], limit: number | null): Map<string, string> =>
  new Map(
    rankVisits(list, limit).map((ranked) => [
      ranked.visit.commandId,
      ranked.standing === 'already' ? `already ${ranked.of.commandId}` : ranked.standing,
    ]),
  );

it('order law: the same visits in any order have the same standing', () => {
  const shuffled = visits.chain((list) =>
    fc.tuple(
      fc.constant(list),
      fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
    ),
  );
  fc.assert(
    fc.property(shuffled, volume, ([list, other], limit) => {
      expect(standings(other, limit)).toEqual(standings(list, limit));
    }),
  );
});

it('never more than the limit counts, and never fewer than it could', () => {
  fc.assert(
    fc.property(visits, volume, (list, limit) => {
      const ranked = rankVisits(list, limit);
      const counting = ranked.filter((r) => r.standing === 'counts').length;
      const valid = list.filter((v) => !v.undone).length;
      expect(ranked).toHaveLength(list.length);
      expect(counting).toBe(limit === null ? valid : Math.min(limit, valid));
    }),
  );
});

it('who counts is never later than who does not', () => {
  fc.assert(
    fc.property(visits, volume, (list, limit) => {
      const ranked = rankVisits(list, limit);
      const counting = ranked.filter((r) => r.standing === 'counts').map((r) => r.visit.at);
      const already = ranked.filter((r) => r.standing === 'already').map((r) => r.visit.at);
      expect(Math.max(-1, ...counting)).toBeLessThanOrEqual(Math.min(Infinity, ...already));
    }),
  );
});

it('slots are 1, 2, 3 … without a gap', () => {
  fc.assert(
    fc.property(visits, volume, (list, limit) => {
      const slots = rankVisits(list, limit).flatMap((r) => (r.standing === 'counts' ? r.slot : []));
      expect(slots).toEqual(slots.map((_, i) => i + 1));
    }),
  );
});
