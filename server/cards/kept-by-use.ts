/** What costs time to make is made once and kept while it is used; who asks meanwhile waits for the same. */
export interface KeptByUse<Key, Value> {
  get(key: Key, make: () => Promise<Value>): Promise<Value>;
}

/** Of more than `max` the one that was not asked for the longest leaves. What failed is made anew at the next request. */
export function keptByUse<Key, Value>(max: number): KeptByUse<Key, Value> {
  const kept = new Map<Key, Promise<Value>>();
  return {
    get(key, make) {
      const value = kept.get(key) ?? make();
      kept.delete(key);
      kept.set(key, value);
      const [leastUsed] = kept.keys();
      if (kept.size > max && leastUsed !== undefined) kept.delete(leastUsed);
      value.catch(() => {
        if (kept.get(key) === value) kept.delete(key);
      });
      return value;
    },
  };
}
