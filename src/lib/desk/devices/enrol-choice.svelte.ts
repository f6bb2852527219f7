// Which activities a new phone will scan for: those that are open or come next, tonight's already ticked.
import { ActivityList, type DeskActivity } from '#domain/desk-api.ts';
import { api } from '../../api.ts';
import { now } from '../../clock.ts';
import { m } from '../../paraglide/messages.js';
import { Resource } from '../resource.svelte.ts';
import { session } from '../session/session.svelte.ts';

export class EnrolChoice {
  readonly activities = new Resource<readonly DeskActivity[]>();
  ids = $state.raw<readonly string[]>([]);
  organisationId = $state<string>();
  #only: DeskActivity | undefined;
  #before: readonly string[] = [];

  /** `before`: what the phone did whose place the new one takes. */
  start(only: DeskActivity | undefined, before: readonly string[] = []): void {
    this.#only = only;
    this.#before = before;
    this.ids = only ? [only.activityId] : [];
    this.organisationId = only?.organisationId ?? session.organisation?.organisationId;
    this.reload();
  }

  reload(): void {
    void this.activities.load(async (signal) => {
      const read = async (when: string): Promise<readonly DeskActivity[]> => {
        const query = new URLSearchParams({ organisationId: this.organisationId ?? '', when });
        return (await api.get(`/api/activities?${query}`, ActivityList, { signal })).activities;
      };
      const [open, today, coming] = await Promise.all([read('open'), read('today'), read('coming')]);
      const byId = new Map(
        [...(this.#only ? [this.#only] : []), ...open, ...today, ...coming].map((a) => [a.activityId, a]),
      );
      // Of an earlier opening, for another phone perhaps.
      if (signal.aborted) return [];
      if (this.ids.length === 0)
        this.ids = firstTicked(
          open.map(({ activityId }) => activityId),
          [...byId.keys()],
          this.#before,
        );
      return [...byId.values()];
    });
  }

  toggle(activityId: string): void {
    this.ids = this.ids.includes(activityId)
      ? this.ids.filter((id) => id !== activityId)
      : [...this.ids, activityId];
  }

  nextText(activity: DeskActivity, format: (instant: number) => string): string {
    const next = activity.occurrences.find(({ closesAt }) => closesAt > now());
    return next ? `${activity.place} · ${format(next.startsAt)}` : m.desk_activity_past();
  }
}

/** The work of the phone before it, as far as that is still to come; else what is open now. */
export function firstTicked(
  open: readonly string[],
  offered: readonly string[],
  before: readonly string[],
): readonly string[] {
  const same = offered.filter((id) => before.includes(id));
  return same.length > 0 ? same : open;
}
