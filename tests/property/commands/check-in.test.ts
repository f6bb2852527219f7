import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CARD_STATES, type CardFacts } from '#domain/cards/card-facts.ts';
import type { Occurrence } from '#domain/checkins/activity-policy.ts';
import {
  decideCheckIn,
  NOTE_CODES,
  REFUSAL_CODES,
  type CheckInFacts,
} from '#domain/checkins/decide-check-in.ts';
import type { Visit } from '#domain/checkins/rank-visits.ts';
import { VERDICTS, verdictOf } from '#domain/checkins/verdict.ts';

const card: fc.Arbitrary<CardFacts> = fc.oneof(
  fc.constant({ known: false as const }),
  fc.record(
    {
      known: fc.constant(true as const),
      state: fc.constantFrom(...CARD_STATES),
      stateSince: fc.nat(100),
      groupPass: fc.boolean(),
      membership: fc.constantFrom('here' as const, 'elsewhere' as const, 'ended' as const),
    },
    { requiredKeys: ['known', 'state', 'groupPass', 'membership'] },
  ),
);
const occurrence: fc.Arbitrary<Occurrence> = fc
  .tuple(fc.nat(80), fc.integer({ min: 1, max: 40 }), fc.nat(10))
  .map(([startsAt, length, margin]) => ({
    occurrenceId: String(startsAt),
    startsAt,
    endsAt: startsAt + length,
    opensAt: startsAt - margin,
    closesAt: startsAt + length + margin,
  }));
const visit: fc.Arbitrary<Visit> = fc.record({
  commandId: fc.uuid(),
  at: fc.nat(100),
  undone: fc.boolean(),
});
const facts: fc.Arbitrary<CheckInFacts<Visit>> = fc.record({
  card,
  occurrences: fc.array(occurrence, { maxLength: 3 }),
  points: fc.nat(5),
  volume: fc.option(fc.integer({ min: 1, max: 3 }), { nil: null }),
  earlier: fc.uniqueArray(visit, { selector: (v) => v.commandId, maxLength: 5 }),
});
const scan = visit.map((v) => ({ ...v, undone: false }));

it('the same facts give the same decision, in whatever order the earlier visits are listed', () => {
  fc.assert(
    fc.property(facts, scan, (known, now) => {
      const decision = decideCheckIn(known, now);
      expect(decideCheckIn(structuredClone(known), { ...now })).toEqual(decision);
      expect(decideCheckIn({ ...known, earlier: [...known.earlier].reverse() }, now)).toEqual(decision);
    }),
  );
});

it('facts are never changed by deciding', () => {
  fc.assert(
    fc.property(facts, scan, (known, now) => {
      const before = structuredClone(known);
      decideCheckIn(known, now);
      expect(known).toEqual(before);
    }),
  );
});

it('every decision is one of the closed lists, and has a verdict', () => {
  fc.assert(
    fc.property(facts, scan, (known, now) => {
      const decision = decideCheckIn(known, now);
      if (decision.outcome === 'refused') expect(REFUSAL_CODES).toContain(decision.code);
      if (decision.outcome === 'accepted' && decision.note) expect(NOTE_CODES).toContain(decision.note);
      if (decision.outcome === 'duplicate')
        expect(known.earlier.map((v) => v.commandId)).toContain(decision.of.commandId);
      expect(VERDICTS).toContain(verdictOf(decision));
    }),
  );
});

it('a visit of somebody whose card is refused never takes the place of another', () => {
  fc.assert(
    fc.property(facts, scan, (known, now) => {
      const alone = decideCheckIn({ ...known, earlier: [] }, now);
      const decision = decideCheckIn(known, now);
      if (alone.outcome === 'refused') expect(decision).toEqual(alone);
      else expect(decision.outcome).not.toBe('refused');
    }),
  );
});
