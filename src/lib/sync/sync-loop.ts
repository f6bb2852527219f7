// When to exchange with the server: at the start, when the network or the screen comes back, after each scan
// (debounced), when the server says that something changed, and by timer. Storage, transport, clock and chance are
// passed in: a simulation drives this same loop.
import { limits } from '#domain/kernel/limits.ts';
import type { SeqRange } from '#domain/sync/exchange.ts';
import type { Chance } from '../ids.ts';
import {
  exchangeOnce,
  type AnsweredExchange,
  type Exchange,
  type ExchangeFailure,
  type ExchangeParts,
} from './exchange-once.ts';
import { INITIAL_STATUS, isStalled, type SyncStatus } from './sync-status.ts';

export type SyncLoopParts = ExchangeParts & {
  readonly chance: Chance;
  /** One sender per device over all tabs; runs at once where the browser has no locks. */
  readonly alone?: (work: () => Promise<void>) => Promise<void>;
  /** After each answer that counts: roster, token and the like are followed up outside the loop. */
  readonly onAnswer?: (exchange: AnsweredExchange) => void;
};

/**
 * `now`: network or screen came back. `scanned`: a moment later, so that the next scans travel along. `hinted`: the
 * server has news; spread by chance, because it told every phone at the same moment.
 */
export type Wake = 'now' | 'scanned' | 'hinted';

export type SyncLoop = {
  readonly start: () => void;
  readonly stop: () => void;
  /** Something happened: exchange soon. */
  readonly wake: (how?: Wake) => void;
  /** The device itself says that it has no network; that it has one is not believed before an answer. */
  readonly networkLost: () => void;
  /** It says that it has one again, often a moment before that carries anything: exchange now, and soon again. */
  readonly networkBack: () => void;
  /** One exchange now; the building block of the loop. */
  readonly exchange: () => Promise<Exchange>;
  /** Exchanges until nothing is left or an exchange fails. */
  readonly drain: () => Promise<void>;
  readonly status: () => SyncStatus;
  readonly subscribe: (listener: (status: SyncStatus) => void) => () => void;
};

const DEBOUNCE_MS = 400;
const HINT_MS = 2_000;
const BACKOFF_FIRST_MS = 1_000;
const WATCH_MS = 10_000;
const PRUNE_EVERY_MS = 60 * 60 * 1_000;
/** The server says that it is the request itself: these, and no trouble on the way, single a command out. */
const CONTENT_STATUSES = [400, 413, 422];
/** Enough to find one command among a full batch. */
const HALVINGS_MAX = 12;
const isAboutContent = (failure: ExchangeFailure): boolean =>
  failure.why === 'not-our-server' && CONTENT_STATUSES.includes(failure.status);

/** 150,000 commands: a server that always says "more" is asked again by the timer only. */
const ROUNDS_MAX = 300;
/** An old copy of this database under a clock that was put back: growing leaps instead of a day of refusals. */
const LEAP = 1_000;
const LEAPS_MAX = 3;
const isOldNumber = (failure: ExchangeFailure): boolean =>
  failure.why === 'not-our-server' && failure.status === 409;

export function createSyncLoop(parts: SyncLoopParts): SyncLoop {
  const { store, clock, chance, alone = (work) => work() } = parts;
  const listeners = new Set<(status: SyncStatus) => void>();
  let status = INITIAL_STATUS;
  let signatureRanges: readonly SeqRange[] = [];
  let countMax: number = limits.batchCommandsMax;
  const passOver = new Set<number>();
  let failures = 0;
  let oldNumbers = 0;
  let running = false;
  let draining: Promise<void> | undefined;
  /** Sending, or waiting for another tab to have sent. */
  let atWork = false;
  let giveUp = (): void => undefined;
  let wokenMeanwhile: Wake | undefined;
  let prunedAt = 0;
  let cancelNext = (): void => undefined;
  let nextAtMs = Infinity;
  let cancelWatch = (): void => undefined;

  return {
    start() {
      if (running) return;
      running = true;
      void watch();
      wake();
    },
    stop() {
      running = false;
      cancelNext();
      cancelWatch();
    },
    wake,
    networkLost: () => set({ reach: 'offline', failure: { why: 'no-network' } }),
    networkBack() {
      failures = 0;
      // Asked over the network that is gone: its answer would be waited for until the time-out.
      if (status.reach === 'offline') giveUp();
      wake();
    },
    exchange,
    drain,
    status: () => status,
    subscribe(listener) {
      listeners.add(listener);
      listener(status);
      return () => listeners.delete(listener);
    },
  };

  function wake(how: Wake = 'now'): void {
    if (!running) return;
    if (atWork || draining) {
      if (wokenMeanwhile !== 'now') wokenMeanwhile = how;
      return;
    }
    const delay = delayOf(how);
    // The first scan of a row sets the moment: a queue at the door does not put it off. After a failure the pause stands.
    if (how === 'now' || (failures === 0 && nextAtMs > clock.monoMs() + delay)) schedule(delay);
  }

  function delayOf(how: Wake): number {
    if (how === 'hinted') return HINT_MS * (0.25 + 0.75 * chance.fraction());
    return how === 'now' ? 0 : DEBOUNCE_MS;
  }

  function schedule(ms: number): void {
    cancelNext();
    nextAtMs = clock.monoMs() + ms;
    cancelNext = clock.after(ms, () => void runAndSchedule());
  }

  async function runAndSchedule(): Promise<void> {
    wokenMeanwhile = undefined;
    atWork = true;
    await alone(drain).catch((error: unknown) => {
      failures++;
      console.error('Sync stopped unexpectedly; it goes on later.', error);
    });
    atWork = false;
    if (running)
      schedule(isWokenAgain() ? Math.max(DEBOUNCE_MS, delayOf(wokenMeanwhile ?? 'now')) : pauseMs());
  }

  /** Network or screen came back during an exchange that failed: then the pause is not for that. */
  function isWokenAgain(): boolean {
    return wokenMeanwhile === 'now' || (wokenMeanwhile !== undefined && failures === 0);
  }

  function drain(): Promise<void> {
    draining ??= drainOnce().finally(() => {
      draining = undefined;
    });
    return draining;
  }

  async function drainOnce(): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const signaturesGiven = signatureRanges.length > 0;
      const done = await exchange();
      if (done.ok ? !hasMoreToDo(done, signaturesGiven) : !isWorthHalving(done)) return;
    }
  }

  /** At once, so that the others do not wait for the one; not for long, so that a broken server is left in peace. */
  function isWorthHalving({ failure, sent }: Extract<Exchange, { ok: false }>): boolean {
    return sent > 0 && isAboutContent(failure) && failures < HALVINGS_MAX;
  }

  /** Without progress another round would ask the same again: the timer does that. */
  function hasMoreToDo({ answer, plan, left }: AnsweredExchange, signaturesGiven: boolean): boolean {
    const states = [...plan.states.values()];
    return (
      answer.more ||
      (left > 0 && states.some(({ state }) => state !== 'unsent')) ||
      states.some(({ state }) => state === 'unsent') ||
      (answer.sendSignatures.length > 0 && !signaturesGiven)
    );
  }

  async function exchange(): Promise<Exchange> {
    set({ sending: true });
    const given = new AbortController();
    giveUp = () => given.abort();
    try {
      const done = await exchangeOnce(parts, {
        signal: given.signal,
        batch: { countMax, passOver },
        signatureRanges,
        clockSkewMs: status.clockSkewMs,
        requestStep: LEAP ** Math.min(oldNumbers, LEAPS_MAX),
      });
      oldNumbers = !done.ok && isOldNumber(done.failure) ? oldNumbers + 1 : 0;
      await follow(done);
      return done;
    } finally {
      set({ sending: false });
    }
  }

  async function follow(done: Exchange): Promise<void> {
    const backlog = await store.backlog();
    if (!done.ok) {
      failures++;
      // A smaller batch gets through a slow line, and finds the one command that a server cannot take.
      if (done.sent > 0) countMax = Math.max(1, Math.floor(done.sent / 2));
      if (done.sent === 1 && done.firstSeq !== undefined && isAboutContent(done.failure))
        passOver.add(done.firstSeq);
      set({ ...backlog, reach: 'offline', failure: done.failure });
      return;
    }
    failures = 0;
    countMax = Math.min(limits.batchCommandsMax, countMax * 2);
    // All others are through: try again what was passed over, by the timer.
    if (done.sent === 0) passOver.clear();
    signatureRanges = done.answer.sendSignatures;
    const moved = done.plan.states.size > 0 || backlog.unsent === 0 || status.reach !== 'online';
    set({
      ...backlog,
      reach: 'online',
      failure: undefined,
      lastAnswerAt: clock.now(),
      progressAt: moved ? clock.now() : status.progressAt,
      clockSkewMs: done.clockSkewMs,
      deviceState: done.answer.state,
      appAge: done.answer.changes.app ?? 'current',
      sentAgain: status.sentAgain + countAgain(done),
      alarm: done.plan.alarm ?? (status.alarm === 'unsent-old' ? undefined : status.alarm),
    });
    parts.onAnswer?.(done);
    await pruneNowAndThen();
  }

  function countAgain({ plan }: AnsweredExchange): number {
    return [...plan.states.values()].filter(({ state }) => state === 'unsent').length;
  }

  async function pruneNowAndThen(): Promise<void> {
    if (prunedAt !== 0 && clock.now() - prunedAt < PRUNE_EVERY_MS) return;
    prunedAt = clock.now();
    await store.prune(prunedAt - limits.settledKeptMs, prunedAt);
  }

  function pauseMs(): number {
    if (failures === 0)
      return status.deviceState === 'revoked' && status.unsent === 0
        ? limits.syncRevokedPollMs
        : limits.syncPollMs;
    const { failure } = status;
    const asked = failure?.why === 'server-error' ? (failure.retryAfterMs ?? 0) : 0;
    const backoff = Math.min(limits.syncBackoffMaxMs, BACKOFF_FIRST_MS * 2 ** (failures - 1));
    // Partly by chance: five hundred phones that lost the server together do not come back together.
    return Math.max(asked * (1 + chance.fraction()), backoff * (0.5 + chance.fraction() / 2));
  }

  async function watch(): Promise<void> {
    cancelWatch = clock.after(WATCH_MS, () => void watch());
    try {
      set({ ...(await store.backlog()) });
    } catch (error) {
      console.warn('The outbox could not be counted.', error);
    }
    if (!isStalled(status, clock.now())) return;
    set({ alarm: status.alarm ?? 'unsent-old' });
    wake();
  }

  function set(change: Partial<SyncStatus>): void {
    status = { ...status, ...change };
    for (const listener of listeners) listener(status);
  }
}
