// Civil days and periods in Europe/Brussels, without a calendar library (the scan route carries none).
// Rule: EU Directive 2000/84/EC, summer time from 01:00 UTC on the last Sunday of March to 01:00 UTC on the
// last Sunday of October; Brussels is UTC+1, in summer UTC+2. Checked against Intl in tests/unit.
// Invariant: no period ever depends on the time zone of the machine.

import { planted } from './planted.ts';

/** A moment: UTC milliseconds since 1970. */
export type Instant = number;

export const PERIOD_TYPES = ['ABSOLUTE', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const;
export type PeriodType = (typeof PERIOD_TYPES)[number];

/** A civil period as instants: `startsAt` inclusive, `endsAt` exclusive. */
export type Period = { readonly key: string; readonly startsAt: Instant; readonly endsAt: Instant };

/** `2026-11-23`; these texts sort as the days do. */
export type CivilDay = string;

type CivilDate = { readonly year: number; readonly month: number; readonly day: number };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Bounds of an ABSOLUTE period: the whole range of a JavaScript time value. */
const EVER: Period = { key: 'EVER', startsAt: -8_640_000_000_000_000, endsAt: 8_640_000_000_000_000 };

/** The civil period of `type` that holds `instant`; keys sort and are unique over all types. */
export function periodOf(type: PeriodType, instant: Instant): Period {
  const date = civilDateOf(instant);
  const { year, month } = date;
  switch (type) {
    case 'ABSOLUTE':
      return EVER;
    case 'DAY':
      return between(`D${isoDate(date)}`, date, addDays(date, 1));
    case 'WEEK': {
      const monday = addDays(date, -((weekday(date) + 6) % 7));
      return between(`W${isoDate(monday)}`, monday, addDays(monday, 7));
    }
    case 'MONTH':
      return between(`M${pad(year, 4)}-${pad(month, 2)}`, { year, month, day: 1 }, addMonths(year, month, 1));
    case 'QUARTER': {
      const first = month - ((month - 1) % 3);
      const key = `Q${pad(year, 4)}-${(first + 2) / 3}`;
      return between(key, { year, month: first, day: 1 }, addMonths(year, first, 3));
    }
    case 'YEAR':
      return between(`Y${pad(year, 4)}`, { year, month: 1, day: 1 }, { year: year + 1, month: 1, day: 1 });
  }
}

/** The civil day as `2026-11-23`. */
export const civilDayOf = (instant: Instant): CivilDay => isoDate(civilDateOf(instant));

/** `days` may be negative. */
export const addCivilDays = (day: CivilDay, days: number): CivilDay =>
  isoDate(addDays(civilDateFrom(day), days));

/** The same day of a later month; where that month is too short its last day (31 January and a month: 28 or 29 February). */
export function addCivilMonths(day: CivilDay, months: number): CivilDay {
  const date = civilDateFrom(day);
  const first = addMonths(date.year, date.month, months);
  const last = addDays(addMonths(first.year, first.month, 1), -1);
  return isoDate({ ...first, day: Math.min(date.day, last.day) });
}

/** A day of the calendar, so not 30 February. */
export const isCivilDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && addCivilDays(text, 0) === text;

/** 1 = Monday … 7 = Sunday, as the law counts a week. */
export const weekdayOf = (day: CivilDay): number => ((weekday(civilDateFrom(day)) + 6) % 7) + 1;

/** Whole years between two days, as a birthday counts them: someone of 29 February turns on 1 March. */
export function yearsBetween(from: CivilDay, to: CivilDay): number {
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4));
  return to.slice(5) < from.slice(5) ? years - 1 : years;
}

/** The instant of local midnight that starts a civil day `2026-11-23`; midnight is never in a clock change. */
export const startOfCivilDay = (day: CivilDay): Instant => midnight(civilDateFrom(day));

/** The clock in Brussels at that moment as `14:05`. */
export function clockTimeOf(instant: Instant): string {
  const local = instant + offsetMs(instant);
  const minutes = Math.floor((local - Math.floor(local / DAY_MS) * DAY_MS) / 60_000);
  return `${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`;
}

/** A local date and time (`2026-11-23`, `14:05`) as an instant; in the doubled hour of October the earlier one. */
export function instantOfLocal(day: string, time: string): Instant {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return instantOf(daysSinceEpoch(civilDateFrom(day)) * DAY_MS + (hours * 60 + minutes) * 60_000);
}

/** A date and time as a clock in Greenwich says it. */
export const instantOfUtc = (day: CivilDay, minutes: number): Instant =>
  daysSinceEpoch(civilDateFrom(day)) * DAY_MS + minutes * 60_000;

function civilDateFrom(text: CivilDay): CivilDate {
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number);
  return { year, month, day };
}

const between = (key: string, from: CivilDate, to: CivilDate): Period => ({
  key,
  startsAt: midnight(from),
  endsAt: midnight(to),
});

const midnight = (date: CivilDate): Instant => instantOf(daysSinceEpoch(date) * DAY_MS);

/** Of a reading of the clock in Brussels, as if it were UTC: first as summer time, so that the doubled hour is its earlier one. */
function instantOf(local: number): Instant {
  const summer = local - 2 * HOUR_MS;
  return offsetMs(summer) === 2 * HOUR_MS ? summer : local - HOUR_MS;
}

function offsetMs(instant: Instant): number {
  if (planted('day-of-24-hours')) return HOUR_MS; // a day never has 23 or 25
  const { year } = dateOfDays(Math.floor(instant / DAY_MS));
  const starts = lastSunday(year, 3) * DAY_MS + HOUR_MS;
  const ends = lastSunday(year, 10) * DAY_MS + HOUR_MS;
  return instant >= starts && instant < ends ? 2 * HOUR_MS : HOUR_MS;
}

/** Both months have 31 days. */
function lastSunday(year: number, month: number): number {
  const last = { year, month, day: 31 };
  return daysSinceEpoch(last) - weekday(last);
}

const civilDateOf = (instant: Instant): CivilDate =>
  dateOfDays(Math.floor((instant + offsetMs(instant)) / DAY_MS));

/** 0 = Sunday; 1970-01-01 was a Thursday. */
function weekday(date: CivilDate): number {
  return (((daysSinceEpoch(date) + 4) % 7) + 7) % 7;
}

const addDays = (date: CivilDate, days: number): CivilDate => dateOfDays(daysSinceEpoch(date) + days);

function addMonths(year: number, month: number, months: number): CivilDate {
  const index = month - 1 + months;
  return { year: year + Math.floor(index / 12), month: (index % 12) + 1, day: 1 };
}

/** Days from civil and back, after Howard Hinnant's "chrono-compatible low-level date algorithms". */
function daysSinceEpoch({ year, month, day }: CivilDate): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function dateOfDays(days: number): CivilDate {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

const isoDate = ({ year, month, day }: CivilDate): string =>
  `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
const pad = (value: number, width: number): string => String(value).padStart(width, '0');
