import { v7 } from 'uuid';

/** The one place of the app that rolls dice: an id that also sorts by time. */
export const newId = (): string => v7();

/** Chance as the scanner and its sync need it; passed in, so that a simulation can be run again from its seed. */
export type Chance = {
  readonly bytes: (count: number) => Uint8Array<ArrayBuffer>;
  /** From 0 up to, not including, 1. */
  readonly fraction: () => number;
};

export const chance: Chance = {
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  fraction: Math.random,
};

/** UUID, version 7: sorts by the time it was made. */
export const idFrom = (source: Chance, at: number): string => v7({ random: source.bytes(16), msecs: at });
