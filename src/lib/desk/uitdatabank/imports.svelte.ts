// Imports at the desk: one's earlier ones, the one that is open, and its rows. What takes long is asked piece by piece, so that one
// sees how far it is and can go on after a cut.
import { DeskActivity } from '#domain/desk-api.ts';
import type { EventField } from '#domain/uitdatabank/event-facts.ts';
import {
  EventImport,
  EventImports,
  EventSource,
  ImportRows,
  type EventSourceInput,
  type ImportInput,
  type ImportRow,
  type ROW_SHOWS,
} from '#domain/uitdatabank-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';
import type { Piece } from './cut-file.ts';

export type RowShow = (typeof ROW_SHOWS)[number];

/** A page of UiTdatabank takes up to twenty seconds. */
const LONG = { timeoutMs: 40_000 };
const IMPORTS = '/api/uitdatabank/imports';
const pathOf = (importId: string): string => `${IMPORTS}/${encodeURIComponent(importId)}`;

export const beginImport = (input: ImportInput): Promise<EventImport> =>
  api.post(IMPORTS, input, EventImport);

export const sendPiece = (importId: string, piece: Piece): Promise<EventImport> =>
  api.post(`${pathOf(importId)}/pieces`, piece, EventImport, LONG);

export const takeOverField = (
  { activityId, version }: DeskActivity,
  field: EventField,
): Promise<DeskActivity> =>
  api.post(`/api/activities/${activityId}/take-over`, { field, version }, DeskActivity);

export class Source extends Resource<EventSource> {
  read = (): void => {
    void this.load((signal) => api.get('/api/uitdatabank/source', EventSource, { signal }));
  };

  async save(input: EventSourceInput): Promise<void> {
    this.value = await api.put('/api/uitdatabank/source', input, EventSource);
  }
}

export class Imports extends Resource<EventImports> {
  read = (): void => {
    void this.load((signal) => api.get(IMPORTS, EventImports, { signal }));
  };
}

export class OpenImport extends Resource<EventImport> {
  #gone = false;

  /** In an $effect. */
  follow(importId: string): () => void {
    this.#gone = false;
    this.clear();
    this.read(importId);
    return () => (this.#gone = true);
  }

  read(importId: string): void {
    void this.load((signal) => api.get(pathOf(importId), EventImport, { signal }));
  }

  /** Page after page, until it is whole or one leaves the screen. */
  fetchAll = (importId: string): Promise<void> =>
    this.#again(importId, 'fetch', ({ state }) => state === 'reading');

  storeAll = (importId: string): Promise<void> =>
    this.#again(importId, 'store', ({ rows }) => rows.new + rows.changed > 0);

  async choose(importId: string, key: string, organisationId: string): Promise<void> {
    this.value = await api.post(`${pathOf(importId)}/organisers`, { key, organisationId }, EventImport, LONG);
  }

  async callOff(importId: string, row: number): Promise<void> {
    this.value = await api.post(`${pathOf(importId)}/rows/${row}/call-off`, {}, EventImport);
  }

  async #again(
    importId: string,
    what: 'fetch' | 'store',
    more: (one: EventImport) => boolean,
  ): Promise<void> {
    do this.value = await api.post(`${pathOf(importId)}/${what}`, {}, EventImport, LONG);
    while (more(this.value) && !this.#gone);
  }
}

/** The rows of one import, from the first on, as far as somebody looked. */
export class OpenRows {
  rows = $state.raw<readonly ImportRow[]>([]);
  more = $state(false);
  readonly page = new Resource<ImportRows>();

  read = (importId: string, show: RowShow): void => void this.#ask(importId, show, -1, []);
  readMore = (importId: string, show: RowShow): void =>
    void this.#ask(importId, show, this.rows.at(-1)?.row ?? -1, this.rows);

  async #ask(importId: string, show: RowShow, after: number, before: readonly ImportRow[]): Promise<void> {
    await this.page.load(async (signal) => {
      const path = `${pathOf(importId)}/rows?show=${show}&after=${after}`;
      const answer = await api.get(path, ImportRows, { signal });
      this.rows = [...before, ...answer.rows];
      this.more = answer.more;
      return answer;
    });
  }
}
