import { describe, expect, it } from 'vitest';
import {
  isRunningOut,
  momentsBetween,
  planMoments,
  Schedule,
  shiftSchedule,
  spanOf,
  type PlannedMoment,
  type RepeatingSchedule,
} from '#domain/checkins/activity-schedule.ts';
import { civilDayOf, clockTimeOf, instantOfLocal } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';

const training = (over: Partial<RepeatingSchedule> = {}): RepeatingSchedule =>
  ({
    kind: 'weekly',
    fromDay: '2026-09-07',
    untilDay: '2026-11-30',
    hours: [{ weekday: 1, from: '19:30', to: '21:00' }],
    except: [{ fromDay: '2026-11-02', untilDay: '2026-11-08' }],
    ...over,
  }) as RepeatingSchedule;
const library: RepeatingSchedule = {
  kind: 'opening-hours',
  fromDay: '2026-01-01',
  untilDay: null,
  hours: [1, 2, 3, 4, 5].flatMap((weekday) => [
    { weekday, from: '13:00', to: '18:00' },
    { weekday, from: '09:00', to: '12:00' },
  ]),
  except: [],
};
const at = (day: string, time = '12:00'): number => instantOfLocal(day, time);
const planned = (
  schedule: RepeatingSchedule,
  stored: readonly PlannedMoment[],
  now: number,
): PlannedMoment[] => {
  const plan = planMoments(schedule, stored, now);
  if (!plan.ok) throw new Error(plan.error.code);
  return plan.value;
};
const named = (moments: readonly PlannedMoment[]): (PlannedMoment & { occurrenceId: string })[] =>
  moments.map((moment, i) => ({ ...moment, occurrenceId: moment.occurrenceId ?? `new-${i}` }));

describe('a weekly training', () => {
  it('is each Monday but those of the holiday, at the same time before and after the clock changes', () => {
    const spans = momentsBetween(training(), '2026-01-01', '2026-12-31');
    expect(spans).toHaveLength(12);
    expect(
      new Set(spans.map(({ startsAt, endsAt }) => `${clockTimeOf(startsAt)} ${clockTimeOf(endsAt)}`)),
    ).toEqual(new Set(['19:30 21:00']));
    expect(spans.map(({ startsAt }) => civilDayOf(startsAt))).not.toContain('2026-11-02');
    const [october, november] = ['2026-10-19', '2026-10-26'].map((day) =>
      spans.find(({ startsAt }) => civilDayOf(startsAt) === day),
    );
    expect((november?.startsAt ?? 0) - (october?.startsAt ?? 0)).toBe(7 * 24 * 3_600_000 + 3_600_000);
  });

  it('that is changed in the middle of the season keeps what is over, and the ids of its days', () => {
    const stored = named(planned(training(), [], at('2026-09-01'))).map((moment) =>
      civilDayOf(moment.startsAt) === '2026-10-12' ? { ...moment, cancelledBecause: 'zaal bezet' } : moment,
    );
    const later = planned(
      training({ hours: [{ weekday: 1, from: '20:00', to: '21:30' }] }),
      stored,
      at('2026-10-01'),
    );
    const before = later.filter(({ startsAt }) => startsAt < at('2026-10-01'));
    expect(before).toEqual(stored.filter(({ startsAt }) => startsAt < at('2026-10-01')));
    const coming = later.slice(before.length);
    expect(coming.every(({ startsAt }) => clockTimeOf(startsAt) === '20:00')).toBe(true);
    expect(coming.map(({ occurrenceId }) => occurrenceId)).toEqual(
      stored.slice(before.length).map(({ occurrenceId }) => occurrenceId),
    );
    expect(coming.filter(({ cancelledBecause }) => cancelledBecause !== undefined)).toMatchObject([
      { startsAt: at('2026-10-12', '20:00'), cancelledBecause: 'zaal bezet' },
    ]);
  });

  it('is refused when it is longer than a phone can hold, has no day at all, or ends before it begins', () => {
    const daily = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '10:00', to: '11:00' }));
    const code = (over: Partial<RepeatingSchedule>): string => {
      const plan = planMoments(training(over), [], at('2026-09-01'));
      return plan.ok ? 'ok' : plan.error.code;
    };
    expect(code({ hours: daily, untilDay: '2027-06-30' })).toBe('schedule-too-long');
    expect(code({ except: [{ fromDay: '2026-01-01', untilDay: '2027-01-01' }] })).toBe('schedule-empty');
    expect(code({ untilDay: '2026-09-06' })).toBe('schedule-ends-before');
    expect(code({ untilDay: '2026-09-07' })).toBe('ok');
  });
});

describe('opening hours', () => {
  const now = at('2026-11-23');

  it('are planned as far as a phone can hold, from a month back for a paper list', () => {
    const moments = planned(library, [], now);
    expect(moments).toHaveLength(limits.activityOccurrencesMax);
    expect(civilDayOf(moments[0]?.startsAt ?? 0)).toBe('2026-10-23');
    expect(moments.every(({ startsAt }, i) => i === 0 || startsAt > (moments[i - 1]?.startsAt ?? 0))).toBe(
      true,
    );
  });

  it('are planned on before they run out, and drop what nobody can enter any more', () => {
    const stored = named(planned(library, [], now));
    expect(isRunningOut(library, stored, now)).toBe(false);
    const last = stored.at(-1)?.startsAt ?? 0;
    const later = last - 20 * 24 * 3_600_000;
    expect(isRunningOut(library, stored, later)).toBe(true);
    const next = planned(library, stored, later);
    expect(next.length).toBeLessThanOrEqual(limits.activityOccurrencesMax);
    expect(next.every(({ endsAt }) => endsAt > later - limits.paperListBackMs)).toBe(true);
    expect(next.at(-1)?.startsAt).toBeGreaterThan(last);
    const ids = new Map(stored.map((moment) => [moment.startsAt, moment.occurrenceId]));
    for (const moment of next) expect(moment.occurrenceId).toBe(ids.get(moment.startsAt));
  });

  it('with an end are not planned on after it', () => {
    const ending: RepeatingSchedule = { ...library, untilDay: '2026-12-04' };
    const stored = planned(ending, [], now);
    expect(civilDayOf(stored.at(-1)?.startsAt ?? 0)).toBe('2026-12-04');
    expect(isRunningOut(ending, stored, now)).toBe(false);
  });
});

it('an evening that begins in the hour that March skips keeps its length', () => {
  const { startsAt, endsAt } = spanOf('2026-03-29', '02:30', '03:15');
  expect(endsAt - startsAt).toBe(45 * 60_000);
  expect(spanOf('2026-03-28', '20:00', '03:00')).toEqual({
    startsAt: at('2026-03-28', '20:00'),
    endsAt: at('2026-03-29', '03:00'),
  });
});

it('next season falls on the same weekdays', () => {
  expect(shiftSchedule(training(), 52)).toMatchObject({
    fromDay: '2027-09-06',
    untilDay: '2027-11-29',
    except: [{ fromDay: '2027-11-01', untilDay: '2027-11-07' }],
  });
  expect(shiftSchedule({ kind: 'dates' }, 52)).toEqual({ kind: 'dates' });
});

it.each([
  ['a day that does not exist', { fromDay: '2026-02-30' }],
  ['a time that does not exist', { hours: [{ weekday: 1, from: '24:00', to: '25:00' }] }],
  ['an eighth day', { hours: [{ weekday: 8, from: '10:00', to: '11:00' }] }],
  ['no hours', { hours: [] }],
])('%s is no schedule', (_, over) => {
  expect(Schedule.safeParse(training(over)).success).toBe(false);
});
