// Would the laws notice? Each bug is planted in the code that phones and server really run, and must be found within
// so many seeds (goals R1). What is found, where and by which law is printed.
import { expect, it } from 'vitest';
import { PLANTED_BUGS, type PlantedBug } from '#domain/kernel/planted.ts';
import { run } from './run.ts';

const STEPS = 300;
const SEEDS_MAX = 100;

/** Those of the twenty whose rooms exist. */
const PLANTED: readonly PlantedBug[] = [
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
  'wipe-on-unsigned-401',
];

it.each(PLANTED)('%s is found', async (bug) => {
  expect(PLANTED_BUGS).toContain(bug);
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const { broken } = await run(seed, STEPS, bug);
    if (!broken) continue;
    expect(broken.law).not.toBe('nothing-breaks');
    // It was the bug: without it the same story holds.
    expect((await run(seed, STEPS)).broken).toBeUndefined();
    console.info(`${bug}: seed ${seed}, step ${broken.atStep}, law "${broken.law}"`);
    return;
  }
  expect.fail(`${SEEDS_MAX} seeds did not find ${bug}`);
});
