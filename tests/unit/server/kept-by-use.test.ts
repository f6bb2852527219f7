import { expect, test } from 'vitest';
import { keptByUse } from '#server/cards/kept-by-use.ts';

test('of too many the one least recently used leaves', async () => {
  const made: string[] = [];
  const kept = keptByUse<string, string>(3);
  const ask = (name: string): Promise<string> =>
    kept.get(name, () => {
      made.push(name);
      return Promise.resolve(name);
    });
  for (const name of ['a', 'b', 'c', 'a', 'd', 'a', 'c']) expect(await ask(name)).toBe(name);
  expect(made).toEqual(['a', 'b', 'c', 'd']);
  await ask('b');
  expect(made).toEqual(['a', 'b', 'c', 'd', 'b']);
});

test('requests at the same time wait for the same making', async () => {
  const kept = keptByUse<string, number>(1);
  let made = 0;
  const make = () => Promise.resolve(++made);
  expect(await Promise.all([kept.get('a', make), kept.get('a', make)])).toEqual([1, 1]);
});

test('what failed is made anew', async () => {
  const kept = keptByUse<string, string>(3);
  const failing = () => Promise.reject(new Error('out of memory'));
  await expect(kept.get('a', failing)).rejects.toThrow('out of memory');
  expect(await kept.get('a', () => Promise.resolve('good'))).toBe('good');
});
