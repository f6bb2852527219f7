// Laws of an import: what was taken over is there, what was kept stays, and the same event again changes nothing.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareEvent, isSame, type Here } from '#domain/uitdatabank/compare-event.ts';
import { EVENT_FIELDS, type EventFacts, type EventField } from '#domain/uitdatabank/event-facts.ts';

const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

const dates = fc
  .uniqueArray(fc.integer({ min: -3, max: 6 }), { maxLength: 5 })
  .map((days) =>
    days
      .sort((a, b) => a - b)
      .map((day) => ({ startsAt: NOW + day * 24 * HOUR_MS, endsAt: NOW + (day * 24 + 2) * HOUR_MS })),
  );
const facts: fc.Arbitrary<EventFacts> = fc.record({
  eventId: fc.constant('0f5a1e0c-6c0e-4a5c-9b1e-3f5f7c1b2a3d'),
  title: fc.constantFrom('Lezing', 'Debat', 'Quiz'),
  place: fc.constantFrom('Zaal', 'Kerk'),
  organiser: fc.constant(null),
  kind: fc.constantFrom(null, { id: '0.50.4.0.0', name: 'Concert' }),
  schedule: fc.constant({ kind: 'dates' as const }),
  dates,
  priceClasses: fc.constantFrom([], [{ label: 'Basis', cents: 500 }], [{ label: 'Basis', cents: 0 }]),
  withdrawn: fc.constant(null),
});
const here = facts.map(({ dates: moments, ...rest }): Here => ({ ...rest, moments }));

/** As storing does: a field becomes what it is there, the rest stays. */
function take(now: Here, there: EventFacts, fields: readonly EventField[]): Here {
  const of = (field: EventField) => (fields.includes(field) ? there : now);
  return {
    title: of('title').title,
    place: of('place').place,
    schedule: of('when').schedule,
    moments: fields.includes('when') ? there.dates : now.moments,
    priceClasses: of('prices').priceClasses,
    kind: of('kind').kind,
  };
}

it('the same event again changes nothing, and what was kept is still kept', () => {
  fc.assert(
    fc.property(here, facts, facts, (now, last, there) => {
      const first = compareEvent(now, last, there, NOW);
      const after = take(now, there, first.take);
      expect(compareEvent(after, there, there, NOW)).toEqual({ take: [], kept: first.kept });
    }),
  );
});

it('each field that differs is taken over or kept, never both; what nobody changed here is taken over', () => {
  fc.assert(
    fc.property(here, facts, facts, (now, last, there) => {
      const { take: taken, kept } = compareEvent(now, last, there, NOW);
      const differing = EVENT_FIELDS.filter((field) => !isSame(field, now, there, NOW));
      expect([...taken, ...kept].sort()).toEqual([...differing].sort());
      for (const field of kept) expect(isSame(field, now, last, NOW)).toBe(false);
      for (const field of taken) expect(isSame(field, now, last, NOW)).toBe(true);
    }),
  );
});
