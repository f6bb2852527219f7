// Twenty bugs that the simulation must find, each behind a switch that only the simulation sets (docs/adr/009). The
// builds of app and server replace every call of planted() by false, so that bundles carry none of them
// (scripts/without-planted-bugs.mjs).

export const PLANTED_BUGS = [
  'ack-before-commit',
  'dedup-by-id-only',
  'seq-reuse',
  'relaxed-durability',
  'sort-by-clock',
  'drop-on-4xx',
  'refusal-stops-the-queue',
  'no-mirror-on-undo',
  'ruling-updated-in-place',
  'receipt-without-hash-check',
  'two-tabs-fork',
  'window-not-clamped',
  'day-of-24-hours',
  'limit-per-phone',
  'foreign-point-at-once',
  'replay-posts-again',
  'quarantine-dropped',
  'wipe-on-unsigned-401',
  'gap-not-named',
  'poison-delays-batch',
] as const;
export type PlantedBug = (typeof PLANTED_BUGS)[number];

declare const __PLANTED__: PlantedBug | undefined;

export const planted = (bug: PlantedBug): boolean =>
  typeof __PLANTED__ !== 'undefined' && __PLANTED__ === bug;
