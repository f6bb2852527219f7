// Lists of people at the desk: one's own, the one that is open with how far it is, and its rows. While a list runs it is asked again
// each second: what a server does in the background has no other way to say so.
import {
  BulkList,
  BulkLists,
  RowsAnswer,
  type BulkInput,
  type BulkRow,
  type RowsQuestion,
} from '#domain/bulk-api.ts';
import type { JobAct, RowState } from '#domain/bulk/job.ts';
import { api } from '../../api.ts';
import { clock } from '../../clock.ts';
import { Resource } from '../resource.svelte.ts';

const AGAIN_MS = 1_000;
/** Ten thousand rows take the server a moment. */
const LONG = { timeoutMs: 60_000 };

const pathOf = (listId: string): string => `/api/bulk/lists/${encodeURIComponent(listId)}`;

export const makeList = (input: BulkInput): Promise<BulkList> =>
  api.post('/api/bulk/lists', input, BulkList, LONG);

export class OwnLists extends Resource<BulkLists> {
  read = (): void => {
    void this.load((signal) => api.get('/api/bulk/lists', BulkLists, { signal }));
  };
}

export class OpenList extends Resource<BulkList> {
  /** In an $effect: now, and again while it runs. */
  follow(listId: string): () => void {
    let stopWaiting = (): void => undefined;
    let over = false;
    const read = async (): Promise<void> => {
      await this.load((signal) => api.get(pathOf(listId), BulkList, { signal }));
      if (!over && (this.value?.state === 'running' || this.error !== undefined))
        stopWaiting = clock.after(AGAIN_MS, () => void read());
    };
    this.read = () => {
      stopWaiting();
      void read();
    };
    this.clear();
    void read();
    return () => {
      over = true;
      stopWaiting();
    };
  }

  read: () => void = () => undefined;

  async act(listId: string, act: JobAct): Promise<void> {
    this.value = await api.post(`${pathOf(listId)}/act`, { act }, BulkList, LONG);
    this.read();
  }
}

/** The rows of one list, from the first on, as far as somebody looked. */
export class ListRows {
  rows = $state.raw<readonly BulkRow[]>([]);
  more = $state(false);
  readonly page = new Resource<RowsAnswer>();

  read(listId: string, state: RowState | undefined, code: string | undefined): void {
    void this.#ask(listId, { ...(state && { state }), ...(code && { code }) }, []);
  }

  readMore(listId: string, state: RowState | undefined, code: string | undefined): void {
    const after = this.rows.at(-1)?.row;
    if (after === undefined) return;
    void this.#ask(listId, { ...(state && { state }), ...(code && { code }), after }, this.rows);
  }

  async #ask(listId: string, question: RowsQuestion, before: readonly BulkRow[]): Promise<void> {
    await this.page.load(async (signal) => {
      const answer = await api.post(`${pathOf(listId)}/rows`, question, RowsAnswer, { signal });
      this.rows = [...before, ...answer.rows];
      this.more = answer.more;
      return answer;
    });
  }
}

/** As many as one file takes. */
export const readWhole = (
  listId: string,
  state: RowState | undefined,
  code: string | undefined,
): Promise<RowsAnswer> =>
  api.post(
    `${pathOf(listId)}/rows`,
    { whole: true, ...(state && { state }), ...(code && { code }) },
    RowsAnswer,
    LONG,
  );
