import { CardSystems } from '#domain/desk-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

/** The card systems of the region: they do not change in a day. */
class NamedCardSystems extends Resource<CardSystems> {
  read(): void {
    void this.load((signal) => api.get('/api/card-systems', CardSystems, { signal }));
  }
}

export const cardSystems = new NamedCardSystems();
