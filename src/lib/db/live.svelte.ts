// A live query of the phone's database as reactive state: subscribed only while something on screen reads it.
import { liveQuery } from 'dexie';
import { createSubscriber } from 'svelte/reactivity';

export function live<T>(query: () => Promise<T>, initial: T): { readonly current: T } {
  let value = initial;
  const subscribe = createSubscriber((update) => {
    const subscription = liveQuery(query).subscribe({
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
