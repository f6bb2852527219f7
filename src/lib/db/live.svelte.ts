// A live query of the phone's database as reactive state: subscribed only while something on screen reads it.
// The first change is followed at once, a row of changes at a pace: a counter must not hold up the next card.
import { Dexie, liveQuery } from 'dexie';
import { createSubscriber } from 'svelte/reactivity';

const PACE_MIN_MS = 250;
/** A reading of ten thousand scans takes long on a slow phone, and a scan that is to be stored waits for it. */
const SHARE_MAX = 1 / 20;

export function live<T>(query: () => Promise<T>, initial: T): { readonly current: T } {
  let value = initial;
  const subscribe = createSubscriber((update) => {
    const subscription = liveQuery(paced(query)).subscribe({
      next(found) {
        value = found;
        update();
      },
      error(error: unknown) {
        console.error('A list on screen stopped following the database.', error);
      },
    });
    return () => subscription.unsubscribe();
  });
  return {
    get current() {
      subscribe();
      return value;
    },
  };
}

/** What changes during the pause is in the answer, because the reading comes after it. */
function paced<T>(query: () => Promise<T>): () => Promise<T> {
  let nextAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const pause = nextAt - performance.now();
    // A promise of Dexie: after another one it would not know which query reads.
    if (pause > 0) await new Dexie.Promise<void>((resolve) => setTimeout(resolve, pause));
    const startedAt = performance.now();
    const found = await query();
    const took = performance.now() - startedAt;
    nextAt = startedAt + Math.max(PACE_MIN_MS, took / SHARE_MAX);
    return found;
  };
}
