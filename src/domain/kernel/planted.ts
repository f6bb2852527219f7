// Twenty bugs that the simulation must find, each behind a switch (docs/adr/009). The bundles of app and server define
// __PLANTED__ as undefined, so that no branch of them remains; only the simulation sets it.

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
