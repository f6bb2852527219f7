// The camera sees the same code in every frame. One code in view is one scan: it comes through once, and again only
// after it was out of sight. A code that is no card must stay in view before anything is said about it: shelves and
// tables are full of shop articles, and a card beside one goes first.
import { isUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { SeenCode } from './seen-code.ts';

/** A code that is no card is told after this long in view. */
const STRANGER_MS = 700;
/** More different codes than this in view is a stack of paper. */
const CODES_MAX = 32;

export class CodeGate {
  readonly #seen = new Map<string, { since: number; last: number; passed: boolean }>();

  /** Of the codes in one frame the one to act on, if any. */
  pass(codes: readonly SeenCode[], atMs: number): SeenCode | undefined {
    for (const [text, seen] of this.#seen) if (atMs - seen.last > limits.sameScanMs) this.#seen.delete(text);
    const chosen = cardsFirst(codes);
    for (const code of chosen) {
      const seen = this.#seen.get(code.text) ?? { since: atMs, last: atMs, passed: false };
      seen.last = atMs;
      this.#seen.set(code.text, seen);
    }
    if (this.#seen.size > CODES_MAX) this.#seen.clear();
    for (const code of chosen) {
      const seen = this.#seen.get(code.text);
      if (!seen || seen.passed) continue;
      if (!isCard(code) && atMs - seen.since < STRANGER_MS) continue;
      seen.passed = true;
      return code;
    }
    return undefined;
  }

  /** After an undo the same card may be shown again at once. */
  forget(): void {
    this.#seen.clear();
  }
}

/** Of the codes on one picture, a photo, the one that is meant. */
export const bestCode = (codes: readonly SeenCode[]): SeenCode | undefined => cardsFirst(codes)[0];

function cardsFirst(codes: readonly SeenCode[]): readonly SeenCode[] {
  const cards = codes.filter(isCard);
  return cards.length > 0 ? cards : codes;
}

const isCard = (code: SeenCode): boolean => code.symbology !== 'ean-13' && isUitpasNumber(code.text.trim());
