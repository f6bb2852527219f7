import { createSubscriber } from 'svelte/reactivity';

/** A clock on the screen: read again every so often, and at once when the app comes back to the front. */
export function ticking(read: () => number, everyMs: number): { readonly current: number } {
  const subscribe = createSubscriber((update) => {
    const timer = setInterval(update, everyMs);
    document.addEventListener('visibilitychange', update);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', update);
    };
  });
  return {
    get current() {
      subscribe();
      return read();
    },
  };
}
