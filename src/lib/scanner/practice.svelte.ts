// Practising: verdicts with their sounds, of cards that do not exist. Nothing here knows the database or the network, so
// nothing of it can be stored or sent.
import { now } from '../clock.ts';
import { m } from '../paraglide/messages.js';
import { PRACTICE_CARDS, type PracticeCard } from './practice-cards.ts';
import { Signals, type Signal } from './signals.ts';
import type { ShownVerdict } from './shown-verdict.ts';

type Shown = Pick<ShownVerdict, 'tone' | 'points'> & {
  readonly name: () => string;
  readonly word: () => string;
  readonly reason: () => string;
  readonly signal: Signal;
};

const VERDICTS: Readonly<Record<PracticeCard['key'], Shown>> = {
  saved: {
    name: m.practice_saved,
    tone: 'saved',
    word: m.scan_word_saved,
    reason: m.practice_saved_reason,
    points: 1,
    signal: 'saved',
  },
  already: {
    name: m.practice_already,
    tone: 'attention',
    word: m.scan_word_attention,
    reason: m.practice_already_reason,
    points: 0,
    signal: 'attention',
  },
  blocked: {
    name: m.practice_blocked,
    tone: 'refused',
    word: m.scan_word_refused,
    reason: m.code_card_blocked,
    points: 0,
    signal: 'refused',
  },
  unknown: {
    name: m.practice_unknown,
    tone: 'noted',
    word: m.scan_word_noted,
    reason: m.practice_unknown_reason,
    points: 0,
    signal: 'noted',
  },
  article: {
    name: m.practice_article,
    tone: 'refused',
    word: m.scan_word_refused,
    reason: m.scan_reason_article,
    points: 0,
    signal: 'refused',
  },
  'not-saved': {
    name: m.practice_not_saved,
    tone: 'refused',
    word: m.scan_word_not_saved,
    reason: m.practice_not_saved_reason,
    points: 0,
    signal: 'alarm',
  },
};

export const practiceName = ({ key }: PracticeCard): string => VERDICTS[key].name();

export class Practice {
  readonly #signals: Pick<Signals, 'unlock' | 'give' | 'close'>;
  verdict: ShownVerdict | undefined = $state.raw();

  constructor(signals: Pick<Signals, 'unlock' | 'give' | 'close'> = new Signals()) {
    this.#signals = signals;
  }

  /** A tap: from here on the browser lets it sound. */
  tap(card: PracticeCard): void {
    this.#signals.unlock();
    this.#show(card);
  }

  unlock(): void {
    this.#signals.unlock();
  }

  /** A code before the camera. Of what is no practice card nothing is kept, not even for the screen. */
  see(text: string): void {
    const card = PRACTICE_CARDS.find(({ code }) => code === text.trim());
    if (card) return this.#show(card);
    this.verdict = {
      tone: 'attention',
      word: m.practice_word(),
      reason: m.practice_real_card(),
      points: 0,
      at: now(),
    };
    this.#signals.give('attention');
  }

  close(): void {
    this.#signals.close();
  }

  #show({ key }: PracticeCard): void {
    const { tone, word, reason, points, signal } = VERDICTS[key];
    this.verdict = { tone, word: word(), reason: reason(), points, at: now() };
    this.#signals.give(signal);
  }
}
