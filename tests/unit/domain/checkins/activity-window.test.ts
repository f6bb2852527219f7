import { describe, expect, it } from 'vitest';
import { marginsOf, periodsAround, withWindow } from '#domain/checkins/activity-window.ts';
import { instantOfLocal, PERIOD_TYPES, periodOf } from '#domain/kernel/civil-time.ts';

const DAY_MS = 24 * 3_600_000;

describe('margins', () => {
  const region = { marginBeforeMin: 60, marginAfterMin: 30 };
  it.each([
    [
      { marginBeforeMin: null, marginAfterMin: null },
      { beforeMin: 60, afterMin: 30 },
    ],
    [
      { marginBeforeMin: 15, marginAfterMin: null },
      { beforeMin: 15, afterMin: 30 },
    ],
    [
      { marginBeforeMin: 0, marginAfterMin: 0 },
      { beforeMin: 0, afterMin: 0 },
    ],
  ])('%o', (own, expected) => {
    expect(marginsOf(own, region)).toEqual(expected);
  });

  it('open the window before the start and close it after the end', () => {
    const occurrence = { occurrenceId: 'o', startsAt: 3_600_000, endsAt: 7_200_000 };
    expect(withWindow(occurrence, { beforeMin: 60, afterMin: 30 })).toEqual({
      ...occurrence,
      opensAt: 0,
      closesAt: 9_000_000,
    });
  });
});

describe('periods around now', () => {
  // The night of the clock change is inside.
  const now = instantOfLocal('2026-10-24', '23:30');

  it.each(PERIOD_TYPES)('%s: without a hole, and long enough for a week away', (type) => {
    const periods = periodsAround(type, now);
    for (const [index, period] of periods.entries()) {
      expect(period).toEqual(periodOf(type, period.startsAt));
      if (index > 0) expect(period.startsAt).toBe(periods[index - 1]?.endsAt);
    }
    expect(periods.some(({ startsAt, endsAt }) => startsAt <= now && now < endsAt)).toBe(true);
    expect(periods.at(-1)?.endsAt).toBeGreaterThan(now + 8 * DAY_MS - 1);
  });

  it('ABSOLUTE is one period, a day is ten, a year is four', () => {
    expect(periodsAround('ABSOLUTE', now)).toHaveLength(1);
    expect(periodsAround('DAY', now)).toHaveLength(10);
    expect(periodsAround('YEAR', now)).toHaveLength(4);
  });
});
