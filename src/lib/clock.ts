/** The one place of the app that asks what time it is. */
export const now = (): number => Date.now();

/** Time as the scanner and its sync need it; passed in, so that a simulation can run a week in a second. */
export type Clock = {
  /** UTC milliseconds as this device believes. */
  readonly now: () => number;
  /** Never goes back; may stand still while the device sleeps. */
  readonly monoMs: () => number;
  /** Runs once after `ms`; returns how to cancel it. */
  readonly after: (ms: number, run: () => void) => () => void;
};

export const clock: Clock = {
  now,
  monoMs: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
