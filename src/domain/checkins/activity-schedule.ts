// When an activity takes place: on dates that were given one by one, every week between two days, or during opening hours that
// go on. Rule: UiTdatabank calendar types (single, multiple, periodic, permanent); times are those of a clock in Brussels.
// Invariants: a training at 19:30 is at 19:30 in summer and in winter; what is over is never planned anew.
import * as z from 'zod/mini';
import {
  addCivilDays,
  civilDayOf,
  instantOfLocal,
  isCivilDay,
  weekdayOf,
  type CivilDay,
  type Instant,
} from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const Day = z.string().check(z.refine((text) => isCivilDay(text)));
const ClockTime = z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/));

/** An end that is not after the start is on the next day: 20:00 to 03:00. */
export const WeekHours = z.object({
  /** 1 = Monday … 7 = Sunday. */
  weekday: z.int().check(z.minimum(1), z.maximum(7)),
  from: ClockTime,
  to: ClockTime,
});
export type WeekHours = z.infer<typeof WeekHours>;

/** Both days included. */
export const DayRange = z.object({ fromDay: Day, untilDay: Day });
export type DayRange = z.infer<typeof DayRange>;

const repeating = {
  fromDay: Day,
  hours: z.array(WeekHours).check(z.minLength(1), z.maxLength(limits.scheduleHoursMax)),
  except: z.array(DayRange).check(z.maxLength(limits.scheduleExceptionsMax)),
};

export const Schedule = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('dates') }),
  z.object({ kind: z.literal('weekly'), untilDay: Day, ...repeating }),
  /** Goes on until somebody ends it: moments are planned as far ahead as a phone can hold, and more as time goes by. */
  z.object({ kind: z.literal('opening-hours'), untilDay: z.nullable(Day), ...repeating }),
]);
export type Schedule = z.infer<typeof Schedule>;
export type RepeatingSchedule = Exclude<Schedule, { kind: 'dates' }>;

export type Span = { readonly startsAt: Instant; readonly endsAt: Instant };

export type PlannedMoment = Span & {
  /** Absent: not stored yet. */
  readonly occurrenceId?: string | undefined;
  /** Why it does not take place. */
  readonly cancelledBecause?: string | undefined;
};

/** What stays listed of opening hours: as long as a paper list may come in. */
const KEPT_MS = limits.paperListBackMs;
/** Years of days are looked through and no more, whatever the schedule says. */
const DAYS_MAX = 1_100;

const byInstant = (a: Span, b: Span): number => a.startsAt - b.startsAt || a.endsAt - b.endsAt;

/** One evening as instants; a time that the clock skips in March moves with the clock. */
export function spanOf(day: CivilDay, from: string, to: string): Span {
  const startsAt = instantOfLocal(day, from);
  const overnight = to <= from;
  const endsAt = instantOfLocal(overnight ? addCivilDays(day, 1) : day, to);
  if (endsAt > startsAt) return { startsAt, endsAt };
  // Only where the skipped hour pushed the start past the end.
  return { startsAt, endsAt: startsAt + (minutesOf(to) - minutesOf(from)) * MINUTE_MS };
}

/** The moments of a schedule from one day to another, both included, in order; at most `max`. */
export function momentsBetween(
  schedule: RepeatingSchedule,
  fromDay: CivilDay,
  untilDay: CivilDay,
  max = Infinity,
): Span[] {
  const last = schedule.untilDay !== null && schedule.untilDay < untilDay ? schedule.untilDay : untilDay;
  const spans: Span[] = [];
  let day = schedule.fromDay > fromDay ? schedule.fromDay : fromDay;
  for (let looked = 0; day <= last && looked < DAYS_MAX && spans.length < max; looked++) {
    if (!isExcepted(schedule.except, day)) {
      const weekday = weekdayOf(day);
      const today = schedule.hours.filter((entry) => entry.weekday === weekday);
      // In order of instants: a time that the clock skips in March comes after one that it shows.
      const inOrder = today.map(({ from, to }) => spanOf(day, from, to)).sort(byInstant);
      spans.push(...inOrder.slice(0, max - spans.length));
    }
    day = addCivilDays(day, 1);
  }
  return spans;
}

export type ScheduleFault = {
  readonly code: 'schedule-empty' | 'schedule-too-long' | 'schedule-ends-before';
};

/**
 * All moments that an activity has from now on. What is over stays as it was; what is to come follows the schedule, and a moment
 * of a day that was there already keeps its id and whether it is cancelled.
 */
export function planMoments(
  schedule: RepeatingSchedule,
  stored: readonly PlannedMoment[],
  now: Instant,
): Result<PlannedMoment[], ScheduleFault> {
  if (schedule.untilDay !== null && schedule.untilDay < schedule.fromDay)
    return refuse({ code: 'schedule-ends-before' });
  const goesOn = schedule.kind === 'opening-hours';
  const over = stored.filter(({ endsAt }) => endsAt <= now && (!goesOn || endsAt > now - KEPT_MS));
  const isNew = stored.length === 0;
  const firstDay = isNew && !goesOn ? schedule.fromDay : civilDayOf(isNew ? now - KEPT_MS : now);
  const room = limits.activityOccurrencesMax - over.length;
  const coming = momentsBetween(
    schedule,
    // An evening that began yesterday may still go on.
    addCivilDays(firstDay, -1),
    addCivilDays(firstDay, DAYS_MAX),
    room + 1 + limits.scheduleHoursMax,
  ).filter(({ endsAt }) => (isNew ? !goesOn || endsAt > now - KEPT_MS : endsAt > now));
  if (!goesOn && coming.length > room) return refuse({ code: 'schedule-too-long' });
  if (over.length + coming.length === 0) return refuse({ code: 'schedule-empty' });
  const waiting = stored.filter(({ endsAt }) => endsAt > now);
  const moments = [...over, ...withIds(coming.slice(0, room), waiting)];
  return ok(moments.sort(byInstant));
}

/** Opening hours run out of planned moments: when their last one is nearer than this it is time to plan on. */
const AHEAD_MS = 28 * DAY_MS;

export function isRunningOut(schedule: Schedule, stored: readonly Span[], now: Instant): boolean {
  if (schedule.kind !== 'opening-hours') return false;
  const lastStart = Math.max(...stored.map(({ startsAt }) => startsAt));
  if (lastStart >= now + AHEAD_MS) return false;
  // Only what the plan would add counts: hours with an end come to their end.
  const planned = planMoments(schedule, stored, now);
  return planned.ok && planned.value.some(({ startsAt }) => startsAt > lastStart);
}

/** Weeks later, the same weekdays and the same hours: last season as the next one. */
export const SEASON_WEEKS = 52;

export function shiftSchedule<S extends Schedule>(schedule: S, weeks: number): S {
  if (schedule.kind === 'dates') return schedule;
  const later = (day: CivilDay): CivilDay => addCivilDays(day, 7 * weeks);
  return {
    ...schedule,
    fromDay: later(schedule.fromDay),
    untilDay: schedule.untilDay === null ? null : later(schedule.untilDay),
    except: schedule.except.map(({ fromDay, untilDay }) => ({
      fromDay: later(fromDay),
      untilDay: later(untilDay),
    })),
  };
}

const isExcepted = (except: readonly DayRange[], day: CivilDay): boolean =>
  except.some(({ fromDay, untilDay }) => fromDay <= day && day <= untilDay);

/** Moments get the ids of stored ones: first of the same moment, then of the same start, then of the same day. */
export function withIds(spans: readonly Span[], stored: readonly PlannedMoment[]): PlannedMoment[] {
  const free = new Set(stored);
  const take = (fits: (moment: PlannedMoment) => boolean): PlannedMoment | undefined => {
    const found = [...free].find(fits);
    if (found) free.delete(found);
    return found;
  };
  const ways = [
    (span: Span) => take((one) => one.startsAt === span.startsAt && one.endsAt === span.endsAt),
    (span: Span) => take((one) => one.startsAt === span.startsAt),
    (span: Span) => take((one) => civilDayOf(one.startsAt) === civilDayOf(span.startsAt)),
  ];
  const found = new Map<Span, PlannedMoment>();
  for (const way of ways)
    for (const span of spans) {
      const known = found.has(span) ? undefined : way(span);
      if (known) found.set(span, known);
    }
  return spans.map((span) => {
    const known = found.get(span);
    return {
      ...span,
      ...(known?.occurrenceId !== undefined && { occurrenceId: known.occurrenceId }),
      ...(known?.cancelledBecause !== undefined && { cancelledBecause: known.cancelledBecause }),
    };
  });
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}
