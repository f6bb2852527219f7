// What is being written at this moment: before the database closes for a newer version, or the page is renewed, it is
// written first. Apart from the writing itself, so that a page without a database can ask.

const writes = new Set<Promise<unknown>>();

/** Gives the same promise back. */
export function noteWrite<T>(write: Promise<T>): Promise<T> {
  writes.add(write);
  const forget = (): void => void writes.delete(write);
  write.then(forget, forget);
  return write;
}

export async function allWritten(): Promise<void> {
  while (writes.size > 0) await Promise.allSettled([...writes]);
}
