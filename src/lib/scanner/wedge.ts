// A card reader that acts as a keyboard: the digits come fast, an Enter or Tab closes them. A person typing is slower.
// Pure: keys and times go in, a whole code comes out.

/** Cheap Bluetooth readers leave up to 60 ms between keys; people type no digits within 100 ms of each other. */
const GAP_MAX_MS = 100;
/** Shorter runs are somebody's fingers on two keys at once. */
const LENGTH_MIN = 6;
/** A QR code of a wedge may be long, but has an end. */
const LENGTH_MAX = 200;

export class WedgeReader {
  #text = '';
  #lastAt = Number.NEGATIVE_INFINITY;

  /** The code that this key completes, else undefined. */
  key(key: string, atMs: number): string | undefined {
    const inTime = atMs - this.#lastAt <= GAP_MAX_MS;
    if (key === 'Enter' || key === 'Tab') {
      const text = inTime ? this.#text : '';
      this.reset();
      return text.length >= LENGTH_MIN ? text : undefined;
    }
    if ([...key].length !== 1) return undefined; // Shift, arrows: a reader sends Shift before a capital
    this.#text = inTime && this.#text.length < LENGTH_MAX ? this.#text + key : key;
    this.#lastAt = atMs;
    return undefined;
  }

  reset(): void {
    this.#text = '';
    this.#lastAt = Number.NEGATIVE_INFINITY;
  }
}

const WHOLE_NUMBER = /^\d{13}$/;

/**
 * What an Enter in the reader's own field completes. A phone that was busy between two keys cuts a run short; the field
 * has all of it. Otherwise the run, because before it the field may hold what a person typed there by accident.
 */
export function codeOf(run: string | undefined, field: string): string | undefined {
  if (run === undefined) return field.length >= LENGTH_MIN ? field : undefined;
  return WHOLE_NUMBER.test(field) && field.endsWith(run) ? field : run;
}
