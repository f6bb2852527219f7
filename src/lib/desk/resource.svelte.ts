import { ApiRefusal } from '../api.ts';
import { session } from './session/session.svelte.ts';
import { stepUp } from './session/step-up.svelte.ts';

/** Something read from the server: the last answer stays on screen while a newer one is fetched, or fails. */
export class Resource<T> {
  value = $state.raw<T | undefined>();
  error = $state.raw<unknown>();
  busy = $state(false);
  #latest: AbortController | undefined;

  /** A newer call replaces an older one that is still under way. */
  async load(read: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#latest?.abort();
    const mine = new AbortController();
    this.#latest = mine;
    this.busy = true;
    try {
      const value = await read(mine.signal);
      if (mine.signal.aborted) return;
      this.value = value;
      this.error = undefined;
    } catch (error) {
      if (mine.signal.aborted) return;
      this.error = error;
      leaveWhenSignedOut(error);
    } finally {
      if (this.#latest === mine) this.busy = false;
    }
  }

  clear(): void {
    this.#latest?.abort();
    this.value = undefined;
    this.error = undefined;
    this.busy = false;
  }
}

/** One act of the user: never started twice, its failure kept to be shown beside it. */
export class Act {
  busy = $state(false);
  error = $state.raw<unknown>();

  /** True when it succeeded. */
  async run(act: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = undefined;
    try {
      await withProof(act);
      return true;
    } catch (error) {
      this.error = error;
      leaveWhenSignedOut(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** Where the server wants to know again who it is, the act waits for the answer and then goes on. */
async function withProof(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const needed = error instanceof ApiRefusal && error.problem.code === 'proof-needed';
    if (!needed || !(await stepUp.ask())) throw error;
    await act();
  }
}

function leaveWhenSignedOut(error: unknown): void {
  if (error instanceof ApiRefusal && error.problem.status === 401 && session.state === 'signed-in')
    session.forget();
}
