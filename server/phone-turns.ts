// How many exchanges run at once in this process. After an outage all phones of a region send together: without a
// turnstile they take every connection, and the desk waits behind them. Who waits too long, or comes to a queue that is
// full, is asked to come back: a phone keeps its scans and does.

import { Problem } from './errors.ts';

/** Of ten connections to the database; a phone gives up after twenty seconds. */
const PHONES = { atOnce: 5, waitingMax: 100, waitMs: 8_000 };
const COME_BACK_S = 3;

/** Runs what a phone sends, its own scans or carried ones, when its turn comes. */
export type PhoneTurns = <T>(work: () => Promise<T>) => Promise<T>;

export function makePhoneTurns(): PhoneTurns {
  const turnstile = makeTurnstile(PHONES);
  return async (work) => {
    const turn = await turnstile.pass(work);
    if (!turn) throw new Problem(503, 'busy', { headers: { 'retry-after': String(COME_BACK_S) } });
    return turn.value;
  };
}

type Turnstile = {
  /** Runs `work` when its turn comes; undefined when it does not come in time. */
  pass<T>(work: () => Promise<T>): Promise<{ readonly value: T } | undefined>;
};

export function makeTurnstile({
  atOnce,
  waitingMax,
  waitMs,
}: {
  readonly atOnce: number;
  readonly waitingMax: number;
  readonly waitMs: number;
}): Turnstile {
  let running = 0;
  const waiting: (() => void)[] = [];

  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };

  /** A place that is handed on stays counted. */
  const enter = (): Promise<boolean> => {
    if (running < atOnce) {
      running += 1;
      return Promise.resolve(true);
    }
    if (waiting.length >= waitingMax) return Promise.resolve(false);
    return new Promise((resolve) => {
      const admit = (): void => {
        clearTimeout(tired);
        resolve(true);
      };
      const tired = setTimeout(() => {
        waiting.splice(waiting.indexOf(admit), 1);
        resolve(false);
      }, waitMs);
      waiting.push(admit);
    });
  };

  return {
    async pass(work) {
      if (!(await enter())) return undefined;
      try {
        return { value: await work() };
      } finally {
        leave();
      }
    },
  };
}
