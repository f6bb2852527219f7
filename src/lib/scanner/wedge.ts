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
