// The form of one activity: what is typed survives a reload, and nothing is red before one tried to save.
import { planMoments, type PlannedMoment } from '#domain/checkins/activity-schedule.ts';
import { DeskActivity } from '#domain/desk-api.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { api } from '../../api.ts';
import { now } from '../../clock.ts';
import { m } from '../../paraglide/messages.js';
import { clearDraft, readDraft, writeDraft } from '../draft.ts';
import { fieldCodes } from '../problem-text.ts';
import { Act } from '../resource.svelte.ts';
import {
  ActivityText,
  checkActivityText,
  emptyActivityText,
  fieldOfPath,
  momentAfter,
  textOfActivity,
  textOfCopy,
  type CheckedAgainst,
  type FieldProblem,
} from './activity-text.ts';

export class ActivityForm {
  text: ActivityText = $state(emptyActivityText('', ''));
  readonly saving = new Act();
  /** An activity stays with the organisation it was made for. */
  readonly isNew: boolean;
  readonly #activity: DeskActivity | undefined;
  readonly #draft: string;
  #tried = $state(false);
  readonly #against: CheckedAgainst;
  readonly #checked = $derived.by(() => checkActivityText(this.text, this.#against, this.#activity?.version));

  /** What it is now, which may be a kind that no desk chooses. */
  get kind(): DeskActivity['kind'] {
    return this.#activity?.kind;
  }

  /** The moments that follow from a schedule that repeats, once it is whole. */
  readonly planned: readonly PlannedMoment[] = $derived.by(() => {
    const schedule = 'input' in this.#checked ? this.#checked.input.schedule : undefined;
    if (!schedule || schedule.kind === 'dates') return [];
    const plan = planMoments(schedule, this.#against.stored, this.#against.now);
    return plan.ok ? plan.value : [];
  });

  /** Sentences by field. */
  readonly errors: ReadonlyMap<string, string> = $derived.by(() => {
    const errors = new Map<string, string>();
    if (!this.#tried) return errors;
    for (const path of fieldCodes(this.saving.error).keys())
      errors.set(fieldOfPath(path), m.desk_field_wrong());
    if ('problems' in this.#checked)
      for (const [field, problem] of this.#checked.problems) errors.set(field, sentenceOf(problem));
    return errors;
  });

  /** `copied`: last season, of which a new one is made. */
  constructor(organisationId: string, activity?: DeskActivity, copied?: DeskActivity) {
    this.#activity = activity;
    this.#against = { stored: activity?.occurrences ?? [], now: now() };
    this.isNew = activity === undefined;
    this.#draft = activity
      ? `activity.${activity.activityId}.${activity.version}`
      : copied
        ? `activity.copy.${copied.activityId}`
        : 'activity.new';
    const fresh = activity
      ? textOfActivity(activity)
      : copied
        ? textOfCopy(copied)
        : emptyActivityText(organisationId, civilDayOf(now()));
    this.text = readDraft(this.#draft, ActivityText) ?? fresh;
  }

  /** In an $effect: keeps what is typed. */
  keepDraft(): void {
    writeDraft(this.#draft, $state.snapshot(this.text));
  }

  addMoment(daysLater: number): void {
    this.text.moments.push(momentAfter(this.text.moments.at(-1), daysLater));
  }

  removeMoment(index: number): void {
    this.text.moments.splice(index, 1);
  }

  addHours(): void {
    const last = this.text.hours.at(-1);
    const weekday = String((Number(last?.weekday ?? 0) % 7) + 1);
    this.text.hours.push({ weekday, from: last?.from ?? '', to: last?.to ?? '' });
  }

  /** The saved activity, or undefined when something must be mended first. */
  async save(): Promise<DeskActivity | undefined> {
    this.#tried = true;
    const checked = this.#checked;
    if ('problems' in checked) return undefined;
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

function sentenceOf(problem: FieldProblem): string {
  switch (problem.code) {
    case 'required':
      return m.desk_field_required();
    case 'number':
      return m.desk_field_number({ least: problem.least, most: problem.most });
    case 'date':
      return m.desk_field_date();
    case 'time':
      return m.desk_field_time();
    case 'no-moments':
      return m.desk_occurrences_none();
    case 'euros':
      return m.activities_price_wrong();
    case 'price-twice':
      return m.activities_price_twice();
    case 'no-card-system':
      return m.activities_card_systems_none();
    case 'schedule-empty':
      return m.activities_schedule_empty();
    case 'schedule-too-long':
      return m.activities_schedule_too_long({ max: limits.activityOccurrencesMax });
    case 'schedule-ends-before':
      return m.activities_schedule_ends_before();
    case 'too-many-moments':
      return m.desk_occurrences_too_many({ max: limits.activityOccurrencesMax });
  }
}
