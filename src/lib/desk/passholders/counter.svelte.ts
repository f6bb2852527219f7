import { CounterFacts } from '#domain/passholder-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

/** By what the counter one works at registers people: read once, it changes with a council's decision. */
export class Counter extends Resource<CounterFacts> {
  read(organisationId: string): void {
    void this.load((signal) =>
      api.get(`/api/organisations/${encodeURIComponent(organisationId)}/counter`, CounterFacts, { signal }),
    );
  }
}
