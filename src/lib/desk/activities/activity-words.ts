// How the time and the limit of an activity read.
import type { HealthWarning } from '#domain/checkins/activity-health.ts';
import type { RepeatingSchedule } from '#domain/checkins/activity-schedule.ts';
import type { PriceClass } from '#domain/checkins/price-class.ts';
import type { DeskActivity } from '#domain/desk-api.ts';
import type { PeriodType } from '#domain/kernel/civil-time.ts';
import { civilDayOf, startOfCivilDay } from '#domain/kernel/civil-time.ts';
import { dayText, longDateText, timeText } from '../../appearance/dates.ts';
import { m } from '../../paraglide/messages.js';
import { euroInputOf } from '../../ui/money-text.ts';

export type DeskOccurrence = DeskActivity['occurrences'][number];
type Moment = 'open' | 'coming' | 'past';

/** The occurrence one would ask about now: open, else the next, else the last; called off only when nothing else is left. */
export function occurrenceNow(activity: DeskActivity, now: number): DeskOccurrence | undefined {
  const byStart = [...activity.occurrences].sort((a, b) => a.startsAt - b.startsAt);
  const takePlace = byStart.filter(({ cancelledBecause }) => cancelledBecause === undefined);
  const sorted = takePlace.length > 0 ? takePlace : byStart;
  return (
    sorted.find(({ opensAt, closesAt }) => opensAt <= now && now < closesAt) ??
    sorted.find(({ opensAt }) => opensAt > now) ??
    sorted.at(-1)
  );
}

export function momentOf(occurrence: DeskOccurrence, now: number): Moment {
  if (now < occurrence.opensAt) return 'coming';
  return now < occurrence.closesAt ? 'open' : 'past';
}

export const MOMENT_TONES = { open: 'ok', coming: 'note', past: 'plain' } as const;

export const momentText = (occurrence: DeskOccurrence, now: number): string =>
  ({
    open: () => m.desk_activity_open(),
    coming: () => m.desk_activity_opens({ at: shortMoment(occurrence.opensAt, now) }),
    past: () => m.desk_activity_past(),
  })[momentOf(occurrence, now)]();

/** The place, and whose it is where that says more. */
export const placeText = ({ place, organisationName }: DeskActivity): string =>
  place.startsWith(organisationName) ? place : `${place} · ${organisationName}`;

/** vr 20 nov, 19:30 – 22:00; the second day only when it is another one. */
export function spanText({ startsAt, endsAt }: Pick<DeskOccurrence, 'startsAt' | 'endsAt'>): string {
  const sameEvening = civilDayOf(startsAt) === civilDayOf(endsAt) || endsAt - startsAt < 12 * 3_600_000;
  const end = sameEvening ? timeText(endsAt) : `${dayText(endsAt)}, ${timeText(endsAt)}`;
  return `${dayText(startsAt)}, ${timeText(startsAt)} – ${end}`;
}

/** The time alone when it is today. */
export const shortMoment = (instant: number, now: number): string =>
  civilDayOf(instant) === civilDayOf(now) ? timeText(instant) : `${dayText(instant)}, ${timeText(instant)}`;

const PERIODS: Record<PeriodType, () => string> = {
  ABSOLUTE: m.desk_period_absolute,
  DAY: m.desk_period_day,
  WEEK: m.desk_period_week,
  MONTH: m.desk_period_month,
  QUARTER: m.desk_period_quarter,
  YEAR: m.desk_period_year,
};

export const periodText = (period: PeriodType): string => PERIODS[period]();

const WARNINGS: Record<HealthWarning, () => string> = {
  'no-window': m.activities_warning_no_window,
  'window-past': m.activities_warning_window_past,
  'no-card-system': m.activities_warning_no_card_system,
  'no-phone': m.activities_warning_no_phone,
  'permanent-without-limit': m.activities_warning_permanent_without_limit,
  'no-agreement': m.activities_warning_no_agreement,
  'agreement-ends': m.activities_warning_agreement_ends,
  'price-missing': m.activities_warning_price_missing,
};

export const warningText = (warning: HealthWarning): string => WARNINGS[warning]();

const WEEKDAYS = [
  m.activities_monday,
  m.activities_tuesday,
  m.activities_wednesday,
  m.activities_thursday,
  m.activities_friday,
  m.activities_saturday,
  m.activities_sunday,
];

/** 1 = Monday. */
export const weekdayName = (weekday: number): string => WEEKDAYS[weekday - 1]?.() ?? '';

/** Monday 19:30 – 21:00, until 30 June 2027. */
export function scheduleText({ hours, untilDay }: RepeatingSchedule): string {
  const week = hours.map(({ weekday, from, to }) => `${weekdayName(weekday)} ${from} – ${to}`).join(', ');
  return untilDay === null
    ? week
    : m.activities_until({ week, day: longDateText(startOfCivilDay(untilDay)) });
}

export const priceText = ({ label, cents }: PriceClass): string =>
  `${label}: ${cents === 0 ? m.activities_free() : `€ ${euroInputOf(cents)}`}`;

export const limitText = (limit: DeskActivity['limit']): string =>
  limit === null
    ? m.desk_limit_none()
    : m.desk_limit_text({ count: limit.volume, period: periodText(limit.period) });
