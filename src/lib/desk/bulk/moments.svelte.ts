// What went on at one day, to choose the moment that a list of visits is for.
import type { DeskActivity } from '#domain/desk-api.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { now } from '../../clock.ts';
import { Activities } from '../activities/activity-list.svelte.ts';
import { placeText, spanText, type DeskOccurrence } from '../activities/activity-words.ts';

export type Moment = { readonly activityId: string; readonly at: number; readonly key: string };
type Choice = Moment & { readonly label: string };

export class Moments {
  readonly found = new Activities();
  readonly choices = $derived((this.found.value?.activities ?? []).flatMap(choicesOf));
  /** Of more than one page only the first is shown: a name makes it shorter. */
  readonly more = $derived(
    this.found.value !== undefined && this.found.value.total > this.found.value.pageSize,
  );

  read(day: string, q: string): void {
    this.found.read({ organisationId: undefined, when: 'all', fromDay: day, untilDay: day, q, page: 1 });
  }
}

/** The time that is written down: when it began, or now where people come in already. */
const timeOf = ({ startsAt }: DeskOccurrence): number => Math.min(startsAt, now());

function choicesOf(activity: DeskActivity): Choice[] {
  const { activityId, title } = activity;
  return activity.occurrences
    .filter(({ opensAt, cancelledBecause }) => cancelledBecause === undefined && opensAt <= now())
    .map((occurrence) => ({
      ...{ activityId, at: timeOf(occurrence), key: `${activityId}|${occurrence.occurrenceId}` },
      label: `${title} · ${spanText(occurrence)} · ${placeText(activity)}`,
    }));
}

export const onDay = (choices: readonly Choice[], day: string): Choice[] =>
  choices.filter(({ at }) => civilDayOf(at) === day);
