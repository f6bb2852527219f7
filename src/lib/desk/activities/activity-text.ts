// An activity as typed, and as the server wants it. Text stays text until it is saved, so that nothing half-typed is
// thrown away. Pure: codes out, the form makes sentences of them.
import {
  planMoments,
  SEASON_WEEKS,
  shiftSchedule,
  spanOf,
  type PlannedMoment,
  type RepeatingSchedule,
  type ScheduleFault,
} from '#domain/checkins/activity-schedule.ts';
import type { ActivityInput, DeskActivity } from '#domain/desk-api.ts';
import { twiceNamed } from '#domain/checkins/price-class.ts';
import { addCivilDays, civilDayOf, clockTimeOf, PERIOD_TYPES, weekdayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { EVENT_KINDS } from '#domain/uitdatabank/event-kinds.ts';
import * as z from 'zod/mini';
import { dateTextOf, parseDateText, parseTimeText } from '../../ui/date-text.ts';
import { euroInputOf, parseEuroText } from '../../ui/money-text.ts';

const MomentText = z.object({
  occurrenceId: z.optional(z.string()),
  day: z.string(),
  from: z.string(),
  to: z.string(),
});
export type MomentText = z.infer<typeof MomentText>;

/** Of one weekday; `weekday` as its number, 1 = Monday. */
const HoursText = z.object({ weekday: z.string(), from: z.string(), to: z.string() });
export type HoursText = z.infer<typeof HoursText>;
/** Without a second day it is the first one alone. */
const ExceptText = z.object({ from: z.string(), until: z.string() });
export type ExceptText = z.infer<typeof ExceptText>;
const PriceText = z.object({ label: z.string(), euros: z.string() });
export type PriceText = z.infer<typeof PriceText>;

export const SCHEDULE_KINDS = ['dates', 'weekly', 'opening-hours'] as const;
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number];

export const ActivityText = z.object({
  organisationId: z.string(),
  title: z.string(),
  place: z.string(),
  points: z.string(),
  limited: z.boolean(),
  volume: z.string(),
  period: z.enum(PERIOD_TYPES),
  ownMargins: z.boolean(),
  before: z.string(),
  after: z.string(),
  kind: z.enum(SCHEDULE_KINDS),
  moments: z.array(MomentText),
  fromDay: z.string(),
  untilDay: z.string(),
  hours: z.array(HoursText),
  except: z.array(ExceptText),
  prices: z.array(PriceText),
  /** Empty: none. Absent from a draft of an older screen. */
  kindId: z.optional(z.string()),
  /** Absent: all of them for a new activity, as they are for an old one. */
  cardSystemIds: z.optional(z.array(z.string())),
});
export type ActivityText = z.infer<typeof ActivityText>;

export type FieldProblem =
  | {
      readonly code:
        | 'required'
        | 'date'
        | 'time'
        | 'no-moments'
        | 'too-many-moments'
        | 'euros'
        | 'price-twice'
        | 'no-card-system'
        | ScheduleFault['code'];
    }
  | { readonly code: 'number'; readonly least: number; readonly most: number };

/** Fields by their place in the form: `title`, `points`, `occurrences.2.from`. */
export type Checked =
  { readonly input: ActivityInput } | { readonly problems: ReadonlyMap<string, FieldProblem> };

/** What the form started from: the moments that are stored already, and the time. */
export type CheckedAgainst = { readonly stored: readonly PlannedMoment[]; readonly now: number };

export function checkActivityText(text: ActivityText, against: CheckedAgainst, version?: number): Checked {
  const problems = new Map<string, FieldProblem>();
  const need = (field: string, value: string): string => {
    if (value.trim() === '') problems.set(field, { code: 'required' });
    return value.trim();
  };
  const whole = (field: string, value: string, least: number, most: number): number => {
    const number = /^\d{1,5}$/.test(value.trim()) ? Number(value) : Number.NaN;
    if (!(number >= least && number <= most)) problems.set(field, { code: 'number', least, most });
    return number;
  };
  /** Left empty is the region's own. */
  const margin = (field: string, value: string): number | null =>
    text.ownMargins && value.trim() !== '' ? whole(field, value, 0, 1440) : null;
  const schedule = text.kind === 'dates' ? { kind: text.kind } : checkSchedule(text, text.kind, problems);
  const occurrences = text.kind === 'dates' ? checkMoments(text, problems) : [];
  if (schedule.kind !== 'dates' && problems.size === 0) {
    const plan = planMoments(schedule, against.stored, against.now);
    if (!plan.ok) problems.set('schedule', plan.error);
  }
  if (text.cardSystemIds?.length === 0) problems.set('cardSystemIds', { code: 'no-card-system' });

  const input: ActivityInput = {
    organisationId: text.organisationId,
    title: need('title', text.title),
    place: need('place', text.place),
    points: whole('points', text.points, 0, 100),
    limit: text.limited ? { volume: whole('limit', text.volume, 1, 1000), period: text.period } : null,
    marginBeforeMin: margin('marginBeforeMin', text.before),
    marginAfterMin: margin('marginAfterMin', text.after),
    occurrences,
    schedule,
    priceClasses: checkPrices(text.prices, problems),
    ...(text.kindId !== undefined && { kindId: text.kindId || null }),
    ...(text.cardSystemIds && { cardSystemIds: text.cardSystemIds }),
    ...(version !== undefined && { version }),
  };
  return problems.size > 0 ? { problems } : { input };
}

function checkMoments(
  { moments }: ActivityText,
  problems: Map<string, FieldProblem>,
): ActivityInput['occurrences'] {
  if (moments.length === 0) problems.set('occurrences', { code: 'no-moments' });
  if (moments.length > limits.activityOccurrencesMax)
    problems.set('occurrences', { code: 'too-many-moments' });
  return moments.map((moment, i) => checkMoment(moment, `occurrences.${i}`, problems));
}

/** Every week, or opening hours; the second may go on without an end. */
function checkSchedule(
  text: ActivityText,
  kind: RepeatingSchedule['kind'],
  problems: Map<string, FieldProblem>,
): RepeatingSchedule {
  const day = (field: string, typed: string): string => {
    const parsed = parseDateText(typed);
    if (!parsed) problems.set(field, { code: 'date' });
    return parsed ?? '';
  };
  const time = (field: string, typed: string): string => {
    const parsed = parseTimeText(typed);
    if (!parsed) problems.set(field, { code: 'time' });
    return parsed ?? '';
  };
  const parts = {
    fromDay: day('schedule.fromDay', text.fromDay),
    hours: text.hours.map(({ weekday, from, to }, i) => ({
      weekday: Number(weekday),
      from: time(`schedule.hours.${i}.from`, from),
      to: time(`schedule.hours.${i}.to`, to),
    })),
    except: text.except.map(({ from, until }, i) => {
      const fromDay = day(`schedule.except.${i}.from`, from);
      const untilDay = until.trim() === '' ? fromDay : day(`schedule.except.${i}.until`, until);
      if (untilDay !== '' && untilDay < fromDay)
        problems.set(`schedule.except.${i}.until`, { code: 'schedule-ends-before' });
      return { fromDay, untilDay };
    }),
  };
  if (parts.hours.length === 0) problems.set('schedule', { code: 'no-moments' });
  if (kind === 'weekly') return { kind, ...parts, untilDay: day('schedule.untilDay', text.untilDay) };
  const endless = text.untilDay.trim() === '';
  return { kind, ...parts, untilDay: endless ? null : day('schedule.untilDay', text.untilDay) };
}

function checkPrices(
  prices: readonly PriceText[],
  problems: Map<string, FieldProblem>,
): { label: string; cents: number }[] {
  const classes = prices.map(({ label, euros }, i) => {
    const cents = parseEuroText(euros);
    if (label.trim() === '') problems.set(`priceClasses.${i}.label`, { code: 'required' });
    if (cents === undefined || cents > limits.centsMax)
      problems.set(`priceClasses.${i}.euros`, { code: 'euros' });
    return { label: label.trim(), cents: cents ?? 0 };
  });
  const twice = twiceNamed(classes);
  if (twice !== undefined) problems.set(`priceClasses.${twice}.label`, { code: 'price-twice' });
  return classes;
}

/** An end before the start is the next night: 20:00 to 03:00. */
function checkMoment(
  moment: MomentText,
  field: string,
  problems: Map<string, FieldProblem>,
): ActivityInput['occurrences'][number] {
  const day = parseDateText(moment.day);
  const from = parseTimeText(moment.from);
  const to = parseTimeText(moment.to);
  if (!day) problems.set(`${field}.day`, { code: 'date' });
  if (!from) problems.set(`${field}.from`, { code: 'time' });
  if (!to) problems.set(`${field}.to`, { code: 'time' });
  if (!day || !from || !to) return { startsAt: 0, endsAt: 0 };
  return { ...(moment.occurrenceId && { occurrenceId: moment.occurrenceId }), ...spanOf(day, from, to) };
}

/** What most activities are: one visit a day, one point. */
export const emptyActivityText = (organisationId: string, today: string): ActivityText => ({
  organisationId,
  title: '',
  place: '',
  kindId: '',
  points: '1',
  limited: true,
  volume: '1',
  period: 'DAY',
  ownMargins: false,
  before: '',
  after: '',
  kind: 'dates',
  moments: [{ day: dateTextOf(today), from: '', to: '' }],
  fromDay: dateTextOf(today),
  untilDay: '',
  hours: [{ weekday: '1', from: '', to: '' }],
  except: [],
  prices: [],
});

export const textOfActivity = (activity: DeskActivity): ActivityText => ({
  organisationId: activity.organisationId,
  title: activity.title,
  place: activity.place,
  kindId: activity.kind?.id ?? '',
  points: String(activity.points),
  limited: activity.limit !== null,
  volume: String(activity.limit?.volume ?? 1),
  period: activity.limit?.period ?? 'DAY',
  ownMargins: activity.marginBeforeMin !== null || activity.marginAfterMin !== null,
  before: String(activity.marginBeforeMin ?? ''),
  after: String(activity.marginAfterMin ?? ''),
  prices: activity.priceClasses.map(({ label, cents }) => ({ label, euros: euroInputOf(cents) })),
  cardSystemIds: [...activity.cardSystemIds],
  ...scheduleText(activity),
  moments: activity.occurrences.map(({ occurrenceId, startsAt, endsAt }) => ({
    occurrenceId,
    day: dateTextOf(civilDayOf(startsAt)),
    from: clockTimeOf(startsAt),
    to: clockTimeOf(endsAt),
  })),
});

/** Last season as the next one, to look over before it is stored: the same weekdays, nothing cancelled. */
export function textOfCopy(activity: DeskActivity): ActivityText {
  const later = (text: string): string => {
    const day = parseDateText(text);
    return day ? dateTextOf(addCivilDays(day, 7 * SEASON_WEEKS)) : text;
  };
  const { moments, ...text } = textOfActivity({
    ...activity,
    schedule: shiftSchedule(activity.schedule, SEASON_WEEKS),
  });
  // A kind that no desk chooses stays with the activity that was imported.
  const kindId = EVENT_KINDS.some(({ id }) => id === text.kindId) ? text.kindId : '';
  return { ...text, kindId, moments: moments.map(({ day, from, to }) => ({ day: later(day), from, to })) };
}

function scheduleText({
  schedule,
  occurrences,
}: DeskActivity): Pick<ActivityText, 'kind' | 'fromDay' | 'untilDay' | 'hours' | 'except'> {
  if (schedule.kind === 'dates') {
    // For who goes over to every week: a start to change.
    const first = occurrences[0];
    return {
      kind: 'dates',
      fromDay: first ? dateTextOf(civilDayOf(first.startsAt)) : '',
      untilDay: '',
      hours: [
        first
          ? {
              weekday: String(weekdayOf(civilDayOf(first.startsAt))),
              from: clockTimeOf(first.startsAt),
              to: clockTimeOf(first.endsAt),
            }
          : { weekday: '1', from: '', to: '' },
      ],
      except: [],
    };
  }
  return {
    kind: schedule.kind,
    fromDay: dateTextOf(schedule.fromDay),
    untilDay: schedule.untilDay === null ? '' : dateTextOf(schedule.untilDay),
    hours: schedule.hours.map(({ weekday, from, to }) => ({ weekday: String(weekday), from, to })),
    except: schedule.except.map(({ fromDay, untilDay }) => ({
      from: dateTextOf(fromDay),
      until: untilDay === fromDay ? '' : dateTextOf(untilDay),
    })),
  };
}

/** The same hours, some days later. */
export function momentAfter(last: MomentText | undefined, days: number): MomentText {
  const day = last && parseDateText(last.day);
  return { day: day ? dateTextOf(addCivilDays(day, days)) : '', from: last?.from ?? '', to: last?.to ?? '' };
}

/** A path of the request (`occurrences.2.startsAt`) as the field where it was typed. */
export function fieldOfPath(path: string): string {
  const [first = '', second] = path.split(/[./]/).filter((part) => part !== '');
  if (first === 'occurrences' && second !== undefined) return `occurrences.${second}.from`;
  return first === 'priceClasses' && second !== undefined ? `priceClasses.${second}.label` : first;
}
