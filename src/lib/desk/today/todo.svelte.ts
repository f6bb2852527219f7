// What waits for this desk, in counts: what the rooms of the desk know already, and what the server counts.
import { TodayAnswer } from '#domain/today-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

export class Todo extends Resource<TodayAnswer> {
  #organisationId: string | undefined;

  /** In an $effect. */
  open(organisationId: string): void {
    if (organisationId !== this.#organisationId) this.clear(); // never the counts of another desk
    this.#organisationId = organisationId;
    this.read();
  }

  read = (): void => {
    const organisationId = this.#organisationId;
    if (organisationId !== undefined)
      void this.load((signal) =>
        api.get(`/api/today/${encodeURIComponent(organisationId)}`, TodayAnswer, { signal }),
      );
  };
}
