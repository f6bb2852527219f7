// The cards of a roster in memory: one rising list of doubles, each a fingerprint of 48 bits and four bits of state.
// 52 bits are exact in a double, eight bytes a card hold both, and typed arrays sort and copy them fast.

/** 48 bits as a whole number below 2^48. */
export type Fingerprint = number;

/** Fingerprint x 16 + bits. */
export type PackedCard = number;

/** In place of the bits of a card that is in the roster no more. */
export const GONE = -1;

/** The bits that a card has now, or GONE, by fingerprint. */
export type CardChanges = ReadonlyMap<Fingerprint, number>;

export const packCard = (fingerprint: Fingerprint, bits: number): PackedCard => fingerprint * 16 + bits;
export const fingerprintIn = (card: PackedCard): Fingerprint => Math.floor(card / 16);
export const bitsIn = (card: PackedCard): number => card % 16;

/** Place of the first card with this fingerprint or a later one. */
export function placeOf(cards: Float64Array, fingerprint: Fingerprint): number {
  const wanted = fingerprint * 16;
  let from = 0;
  let to = cards.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((cards[middle] ?? 0) < wanted) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The bits of a card; undefined when it is not there. */
export function findBits(cards: Float64Array, fingerprint: Fingerprint): number | undefined {
  const card = cards[placeOf(cards, fingerprint)];
  return card !== undefined && fingerprintIn(card) === fingerprint ? bitsIn(card) : undefined;
}

/** A new list with the changes in it; stretches without one are copied whole. */
export function mergeCards(cards: Float64Array, changes: CardChanges): Float64Array {
  const merged = new Float64Array(cards.length + changes.size);
  let taken = 0;
  let at = 0;
  for (const [fingerprint, bits] of [...changes].sort(([a], [b]) => a - b)) {
    const place = placeOf(cards, fingerprint);
    merged.set(cards.subarray(taken, place), at);
    at += place - taken;
    const there = cards[place];
    taken = there !== undefined && fingerprintIn(there) === fingerprint ? place + 1 : place;
    if (bits !== GONE) merged[at++] = packCard(fingerprint, bits);
  }
  merged.set(cards.subarray(taken), at);
  return merged.slice(0, at + cards.length - taken);
}

/** 32 bits of one card. Their sum says whether two lists hold the same cards, whatever the order, and follows changes. */
export function markOfCard(card: PackedCard): number {
  let mark = (card >>> 0) ^ Math.imul(Math.floor(card / 2 ** 32) + 1, 0x9e3779b1);
  mark = Math.imul(mark ^ (mark >>> 16), 0x85ebca6b);
  mark = Math.imul(mark ^ (mark >>> 13), 0xc2b2ae35);
  return (mark ^ (mark >>> 16)) >>> 0;
}

export function sumOfMarks(cards: Float64Array): number {
  let sum = 0;
  for (const card of cards) sum = (sum + markOfCard(card)) >>> 0;
  return sum;
}
