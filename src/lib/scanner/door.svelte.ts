// What happens at the door: a code comes in by camera, reader or hand; it is decided and stored; and only then the
// verdict is shown and heard. One scan at a time, in the order they came.
import { readScan, type ScanReading, type ScanWay, type Symbology } from '#domain/cards/read-scan.ts';
import { clockTimeOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { now } from '../clock.ts';
import { m } from '../paraglide/messages.js';
import type { ShownVerdict } from './shown-verdict.ts';
import type { Signals } from './signals.ts';
import { verdictOfNoCard, verdictOfScan, type StoredScan } from './verdict-text.ts';

export type ScanContext = { readonly way: ScanWay; readonly surelyCard?: boolean };

export type ScanOutcome =
  /** `again`: the same card within five seconds, so nothing was added. */
  | ({ readonly kind: 'scanned'; readonly again: boolean } & StoredScan)
  | { readonly kind: 'no-card'; readonly reading: Extract<ScanReading, { kind: 'no-card' }> }
  /** May be a shop article, and this phone does not know it as a card. */
  | { readonly kind: 'ask' }
  | { readonly kind: 'not-saved'; readonly why: string };

/** What the door needs of the check-ins behind it. */
export type DoorParts = {
  readonly scan: (reading: ScanReading, context: ScanContext) => Promise<ScanOutcome>;
  /** True when it was stored. */
  readonly undo: (commandId: string) => Promise<boolean>;
  readonly signals: Pick<Signals, 'give'>;
};

type Attempt = { readonly reading: ScanReading; readonly context: ScanContext };
type Waiting = { readonly attempt: Attempt; readonly done: () => void };

/** A reader fires faster than a phone stores, but no one holds this many cards at once. */
const WAITING_MAX = 20;

export class Door {
  readonly #parts: DoorParts;
  readonly #waiting: Waiting[] = [];
  #working = false;
  #undoTimer: ReturnType<typeof setTimeout> | undefined;

  verdict: ShownVerdict | undefined = $state.raw();
  /** The scan that the undo button takes back, while it is there. */
  undoable: ShownVerdict | undefined = $state.raw();
  /** Waits for the answer: is it a card? */
  asked: Attempt | undefined = $state.raw();
  /** What could not be stored, until it is, or until somebody wrote it on paper. */
  failed: (Attempt & { readonly why: string }) | undefined = $state.raw();
  retrying = $state(false);
  /** A tap on the verdict: it stays, and nothing is read meanwhile. */
  held = $state(false);

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  /** Something on the screen wants an answer first. */
  get busy(): boolean {
    return this.held || this.#unanswered;
  }

  /** What came in behind it waits: the next verdict would take a question or an alarm off the screen. */
  get #unanswered(): boolean {
    return this.asked !== undefined || this.failed !== undefined;
  }

  read(raw: string, way: ScanWay, symbology: Symbology): Promise<void> {
    if (this.busy || this.#waiting.length >= WAITING_MAX) {
      // The camera shows that it waits; a reader beeps for every card, so one must hear that this one was not taken.
      if (way === 'wedge' || way === 'nfc') this.#parts.signals.give('refused');
      return Promise.resolve();
    }
    return new Promise((done) => {
      this.#waiting.push({ attempt: { reading: readScan(raw, way, symbology), context: { way } }, done });
      void this.#work();
    });
  }

  async answer(isCard: boolean): Promise<void> {
    const { asked } = this;
    if (!asked) return;
    this.asked = undefined;
    if (!isCard) return void this.#work();
    const attempt = { ...asked, context: { ...asked.context, surelyCard: true } };
    await new Promise<void>((done) => {
      this.#waiting.unshift({ attempt, done });
      void this.#work();
    });
  }

  async retry(): Promise<void> {
    const failed = this.failed;
    if (!failed || this.retrying) return;
    this.retrying = true;
    await this.#attempt(failed);
    this.retrying = false;
    void this.#work();
  }

  /** Written on paper: the alarm may go. */
  giveUp(): void {
    this.failed = undefined;
    void this.#work();
  }

  /** Of the verdict on the screen. */
  async undo(): Promise<void> {
    const scan = this.undoable;
    if (scan?.commandId === undefined) return;
    this.#endUndo();
    if (!(await this.#parts.undo(scan.commandId))) {
      const word = m.scan_word_not_saved();
      this.verdict = { tone: 'refused', word, reason: m.scan_undo_failed(), points: 0, at: now() };
      this.#offerUndo(scan);
      this.#parts.signals.give('alarm');
      return;
    }
    const reason = m.scan_reason_undone({ time: clockTimeOf(scan.at) });
    this.verdict = { tone: 'undone', word: m.scan_word_undone(), reason, points: 0, at: now() };
    this.held = false;
    this.#parts.signals.give('noted');
  }

  close(): void {
    clearTimeout(this.#undoTimer);
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    while (!this.#unanswered) {
      const next = this.#waiting.shift();
      if (!next) break;
      await this.#attempt(next.attempt);
      next.done();
    }
    this.#working = false;
  }

  async #attempt(attempt: Attempt): Promise<void> {
    let outcome: ScanOutcome;
    try {
      outcome = await this.#parts.scan(attempt.reading, attempt.context);
    } catch (error) {
      // Whatever it was, nobody may think it was stored.
      console.error('A scan was not stored.', error);
      outcome = { kind: 'not-saved', why: 'store-failed' };
    }
    this.#show(attempt, outcome);
  }

  #show(attempt: Attempt, outcome: ScanOutcome): void {
    const { signals } = this.#parts;
    switch (outcome.kind) {
      case 'ask':
        this.asked = attempt;
        return;
      case 'not-saved':
        this.failed = { ...attempt, why: outcome.why };
        signals.give('alarm');
        return;
      case 'no-card':
        this.failed = undefined;
        this.verdict = verdictOfNoCard(outcome.reading, now());
        this.#endUndo();
        signals.give('refused');
        return;
      case 'scanned':
        this.failed = undefined;
        if (outcome.again && this.verdict?.commandId === outcome.commandId) return;
        this.verdict = verdictOfScan(outcome);
        if (outcome.outcome === 'refused') this.#endUndo();
        else this.#offerUndo(this.verdict);
        signals.give(outcome.verdict);
    }
  }

  #offerUndo(verdict: ShownVerdict): void {
    this.#endUndo();
    this.undoable = verdict;
    this.#undoTimer = setTimeout(() => this.#endUndo(), limits.undoInPlaceMs);
  }

  #endUndo(): void {
    clearTimeout(this.#undoTimer);
    this.undoable = undefined;
  }
}
