// What is typed in the form of an activity, how it becomes a request, and what is wrong with it, field by field.
// The draft survives a reload; text stays text until it is saved, so that nothing half-typed is thrown away.
import { DeskActivity, type ActivityInput } from '#domain/desk-api.ts';
import { civilDayOf, clockTimeOf, instantOfLocal, PERIOD_TYPES } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import * as z from 'zod/mini';
import { api } from '../../api.ts';
import { now } from '../../clock.ts';
import { m } from '../../paraglide/messages.js';
import { dateTextOf, parseDateText, parseTimeText } from '../../ui/date-text.ts';
import { clearDraft, readDraft, writeDraft } from '../draft.ts';
import { fieldCodes } from '../problem-text.ts';
import { Act } from '../resource.svelte.ts';

const DAY_MS = 24 * 3_600_000;

const MomentText = z.object({
  occurrenceId: z.optional(z.string()),
  day: z.string(),
  from: z.string(),
  to: z.string(),
});
export type MomentText = z.infer<typeof MomentText>;

const FormText = z.object({
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
type FormText = z.infer<typeof FormText>;

type Checked = { input: ActivityInput } | { errors: ReadonlyMap<string, string> };

export class ActivityForm {
  text: FormText = $state(emptyForm(''));
  readonly saving = new Act();
  /** Nothing is red before one tried to save. */
  #tried = $state(false);
  readonly #activity: DeskActivity | undefined;
  readonly #draft: string;
  readonly #checked: Checked = $derived.by(() => check(this.text, this.#activity?.version));

  readonly errors: ReadonlyMap<string, string> = $derived.by(() => {
    if (!this.#tried) return new Map();
    const named = [...fieldCodes(this.saving.error).keys()].map(
      (path) => [fieldOfPath(path), m.desk_field_wrong()] as const,
    );
    return new Map([...named, ...('errors' in this.#checked ? this.#checked.errors : [])]);
  });

  constructor(organisationId: string, activity?: DeskActivity) {
    this.#activity = activity;
    this.#draft = activity ? `activity.${activity.activityId}.${activity.version}` : 'activity.new';
    this.text = readDraft(this.#draft, FormText) ?? (activity ? formOf(activity) : emptyForm(organisationId));
  }

  /** In an $effect: keeps what is typed. */
  keepDraft(): void {
    writeDraft(this.#draft, $state.snapshot(this.text));
  }

  addMoment(daysLater: number): void {
    const last = this.text.moments.at(-1);
    const day = last && parseDateText(last.day);
    this.text.moments.push({
      day: day ? dateTextOf(civilDayOf(instantOfLocal(day, '12:00') + daysLater * DAY_MS)) : '',
      from: last?.from ?? '',
      to: last?.to ?? '',
    });
  }

  removeMoment(index: number): void {
    this.text.moments.splice(index, 1);
  }

  /** The saved activity, or undefined when something must be mended first. */
  async save(): Promise<DeskActivity | undefined> {
    this.#tried = true;
    const checked = this.#checked;
    if (!('input' in checked)) return undefined;
    let saved: DeskActivity | undefined;
    await this.saving.run(async () => {
      saved = this.#activity
        ? await api.put(`/api/activities/${this.#activity.activityId}`, checked.input, DeskActivity)
        : await api.post('/api/activities', checked.input, DeskActivity);
      this.discard();
    });
    return saved;
  }

  discard(): void {
    clearDraft(this.#draft);
  }
}

function check(text: FormText, version: number | undefined): Checked {
  const errors = new Map<string, string>();
  const need = (key: string, value: string): string => {
    if (value.trim() === '') errors.set(key, m.desk_field_required());
    return value.trim();
  };
  const whole = (key: string, value: string, least: number, most: number): number => {
    const number = /^\d{1,5}$/.test(value.trim()) ? Number(value) : Number.NaN;
    if (!(number >= least && number <= most)) errors.set(key, m.desk_field_number({ least, most }));
    return number;
  };
  const occurrences = text.moments.map((moment, i) => checkMoment(moment, i, errors));
  if (occurrences.length === 0) errors.set('occurrences', m.desk_occurrences_none());
  if (occurrences.length > limits.activityOccurrencesMax)
    errors.set('occurrences', m.desk_occurrences_too_many({ max: limits.activityOccurrencesMax }));

  const input: ActivityInput = {
    organisationId: text.organisationId,
    title: need('title', text.title),
    place: need('place', text.place),
    points: whole('points', text.points, 0, 100),
    limit: text.limited ? { volume: whole('limit', text.volume, 1, 1000), period: text.period } : null,
    marginBeforeMin: text.ownMargins ? whole('marginBeforeMin', text.before, 0, 1440) : null,
    marginAfterMin: text.ownMargins ? whole('marginAfterMin', text.after, 0, 1440) : null,
    occurrences,
    ...(version !== undefined && { version }),
  };
  return errors.size > 0 ? { errors } : { input };
}

/** A path of the request (`occurrences.2.startsAt`) as the field where it was typed. */
function fieldOfPath(path: string): string {
  const [first = '', second] = path.split(/[./]/).filter((part) => part !== '');
  return first === 'occurrences' && second !== undefined ? `occurrences.${second}.from` : first;
}

/** An end before the start is the next night: 20:00 to 03:00. */
function checkMoment(
  moment: MomentText,
  index: number,
  errors: Map<string, string>,
): ActivityInput['occurrences'][number] {
  const day = parseDateText(moment.day);
  const from = parseTimeText(moment.from);
  const to = parseTimeText(moment.to);
  if (!day) errors.set(`occurrences.${index}.day`, m.desk_field_date());
  if (!from) errors.set(`occurrences.${index}.from`, m.desk_field_time());
  if (!to) errors.set(`occurrences.${index}.to`, m.desk_field_time());
  if (!day || !from || !to) return { startsAt: 0, endsAt: 0 };
  const startsAt = instantOfLocal(day, from);
  const sameDay = instantOfLocal(day, to);
  const nextDay = civilDayOf(instantOfLocal(day, '12:00') + DAY_MS);
  const endsAt = sameDay > startsAt ? sameDay : instantOfLocal(nextDay, to);
  return { ...(moment.occurrenceId && { occurrenceId: moment.occurrenceId }), startsAt, endsAt };
}

const emptyForm = (organisationId: string): FormText => ({
  organisationId,
  title: '',
  place: '',
  points: '1',
  limited: true,
  volume: '1',
  period: 'DAY',
  ownMargins: false,
  before: '60',
  after: '60',
  moments: [{ day: dateTextOf(civilDayOf(now())), from: '', to: '' }],
});

const formOf = (activity: DeskActivity): FormText => ({
  organisationId: activity.organisationId,
  title: activity.title,
  place: activity.place,
  points: String(activity.points),
  limited: activity.limit !== null,
  volume: String(activity.limit?.volume ?? 1),
  period: activity.limit?.period ?? 'DAY',
  ownMargins: activity.marginBeforeMin !== null || activity.marginAfterMin !== null,
  before: String(activity.marginBeforeMin ?? 60),
  after: String(activity.marginAfterMin ?? 60),
  moments: activity.occurrences.map(({ occurrenceId, startsAt, endsAt }) => ({
    occurrenceId,
    day: dateTextOf(civilDayOf(startsAt)),
    from: clockTimeOf(startsAt),
    to: clockTimeOf(endsAt),
  })),
});
