// A live query of the phone's database as reactive state: subscribed only while something on screen reads it.
// The first change is followed at once, a row of changes at a pace: a counter must not hold up the next card.
import { Dexie, liveQuery } from 'dexie';
import { createSubscriber } from 'svelte/reactivity';

const PACE_MS = 250;

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
  let readAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const pause = readAt + PACE_MS - performance.now();
    // A promise of Dexie: after another one it would not know which query reads.
    if (pause > 0) await new Dexie.Promise<void>((resolve) => setTimeout(resolve, pause));
    readAt = performance.now();
    return query();
  };
}
