// The calendar of an event as one of our schedules. Rule: UiTdatabank, calendar types: single and multiple are dates one by one,
// periodic is a week between two days, permanent goes on. What a phone can hold of dates is the measure (activityOccurrencesMax).
import {
  momentsBetween,
  type RepeatingSchedule,
  type Schedule,
  type WeekHours,
} from '../checkins/activity-schedule.ts';
import { addCivilDays, civilDayOf, type Instant } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import type { EventFacts, ReadProblem } from './event-facts.ts';
import { at, isObject, listAt, momentAt, nameAt, textAt } from './json-ld.ts';

export type Calendar = Pick<EventFacts, 'schedule' | 'dates'>;
type Read<T> = Result<T, ReadProblem>;

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;
/** Where nothing says since when it is open: before anything of ours. */
const LONG_AGO = '2020-01-01';
/** A week that ends further away is planned as it goes on. */
const PLANNED_DAYS_MAX = 1_000;

export function readCalendar(event: unknown, now: Instant): Read<Calendar> {
  switch (textAt(event, 'calendarType')) {
    case 'single':
    case 'multiple':
      return readDates(event, now);
    case 'periodic':
      return repeating(readPeriod(event, now));
    case 'permanent':
      return repeating(readPermanent(event));
    default:
      return refuse('calendar');
  }
}

const repeating = (schedule: Read<Schedule>): Read<Calendar> =>
  schedule.ok ? ok({ schedule: schedule.value, dates: [] }) : schedule;

function readDates(event: unknown, now: Instant): Read<Calendar> {
  const parts = listAt(event, 'subEvent');
  if (parts.length > limits.importDatesMax) return refuse('too-many-dates');
  const dates = new Map<string, EventFacts['dates'][number]>();
  // A single event of before subEvents existed says it of itself.
  for (const part of parts.length > 0 ? parts : [event]) {
    const [startsAt, endsAt] = [momentAt(part, 'startDate'), momentAt(part, 'endDate')];
    if (startsAt === undefined || endsAt === undefined) return refuse('date');
    if (endsAt === startsAt) return refuse('no-end');
    if (endsAt < startsAt) return refuse('ends-before-start');
    if (endsAt <= now) continue;
    const because = part === event ? undefined : cancelledBecause(part);
    dates.set(`${startsAt}-${endsAt}`, {
      ...{ startsAt, endsAt },
      ...(because !== undefined && { cancelledBecause: because }),
    });
  }
  if (dates.size === 0) return refuse('over');
  if (dates.size > limits.activityOccurrencesMax) return refuse('too-many-dates');
  const inOrder = [...dates.values()].sort((a, b) => a.startsAt - b.startsAt || a.endsAt - b.endsAt);
  return ok({ schedule: { kind: 'dates' }, dates: inOrder });
}

/** Undefined: it takes place. */
export function cancelledBecause(part: unknown): string | undefined {
  const status = at(part, 'status');
  const type = isObject(status) ? textAt(status, 'type') : '';
  if (type !== 'Unavailable' && type !== 'TemporarilyUnavailable') return undefined;
  return nameAt(status, 'reason', limits.reasonMax);
}

function readPeriod(event: unknown, now: Instant): Read<Schedule> {
  const [start, end] = [momentAt(event, 'startDate'), momentAt(event, 'endDate')];
  if (start === undefined || end === undefined) return refuse('date');
  if (end < start) return refuse('ends-before-start');
  if (end <= now) return refuse('over');
  const hours = readHours(event);
  if (!hours.ok) return hours;
  const [fromDay, untilDay] = [civilDayOf(start), civilDayOf(end)];
  const week: RepeatingSchedule = { kind: 'weekly', fromDay, untilDay, hours: hours.value, except: [] };
  const max = limits.activityOccurrencesMax;
  const fits =
    untilDay <= addCivilDays(fromDay, PLANNED_DAYS_MAX) &&
    momentsBetween(week, fromDay, untilDay, max + 1).length <= max;
  return ok(fits ? week : { ...week, kind: 'opening-hours' });
}

function readPermanent(event: unknown): Read<Schedule> {
  const hours = readHours(event);
  if (!hours.ok) return hours;
  const since = momentAt(event, 'availableFrom') ?? momentAt(event, 'created');
  const fromDay = since === undefined ? LONG_AGO : civilDayOf(since);
  return ok({ kind: 'opening-hours', fromDay, untilDay: null, hours: hours.value, except: [] });
}

function readHours(event: unknown): Read<WeekHours[]> {
  const hours = new Map<string, WeekHours>();
  for (const entry of listAt(event, 'openingHours')) {
    const [from, to] = [textAt(entry, 'opens'), textAt(entry, 'closes')];
    const weekdays = listAt(entry, 'dayOfWeek').map((day) => DAYS.indexOf(String(day)) + 1);
    if (!CLOCK.test(from) || !CLOCK.test(to) || weekdays.length === 0 || weekdays.includes(0))
      return refuse('hours');
    for (const weekday of weekdays) hours.set(`${weekday} ${from} ${to}`, { weekday, from, to });
  }
  if (hours.size === 0) return refuse('no-hours');
  if (hours.size > limits.scheduleHoursMax) return refuse('hours');
  return ok([...hours].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, week]) => week));
}
