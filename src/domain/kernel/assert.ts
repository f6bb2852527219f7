// A broken invariant is a bug: stop, also in production, before wrong facts are stored.

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${message}`);
}

/** For a lookup that must succeed: returns the value, or stops with what was missing. */
export function must<T>(value: T | undefined | null, what: string): T {
  assert(value !== undefined && value !== null, `missing ${what}`);
  return value;
}
