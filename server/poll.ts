import { setTimeout as delay } from 'node:timers/promises';

interface PollLimits {
  timeoutMs: number;
  everyMs?: number;
  /** Made only when the time is up. */
  onTimeout: () => Error;
}

/** Asks until the probe gives an answer (anything but undefined); each wait in the server has this limit. */
export async function pollUntil<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  limits: PollLimits,
): Promise<T> {
  const deadline = performance.now() + limits.timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (performance.now() >= deadline) throw limits.onTimeout();
    await delay(limits.everyMs ?? 20);
  }
}
