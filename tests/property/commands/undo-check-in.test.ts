import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rankVisits, type Visit } from '#domain/checkins/rank-visits.ts';

const visit = fc.record({ commandId: fc.uuid(), at: fc.nat(20), undone: fc.boolean() });
const some = fc.uniqueArray(visit, { selector: (v) => v.commandId, minLength: 1, maxLength: 10 });
const limit = fc.option(fc.integer({ min: 1, max: 3 }), { nil: null });

const counting = (visits: readonly Visit[], volume: number | null): string[] =>
  rankVisits(visits, volume)
    .filter((ranked) => ranked.standing === 'counts')
    .map((ranked) => ranked.visit.commandId)
    .sort();

it('an undone visit is as if it had never been', () => {
  fc.assert(
    fc.property(some, fc.nat(), limit, (visits, pick, volume) => {
      const target = visits[pick % visits.length];
      const undone = visits.map((v) => (v === target ? { ...v, undone: true } : v));
      const without = visits.filter((v) => v !== target);
      expect(counting(undone, volume)).toEqual(counting(without, volume));
    }),
  );
});

it('undoing one visit lets at most one other count in its place, and takes nobody else away', () => {
  fc.assert(
    fc.property(some, fc.nat(), limit, (visits, pick, volume) => {
      const target = visits[pick % visits.length];
      const before = counting(visits, volume);
      const after = counting(
        visits.map((v) => (v === target ? { ...v, undone: true } : v)),
        volume,
      );
      const gone = before.filter((id) => !after.includes(id));
      const came = after.filter((id) => !before.includes(id));
      expect(gone.every((id) => id === target?.commandId)).toBe(true);
      expect(came.length).toBeLessThanOrEqual(gone.length);
    }),
  );
});
