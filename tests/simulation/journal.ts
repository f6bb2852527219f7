// Writes that can be taken back: the transaction of a simulated database.

export class Journal {
  #inverse: (() => void)[] = [];

  put<K, V>(map: Map<K, V>, key: K, value: V): void {
    const before = map.get(key);
    const had = map.has(key);
    map.set(key, value);
    this.#inverse.push(() => {
      if (had && before !== undefined) map.set(key, before);
      else map.delete(key);
    });
  }

  remove<K, V>(map: Map<K, V>, key: K): void {
    const before = map.get(key);
    if (before === undefined) return;
    map.delete(key);
    this.#inverse.push(() => map.set(key, before));
  }

  append<T>(list: T[], ...items: readonly T[]): void {
    const length = list.length;
    list.push(...items);
    this.#inverse.push(() => (list.length = length));
  }

  /** Adds to a list that lies under a key; the list itself is never changed, so copies of the map stay true. */
  appendTo<K, T>(map: Map<K, readonly T[]>, key: K, item: T): void {
    this.put(map, key, [...(map.get(key) ?? []), item]);
  }

  commit(): void {
    this.#inverse = [];
  }

  rollback(): void {
    for (const undo of this.#inverse.reverse()) undo();
    this.#inverse = [];
  }
}
