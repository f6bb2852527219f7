import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeTurnstile } from '#server/phone-turns.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function job(): {
  readonly done: (value: string) => void;
  readonly work: () => Promise<string>;
  readonly began: () => boolean;
} {
  let begun = false;
  let done: (value: string) => void = () => undefined;
  const promise = new Promise<string>((resolve) => (done = resolve));
  return {
    done: (value) => done(value),
    work: () => {
      begun = true;
      return promise;
    },
    began: () => begun,
  };
}
const settle = () => vi.advanceTimersByTimeAsync(0);

it('lets so many through at once, the others in the order they came', async () => {
  const { pass } = makeTurnstile({ atOnce: 2, waitingMax: 5, waitMs: 1_000 });
  const jobs = [job(), job(), job(), job()];
  const passed = jobs.map(({ work }) => pass(work));
  await settle();
  expect(jobs.map(({ began }) => began())).toEqual([true, true, false, false]);
  jobs[1]?.done('second');
  await settle();
  expect(jobs.map(({ began }) => began())).toEqual([true, true, true, false]);
  for (const { done } of jobs) done('done');
  expect(await Promise.all(passed)).toEqual([
    { value: 'done' },
    { value: 'second' },
    { value: 'done' },
    { value: 'done' },
  ]);
});

it('sends away who comes to a full queue, and who waits too long', async () => {
  const { pass } = makeTurnstile({ atOnce: 1, waitingMax: 1, waitMs: 1_000 });
  const [first, second, third, fourth] = [job(), job(), job(), job()];
  const passed = [pass(first.work), pass(second.work)];
  expect(await pass(third.work)).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await passed[1]).toBeUndefined();
  const last = pass(fourth.work);
  first.done('first');
  fourth.done('fourth');
  expect([await passed[0], await last]).toEqual([{ value: 'first' }, { value: 'fourth' }]);
  expect([second.began(), third.began()]).toEqual([false, false]);
});

it('gives the place on when the work fails', async () => {
  const { pass } = makeTurnstile({ atOnce: 1, waitingMax: 1, waitMs: 1_000 });
  await expect(pass(() => Promise.reject(new Error('database')))).rejects.toThrow('database');
  expect(await pass(() => Promise.resolve('next'))).toEqual({ value: 'next' });
});
