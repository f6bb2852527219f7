import { expect, it } from 'vitest';
import { InTurn } from '../../../../src/lib/rescue/in-turn.svelte.ts';

it('takes one after the other, and goes on after one that failed', async () => {
  const turn = new InTurn();
  const seen: string[] = [];
  let letGo = (): void => undefined;
  const first = turn.add(
    () => new Promise<void>((done) => (letGo = done)).then(() => void seen.push('first')),
    () => seen.push('never'),
  );
  const second = turn.add(
    () => Promise.reject(new Error('a folder')),
    (error) => seen.push(String(error)),
  );
  const third = turn.add(
    () => Promise.resolve(void seen.push('third')),
    () => seen.push('never'),
  );
  await Promise.resolve();
  expect([seen, turn.busy]).toEqual([[], true]);
  letGo();
  await Promise.all([first, second, third]);
  expect(seen).toEqual(['first', 'Error: a folder', 'third']);
  expect(turn.busy).toBe(false);
});
