// What was held before the phone? One answer for camera, wedge reader, typing and NFC.
// Of input that is no card only kind and length leave this file, never the content: it may be an identity card.
import { parseChipNumber, type ChipNumber } from './chip-number.ts';
import { isEan13, parseUitpasNumber, type UitpasNumber, type UitpasNumberProblem } from './uitpas-number.ts';

/** How the card came in; `paper` is the desk entering a list, `self` its holder by the poster of an activity. */
export const SCAN_WAYS = ['camera', 'wedge', 'typed', 'nfc', 'photo', 'paper', 'self'] as const;
export type ScanWay = (typeof SCAN_WAYS)[number];

/** The code that was printed, where the way tells it. */
export type Symbology = 'code-128' | 'qr' | 'ean-13' | 'other' | 'unknown';

export type ScanReading =
  | { readonly kind: 'uitpas'; readonly number: UitpasNumber; readonly maybeArticle: boolean }
  | { readonly kind: 'chip'; readonly chip: ChipNumber }
  | {
      readonly kind: 'no-card';
      readonly why: 'article' | 'other-code' | 'number';
      readonly length: number;
      readonly problem?: UitpasNumberProblem;
    };

export function readScan(raw: string, way: ScanWay, symbology: Symbology): ScanReading {
  const text = raw.trim();
  // A shop article is never a card, even when its digits would pass.
  if (symbology === 'ean-13') return { kind: 'no-card', why: 'article', length: text.length };
  const number = parseUitpasNumber(text);
  if (number.ok) {
    const unsure = way === 'typed' || way === 'wedge';
    return { kind: 'uitpas', number: number.value, maybeArticle: unsure && isEan13(number.value) };
  }
  const chip = parseChipNumber(text);
  if (chip.ok && (way === 'nfc' || way === 'wedge' || way === 'typed'))
    return { kind: 'chip', chip: chip.value };
  // A reader makes no typing errors: digits that fit an article, and no card, were read off an article.
  if (way === 'wedge' && isEan13(text)) return { kind: 'no-card', why: 'article', length: text.length };
  // Only who types is helped by the place of a wrong character; the rest held another code before the phone.
  const looksLikeNumber = way === 'typed' || way === 'paper' || /^[\d\s.-]+$/.test(text);
  if (!looksLikeNumber) return { kind: 'no-card', why: 'other-code', length: text.length };
  return { kind: 'no-card', why: 'number', length: text.length, problem: number.error };
}
