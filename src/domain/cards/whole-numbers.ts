// Whole numbers as LEB128 (seven bits a byte, the lowest first): the gaps between fingerprints, and counts.

/** Seven bits each: enough for what a double holds exactly. */
export const NUMBER_BYTES_MAX = 8;

/** Writes at `at` and gives the next place. */
export function writeNumber(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  for (; rest >= 2 ** 31; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128;
  for (; rest >= 128; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
  bytes[at++] = rest;
  return at;
}

/** Reads one after the other; a number that is cut off or too long is NaN, and so is each one after it. */
export class NumberReader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  next(): number {
    let value = 0;
    let weight = 1;
    for (let i = 0; i < NUMBER_BYTES_MAX; i++) {
      const byte = this.#bytes[this.at];
      if (byte === undefined) return Number.NaN;
      this.at++;
      value += (byte & 127) * weight;
      if (byte < 128) return value;
      weight *= 128;
    }
    this.at = this.#bytes.length;
    return Number.NaN;
  }
}
