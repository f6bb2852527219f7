import { describe, expect, it } from 'vitest';
import {
  civilDayOf,
  clockTimeOf,
  instantOfLocal,
  periodOf,
  startOfCivilDay,
  type Instant,
  type PeriodType,
} from '#domain/kernel/civil-time.ts';

const HOUR = 3_600_000;
const intl = new Intl.DateTimeFormat('nl-BE', {
  timeZone: 'Europe/Brussels',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** What the machine's own time zone data say. */
function brussels(at: Instant): { day: string; time: string } {
  const part = Object.fromEntries(intl.formatToParts(at).map(({ type, value }) => [type, value]));
  return { day: `${part.year}-${part.month}-${part.day}`, time: `${part.hour}:${part.minute}` };
}
const ours = (at: Instant) => ({ day: civilDayOf(at), time: clockTimeOf(at) });
const utc = (text: string): Instant => Date.parse(`${text}Z`);

describe('the clock in Brussels is the one of Intl', () => {
  it('every 7 hours and 11 minutes from 1997 to 2060', () => {
    const wrong: string[] = [];
    for (let at = utc('1997-01-01T00:00'); at < utc('2061-01-01T00:00'); at += 7 * HOUR + 660_000)
      if (JSON.stringify(ours(at)) !== JSON.stringify(brussels(at))) wrong.push(new Date(at).toISOString());
    expect(wrong).toEqual([]);
  });

  it('every minute of the four nights in which the clock changes', () => {
    const wrong: string[] = [];
    for (const night of ['2026-10-25', '2027-10-31', '2026-03-29', '2027-03-28'])
      for (let at = utc(`${night}T00:00`) - 3 * HOUR; at < utc(`${night}T05:00`); at += 60_000)
        if (JSON.stringify(ours(at)) !== JSON.stringify(brussels(at))) wrong.push(new Date(at).toISOString());
    expect(wrong).toEqual([]);
  });
});

describe('nights in which the clock changes', () => {
  it.each(['2026-10-25', '2027-10-31'])('%s has 25 hours, and half past two twice', (night) => {
    const day = periodOf('DAY', utc(`${night}T12:00`));
    expect(day.endsAt - day.startsAt).toBe(25 * HOUR);
    expect(clockTimeOf(utc(`${night}T00:30`))).toBe('02:30');
    expect(clockTimeOf(utc(`${night}T01:30`))).toBe('02:30');
    expect(periodOf('DAY', utc(`${night}T00:30`))).toEqual(periodOf('DAY', utc(`${night}T01:30`)));
    expect(instantOfLocal(night, '02:30')).toBe(utc(`${night}T00:30`));
  });

  it.each(['2026-03-29', '2027-03-28'])('%s has 23 hours, and no half past two', (night) => {
    const day = periodOf('DAY', utc(`${night}T12:00`));
    expect(day.endsAt - day.startsAt).toBe(23 * HOUR);
    expect(clockTimeOf(utc(`${night}T01:00`) - 1)).toBe('01:59');
    expect(clockTimeOf(utc(`${night}T01:00`))).toBe('03:00');
    // A time that no clock showed is read as the moment that many minutes after two.
    expect(clockTimeOf(instantOfLocal(night, '02:30'))).toBe('03:30');
  });
});

describe('periods', () => {
  const cases: [type: PeriodType, inside: string, key: string, from: string, to: string][] = [
    ['DAY', '2026-11-23T12:00', 'D2026-11-23', '2026-11-22T23:00', '2026-11-23T23:00'],
    ['DAY', '2026-11-22T22:59', 'D2026-11-22', '2026-11-21T23:00', '2026-11-22T23:00'],
    ['DAY', '2026-07-01T21:59', 'D2026-07-01', '2026-06-30T22:00', '2026-07-01T22:00'],
    ['DAY', '2028-02-29T12:00', 'D2028-02-29', '2028-02-28T23:00', '2028-02-29T23:00'],
    ['WEEK', '2026-11-23T12:00', 'W2026-11-23', '2026-11-22T23:00', '2026-11-29T23:00'],
    ['WEEK', '2026-11-29T22:59', 'W2026-11-23', '2026-11-22T23:00', '2026-11-29T23:00'],
    ['WEEK', '2026-10-25T12:00', 'W2026-10-19', '2026-10-18T22:00', '2026-10-25T23:00'],
    ['WEEK', '2027-01-01T12:00', 'W2026-12-28', '2026-12-27T23:00', '2027-01-03T23:00'],
    ['MONTH', '2026-10-31T22:59', 'M2026-10', '2026-09-30T22:00', '2026-10-31T23:00'],
    ['MONTH', '2026-12-31T22:59', 'M2026-12', '2026-11-30T23:00', '2026-12-31T23:00'],
    ['QUARTER', '2026-11-23T12:00', 'Q2026-4', '2026-09-30T22:00', '2026-12-31T23:00'],
    ['QUARTER', '2026-03-31T21:59', 'Q2026-1', '2025-12-31T23:00', '2026-03-31T22:00'],
    ['YEAR', '2026-12-31T22:59', 'Y2026', '2025-12-31T23:00', '2026-12-31T23:00'],
    ['YEAR', '2026-12-31T23:00', 'Y2027', '2026-12-31T23:00', '2027-12-31T23:00'],
  ];
  it.each(cases)('%s of %s is %s', (type, inside, key, from, to) => {
    expect(periodOf(type, utc(inside))).toEqual({ key, startsAt: utc(from), endsAt: utc(to) });
  });

  it('an absolute limit has one period, for ever', () => {
    expect(periodOf('ABSOLUTE', 0)).toEqual(periodOf('ABSOLUTE', utc('2060-01-01T00:00')));
  });
});

it('a civil day begins at its own midnight', () => {
  expect(startOfCivilDay('2026-11-23')).toBe(utc('2026-11-22T23:00'));
  expect(startOfCivilDay('2026-07-01')).toBe(utc('2026-06-30T22:00'));
});

it('does not depend on the time zone of the machine', () => {
  const before = process.env.TZ;
  try {
    for (const zone of ['UTC', 'America/Los_Angeles', 'Pacific/Kiritimati']) {
      process.env.TZ = zone;
      expect(ours(utc('2026-11-22T23:30'))).toEqual({ day: '2026-11-23', time: '00:30' });
    }
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
});
