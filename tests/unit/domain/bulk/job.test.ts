import { expect, test } from 'vitest';
import { decideJob, type JobAct, type JobState } from '#domain/bulk/job.ts';

test.each<[JobState, JobAct, number, string]>([
  ['draft', 'start', 3, 'running'],
  ['draft', 'start', 0, 'nothing-to-do'],
  ['running', 'start', 3, 'running'],
  ['stopped', 'start', 3, 'running'],
  ['done', 'start', 0, 'done'],
  ['withdrawn', 'start', 3, 'list-is-over'],
  ['running', 'stop', 3, 'stopped'],
  ['stopped', 'stop', 3, 'stopped'],
  ['done', 'stop', 0, 'done'],
  ['draft', 'stop', 3, 'list-is-over'],
  ['draft', 'withdraw', 3, 'withdrawn'],
  ['withdrawn', 'withdraw', 3, 'withdrawn'],
  ['running', 'withdraw', 3, 'list-has-begun'],
  ['stopped', 'withdraw', 3, 'list-has-begun'],
])('%s, %s with %i rows to do: %s', (state, act, ready, expected) => {
  const decided = decideJob(state, act, ready);
  expect(decided.ok ? decided.value : decided.error.code).toBe(expected);
});
