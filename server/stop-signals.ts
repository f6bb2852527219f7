import type { Environment } from './config.ts';
import { OperatorError } from './operator-error.ts';

// What makes the server stop: a signal, the end of the npm that started it, or a fault nobody can mend here.

const PARENT_LOOK_MS = 250;
/** npm passes Ctrl-C on a second time at once, so only a later signal is meant as "hurry". */
const SAME_SIGNAL_MS = 1_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopSignals {
  stopping: AbortSignal;
  /** A second signal: do not wait for the answers under way. */
  hurry: AbortSignal;
  stopped: Promise<void>;
  stop(): void;
  /** Says why, and stops with an exit code that is not 0. */
  fail(error: unknown): void;
  exitCode(): number;
  release(): void;
}

export function listenForStop(environment: Environment): StopSignals {
  const stop = new AbortController();
  const hurry = new AbortController();
  let firstAt: number | undefined;
  let failed = false;

  const onSignal = (): void => {
    firstAt ??= performance.now();
    if (performance.now() - firstAt > SAME_SIGNAL_MS) hurry.abort();
    stop.abort();
  };
  const fail = (error: unknown): void => {
    failed = true;
    process.stderr.write(`${describe(error)}\n`);
    stop.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  process.on('uncaughtException', fail);
  const parent = watchParent(environment, () => stop.abort());

  return {
    stopping: stop.signal,
    hurry: hurry.signal,
    stopped: new Promise<void>((resolve) => {
      stop.signal.addEventListener('abort', () => resolve(), { once: true });
    }),
    stop: () => stop.abort(),
    fail,
    exitCode: () => (failed ? 1 : 0),
    release: () => {
      clearInterval(parent);
      for (const name of SIGNALS) process.off(name, onSignal);
      process.off('uncaughtException', fail);
    },
  };
}

/** npm passes SIGTERM to its shell only; the shell dies and we would stay behind without a parent. */
function watchParent(environment: Environment, onGone: () => void): NodeJS.Timeout | undefined {
  if (environment['npm_lifecycle_event'] === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, PARENT_LOOK_MS).unref();
}

function describe(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
