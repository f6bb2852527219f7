import { describe, expect, it } from 'vitest';
import {
  eveningDays,
  eveningOf,
  marginsOf,
  periodsAround,
  withWindow,
} from '#domain/checkins/activity-window.ts';
import { instantOfLocal, PERIOD_TYPES, periodOf } from '#domain/kernel/civil-time.ts';

const DAY_MS = 24 * 3_600_000;

describe('margins', () => {
  const region = [
    { fromAt: 0, beforeMin: 60, afterMin: 30 },
    { fromAt: 10 * DAY_MS, beforeMin: 90, afterMin: 0 },
  ];
  const FOLLOWS = { marginBeforeMin: null, marginAfterMin: null };
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
    expect(marginsOf(own, region, DAY_MS)).toEqual(expected);
  });

  it('of the region are those of the moment at which something begins', () => {
    expect(marginsOf(FOLLOWS, region, 10 * DAY_MS - 1)).toEqual({ beforeMin: 60, afterMin: 30 });
    expect(marginsOf(FOLLOWS, region, 10 * DAY_MS)).toEqual({ beforeMin: 90, afterMin: 0 });
    expect(marginsOf({ ...FOLLOWS, marginBeforeMin: 5 }, region, 10 * DAY_MS)).toEqual({
      beforeMin: 5,
      afterMin: 0,
    });
  });

  it('open the window before the start and close it after the end', () => {
    const occurrence = { occurrenceId: 'o', startsAt: 3_600_000, endsAt: 7_200_000 };
    expect(withWindow(occurrence, FOLLOWS, region)).toEqual({
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

describe('the evening of a day', () => {
  const at = instantOfLocal;
  const moment = (startsAt: number, endsAt: number) =>
    withWindow({ occurrenceId: 'o', startsAt, endsAt }, { marginBeforeMin: 60, marginAfterMin: 60 }, [
      { fromAt: 0, beforeMin: 0, afterMin: 0 },
    ]);
  const party = [
    moment(at('2026-11-20', '22:00'), at('2026-11-21', '04:00')),
    moment(at('2026-11-21', '22:00'), at('2026-11-22', '04:00')),
  ];

  it.each([
    ['goes on after midnight', '2026-11-20', ['2026-11-20', '00:00'], ['2026-11-21', '05:00']],
    ['begins where the night before ends', '2026-11-21', ['2026-11-21', '05:00'], ['2026-11-22', '05:00']],
    ['is the civil day when nothing begins', '2026-11-25', ['2026-11-25', '00:00'], ['2026-11-26', '00:00']],
  ] as const)('%s', (_, day, from, to) => {
    expect(eveningOf(day, party)).toEqual({ startsAt: at(from[0], from[1]), endsAt: at(to[0], to[1]) });
  });

  it('begins before midnight when the doors do, and ends at noon for what is open for weeks', () => {
    expect(eveningOf('2026-11-21', [moment(at('2026-11-21', '00:30'), at('2026-11-21', '03:00'))])).toEqual({
      startsAt: at('2026-11-20', '23:30'),
      endsAt: at('2026-11-22', '00:00'),
    });
    expect(eveningOf('2026-11-21', [moment(at('2026-11-21', '10:00'), at('2026-12-21', '18:00'))])).toEqual({
      startsAt: at('2026-11-21', '00:00'),
      endsAt: at('2026-11-22', '12:00'),
    });
  });
});

describe('the days of an activity', () => {
  const at = instantOfLocal;
  const moment = (startsAt: number, endsAt: number) =>
    withWindow({ occurrenceId: 'o', startsAt, endsAt }, { marginBeforeMin: 60, marginAfterMin: 60 }, [
      { fromAt: 0, beforeMin: 0, afterMin: 0 },
    ]);
  const festival = moment(at('2026-07-03', '20:00'), at('2026-07-05', '18:00'));
  const fair = moment(at('2026-01-01', '10:00'), at('2026-12-31', '18:00'));

  it.each([
    [
      'an evening that goes on after midnight is one day',
      moment(at('2026-07-03', '20:00'), at('2026-07-04', '03:00')),
      ['2026-07-03'],
    ],
    ['three days are three, to the last one', festival, ['2026-07-05', '2026-07-04', '2026-07-03']],
    ['of what goes on for long the newest', fair, ['2026-07-10', '2026-07-09', '2026-07-08']],
    ['what has not opened has none', moment(at('2026-07-11', '10:00'), at('2026-07-11', '12:00')), []],
  ])('%s', (_, occurrence, days) => {
    expect(eveningDays([occurrence], at('2026-07-10', '12:00'), 3)).toEqual(days);
  });

  it('while it lasts they end today, and what lasts long does not hide what began since', () => {
    expect(eveningDays([festival], at('2026-07-04', '15:00'), 7)).toEqual(['2026-07-04', '2026-07-03']);
    const evening = moment(at('2026-07-04', '20:00'), at('2026-07-04', '22:00'));
    expect(eveningDays([fair, evening], at('2026-07-05', '12:00'), 2)).toEqual(['2026-07-05', '2026-07-04']);
  });
});
