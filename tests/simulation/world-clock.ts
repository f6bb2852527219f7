// Time of a simulation: one true time, and on each phone a clock that may be wrong, jump, and stand still in sleep.
import type { Clock } from '../../src/lib/clock.ts';

type Timer = { readonly at: number; readonly run: () => void };

export class WorldClock {
  now: number;
  #timers: Timer[] = [];

  constructor(now: number) {
    this.now = now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Whatever is due fires at its time, one moment after the other; `settle` lets each finish. */
  async advance(ms: number, settle: () => Promise<void>): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const next = Math.min(...this.#timers.map(({ at }) => at));
      if (next > until) break;
      this.now = Math.max(this.now, next);
      const due = this.#timers.filter(({ at }) => at === next);
      this.#timers = this.#timers.filter(({ at }) => at !== next);
      for (const { run } of due) run();
      await settle();
    }
    this.now = until;
  }

  /** Everybody sleeps: nothing fires meanwhile, what is overdue fires afterwards. */
  async sleep(ms: number, settle: () => Promise<void>): Promise<void> {
    this.now += ms;
    await this.advance(0, settle);
  }
}

/** The clock of one phone since it was last started. */
export class PhoneClock implements Clock {
  /** Device clock minus true time. */
  skewMs: number;
  readonly #world: WorldClock;
  #startedAt: number;
  #sleptMs = 0;
  #cancels = new Set<() => void>();

  constructor(world: WorldClock, skewMs: number) {
    this.#world = world;
    this.skewMs = skewMs;
    this.#startedAt = world.now;
  }

  readonly now = (): number => Math.floor(this.#world.now + this.skewMs);
  readonly monoMs = (): number => this.#world.now - this.#startedAt - this.#sleptMs;
  readonly after = (ms: number, run: () => void): (() => void) => {
    const cancel = this.#world.after(ms, () => {
      this.#cancels.delete(cancel);
      run();
    });
    this.#cancels.add(cancel);
    return () => {
      this.#cancels.delete(cancel);
      cancel();
    };
  };

  /** The monotonic clock of a sleeping phone may stand still. */
  standStill(ms: number): void {
    this.#sleptMs += ms;
  }

  restart(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels = new Set();
    this.#startedAt = this.#world.now;
    this.#sleptMs = 0;
  }
}
