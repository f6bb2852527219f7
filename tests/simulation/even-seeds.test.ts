import { expect, it } from 'vitest';
import { run } from './run.ts';
import { searchEverySecondSeed } from './search.ts';

searchEverySecondSeed(1);

it('a seed tells the same story again', async () => {
  const [first, second] = [await run(42, 120), await run(42, 120)];
  expect(second.story).toEqual(first.story);
  expect(second.commands).toBe(first.commands);
});
