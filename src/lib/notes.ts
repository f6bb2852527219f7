// The small things a browser remembers beside the database: the theme, the language, that a shift is going on.
// A store that is closed (cookies blocked) or full keeps them only as long as this page lives: that costs a preference,
// never the app. What must survive lies in the database, which says so when it cannot keep it.

export interface Notes {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  keys(): string[];
}

export function openNotes(open: () => Storage): Notes {
  /** What the store would not take; null: what it would not let go. */
  const unkept = new Map<string, string | null>();
  const attempt = <T>(work: (store: Storage) => T): { readonly done: T } | undefined => {
    try {
      return { done: work(open()) };
    } catch (error) {
      console.warn('This browser keeps no notes.', error);
      return undefined;
    }
  };
  const change = (key: string, value: string | null, work: (store: Storage) => void): void => {
    if (attempt(work)) unkept.delete(key);
    else unkept.set(key, value);
  };
  return {
    getItem: (key) => {
      const here = unkept.get(key);
      return here === undefined ? (attempt((store) => store.getItem(key))?.done ?? null) : here;
    },
    setItem: (key, value) => change(key, value, (store) => store.setItem(key, value)),
    removeItem: (key) => change(key, null, (store) => store.removeItem(key)),
    keys: () => {
      const kept = attempt((store) => Object.keys(store))?.done ?? [];
      return [...new Set([...kept, ...unkept.keys()])].filter((key) => unkept.get(key) !== null);
    },
  };
}

/** Of this browser. */
export const notes = openNotes(() => localStorage);
/** Of this tab only. */
export const tabNotes = openNotes(() => sessionStorage);
