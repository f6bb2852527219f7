// Would the laws notice? Each bug is planted in the code that phones and server really run, and must be found within
// so many seeds (goals R1). What is found, where and by which law is printed.
import { expect, it } from 'vitest';
import { PLANTED_BUGS } from '#domain/kernel/planted.ts';
import { run } from './run.ts';

const STEPS = 300;
const SEEDS_MAX = 100;

it.each(PLANTED_BUGS)('%s is found', async (bug) => {
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
