// Schedules over both changes of the clock: what a poster says is what the phone holds.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  isRunningOut,
  momentsBetween,
  planMoments,
  shiftSchedule,
  spanOf,
  type PlannedMoment,
  type RepeatingSchedule,
} from '#domain/checkins/activity-schedule.ts';
import {
  addCivilDays,
  civilDayOf,
  clockTimeOf,
  instantOfLocal,
  weekdayOf,
} from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';

const HOUR_MS = 3_600_000;
const day = fc.integer({ min: 0, max: 1_500 }).map((days) => addCivilDays('2025-01-01', days));
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, min]) => `${String(h).padStart(2, '0')}:${String(min).padStart(2, '0')}`);
const hours = fc.record({ weekday: fc.integer({ min: 1, max: 7 }), from: clock, to: clock });
const except = fc
  .tuple(day, fc.integer({ min: 0, max: 30 }))
  .map(([fromDay, days]) => ({ fromDay, untilDay: addCivilDays(fromDay, days) }));
const schedule: fc.Arbitrary<RepeatingSchedule> = fc.record({
  kind: fc.constantFrom('weekly' as const, 'opening-hours' as const),
  fromDay: day,
  untilDay: fc.integer({ min: 0, max: 200 }).map((days) => addCivilDays('2027-01-01', days)),
  hours: fc.array(hours, { minLength: 1, maxLength: 6 }),
  except: fc.array(except, { maxLength: 4 }),
});
/** 02:00-02:59 on the last Sunday of March, which no clock shows. */
const isSkipped = (on: string, time: string): boolean => clockTimeOf(instantOfLocal(on, time)) !== time;

it('a moment begins on its day at the time of the poster, and ends after it begins', () => {
  fc.assert(
    fc.property(day, clock, clock, (on, from, to) => {
      const { startsAt, endsAt } = spanOf(on, from, to);
      expect(endsAt).toBeGreaterThan(startsAt);
      // 24 hours, and one more in October.
      expect(endsAt - startsAt).toBeLessThanOrEqual(25 * HOUR_MS);
      if (isSkipped(on, from)) return;
      expect([civilDayOf(startsAt), clockTimeOf(startsAt)]).toEqual([on, from]);
    }),
    { numRuns: 500 },
  );
});

it.each(['2026-03-29', '2026-10-25'])(
  'around the change of the clock on %s each time of day is kept',
  (change) => {
    fc.assert(
      fc.property(clock, clock, (from, to) => {
        for (const on of [-1, 0, 1].map((days) => addCivilDays(change, days))) {
          const { startsAt, endsAt } = spanOf(on, from, to);
          expect(endsAt).toBeGreaterThan(startsAt);
          const endDay = to <= from ? addCivilDays(on, 1) : on;
          if (!isSkipped(on, from)) expect(clockTimeOf(startsAt)).toBe(from);
          if (!isSkipped(on, from) && !isSkipped(endDay, to)) expect(clockTimeOf(endsAt)).toBe(to);
        }
      }),
      { numRuns: 300 },
    );
  },
);

it('moments come in order, on their weekdays, within the days of the schedule and never on an exception', () => {
  fc.assert(
    fc.property(schedule, (given) => {
      const spans = momentsBetween(given, '2025-06-01', '2026-12-31');
      expect(spans.map(({ startsAt }) => startsAt)).toEqual(
        spans.map(({ startsAt }) => startsAt).sort((a, b) => a - b),
      );
      for (const { startsAt } of spans) {
        const on = civilDayOf(startsAt);
        expect(on >= given.fromDay && (given.untilDay === null || on <= given.untilDay)).toBe(true);
        expect(given.hours.some(({ weekday }) => weekday === weekdayOf(on))).toBe(true);
        expect(given.except.some(({ fromDay, untilDay }) => fromDay <= on && on <= untilDay)).toBe(false);
      }
    }),
    { numRuns: 60 },
  );
});

it('a moment whose time the clock skips comes after one that it shows', () => {
  const hours = [
    { weekday: 7, from: '02:30', to: '04:00' },
    { weekday: 7, from: '03:10', to: '04:00' },
  ];
  const night = { kind: 'weekly' as const, fromDay: '2026-03-29', untilDay: '2026-03-29', hours, except: [] };
  const spans = momentsBetween(night, '2026-03-29', '2026-03-29');
  expect(spans.map(({ startsAt }) => clockTimeOf(startsAt))).toEqual(['03:10', '03:30']);
});

it('a plan fits in a phone, planning again changes nothing, and what is over stays', () => {
  fc.assert(
    fc.property(
      schedule,
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 0, max: 90 }),
      (given, days, later) => {
        const now = instantOfLocal(addCivilDays('2026-01-01', days), '12:00');
        const first = planMoments(given, [], now);
        if (!first.ok) return;
        const stored = first.value.map((moment, i): PlannedMoment => ({ ...moment, occurrenceId: `o${i}` }));
        expect(stored.length).toBeLessThanOrEqual(limits.activityOccurrencesMax);
        expect(planMoments(given, stored, now)).toEqual({ ok: true, value: stored });
        const then = now + later * 24 * HOUR_MS;
        const again = planMoments(given, stored, then);
        if (!again.ok) return;
        expect(again.value.length).toBeLessThanOrEqual(limits.activityOccurrencesMax);
        const kept = new Set(again.value.map(({ occurrenceId }) => occurrenceId));
        for (const moment of stored)
          if (moment.endsAt > then - limits.paperListBackMs) expect(kept.has(moment.occurrenceId)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

it('opening hours without an end never run dry while somebody plans on', () => {
  const open = schedule.map((given): RepeatingSchedule => ({
    ...given,
    kind: 'opening-hours',
    fromDay: '2025-01-01',
    untilDay: null,
    except: [],
  }));
  fc.assert(
    fc.property(open, (given) => {
      let now = instantOfLocal('2026-01-01', '12:00');
      let stored = moments(given, [], now);
      for (let week = 0; week < 30; week++) {
        now += 7 * 24 * HOUR_MS;
        if (isRunningOut(given, stored, now)) stored = moments(given, stored, now);
        expect(Math.max(...stored.map(({ startsAt }) => startsAt))).toBeGreaterThan(now + 14 * 24 * HOUR_MS);
      }
    }),
    { numRuns: 25 },
  );
});

it('next season is the same weekdays at the same times', () => {
  fc.assert(
    fc.property(schedule, (given) => {
      const shifted = shiftSchedule(given, 52);
      const said = (of: RepeatingSchedule, from: string): string[] =>
        momentsBetween(of, from, addCivilDays(from, 300)).flatMap(({ startsAt }) => {
          const on = civilDayOf(startsAt);
          const time = clockTimeOf(startsAt);
          // The hour around a change of the clock is another one next year.
          return time < '01:00' || time >= '04:00' ? [`${weekdayOf(on)} ${time}`] : [];
        });
      expect(said(shifted, addCivilDays('2026-01-01', 364))).toEqual(said(given, '2026-01-01'));
    }),
    { numRuns: 60 },
  );
});

function moments(given: RepeatingSchedule, stored: readonly PlannedMoment[], now: number): PlannedMoment[] {
  const plan = planMoments(given, stored, now);
  return plan.ok ? plan.value : [];
}
