// An activity as typed, and as the server wants it. Text stays text until it is saved, so that nothing half-typed is
// thrown away. Pure: codes out, the form makes sentences of them.
import type { ActivityInput, DeskActivity } from '#domain/desk-api.ts';
import { civilDayOf, clockTimeOf, instantOfLocal, PERIOD_TYPES } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import * as z from 'zod/mini';
import { dateTextOf, parseDateText, parseTimeText } from '../../ui/date-text.ts';

const DAY_MS = 24 * 3_600_000;

const MomentText = z.object({
  occurrenceId: z.optional(z.string()),
  day: z.string(),
  from: z.string(),
  to: z.string(),
});
export type MomentText = z.infer<typeof MomentText>;

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
  moments: z.array(MomentText),
});
export type ActivityText = z.infer<typeof ActivityText>;

export type FieldProblem =
  | { readonly code: 'required' | 'date' | 'time' | 'no-moments' | 'too-many-moments' }
  | { readonly code: 'number'; readonly least: number; readonly most: number };

/** Fields by their place in the form: `title`, `points`, `occurrences.2.from`. */
export type Checked =
  { readonly input: ActivityInput } | { readonly problems: ReadonlyMap<string, FieldProblem> };

export function checkActivityText(text: ActivityText, version?: number): Checked {
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
  const occurrences = text.moments.map((moment, i) => checkMoment(moment, `occurrences.${i}`, problems));
  if (occurrences.length === 0) problems.set('occurrences', { code: 'no-moments' });
  if (occurrences.length > limits.activityOccurrencesMax)
    problems.set('occurrences', { code: 'too-many-moments' });

  const input: ActivityInput = {
    organisationId: text.organisationId,
    title: need('title', text.title),
    place: need('place', text.place),
    points: whole('points', text.points, 0, 100),
    limit: text.limited ? { volume: whole('limit', text.volume, 1, 1000), period: text.period } : null,
    marginBeforeMin: margin('marginBeforeMin', text.before),
    marginAfterMin: margin('marginAfterMin', text.after),
    occurrences,
    ...(version !== undefined && { version }),
  };
  return problems.size > 0 ? { problems } : { input };
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
  const startsAt = instantOfLocal(day, from);
  const sameDay = instantOfLocal(day, to);
  const endsAt = sameDay > startsAt ? sameDay : instantOfLocal(daysAfter(day, 1), to);
  return { ...(moment.occurrenceId && { occurrenceId: moment.occurrenceId }), startsAt, endsAt };
}

/** What most activities are: one visit a day, one point. */
export const emptyActivityText = (organisationId: string, today: string): ActivityText => ({
  organisationId,
  title: '',
  place: '',
  points: '1',
  limited: true,
  volume: '1',
  period: 'DAY',
  ownMargins: false,
  before: '',
  after: '',
  moments: [{ day: dateTextOf(today), from: '', to: '' }],
});

export const textOfActivity = (activity: DeskActivity): ActivityText => ({
  organisationId: activity.organisationId,
  title: activity.title,
  place: activity.place,
  points: String(activity.points),
  limited: activity.limit !== null,
  volume: String(activity.limit?.volume ?? 1),
  period: activity.limit?.period ?? 'DAY',
  ownMargins: activity.marginBeforeMin !== null || activity.marginAfterMin !== null,
  before: String(activity.marginBeforeMin ?? ''),
  after: String(activity.marginAfterMin ?? ''),
  moments: activity.occurrences.map(({ occurrenceId, startsAt, endsAt }) => ({
    occurrenceId,
    day: dateTextOf(civilDayOf(startsAt)),
    from: clockTimeOf(startsAt),
    to: clockTimeOf(endsAt),
  })),
});

/** The same hours, some days later. */
export function momentAfter(last: MomentText | undefined, days: number): MomentText {
  const day = last && parseDateText(last.day);
  return { day: day ? dateTextOf(daysAfter(day, days)) : '', from: last?.from ?? '', to: last?.to ?? '' };
}

/** A path of the request (`occurrences.2.startsAt`) as the field where it was typed. */
export function fieldOfPath(path: string): string {
  const [first = '', second] = path.split(/[./]/).filter((part) => part !== '');
  return first === 'occurrences' && second !== undefined ? `occurrences.${second}.from` : first;
}

/** From noon to noon, so that no change of the clock moves the day. */
const daysAfter = (day: string, days: number): string =>
  civilDayOf(instantOfLocal(day, '12:00') + days * DAY_MS);
