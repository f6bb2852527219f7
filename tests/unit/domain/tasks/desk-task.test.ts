import { describe, expect, it } from 'vitest';
import { carriesItsOwn, decideDone, type DeskTask } from '#domain/tasks/desk-task.ts';

const task: DeskTask = {
  ...{ kind: 'known-here', from: '33011', to: '33040' },
  ...{ passholderId: 'somebody', number: null, doneBy: null },
};

describe('what a task carries', () => {
  it.each([
    ['the file that the other side has', task, true],
    ['a number besides', { ...task, number: '0930000420206' }, false],
    ['a number instead', { ...task, passholderId: null, number: '0930000420206' }, false],
    ['nothing at all', { ...task, passholderId: null }, false],
  ] as const)('%s', (_, each, fits) => expect(carriesItsOwn(each)).toBe(fits));
});

describe('a task is done once', () => {
  it.each([
    ['one that waits', null, { ok: true, value: 'done' }],
    ['a second press', 'user:an', { ok: true, value: 'as-before' }],
    ['done by a colleague', 'user:bo', { ok: false, error: { code: 'task-done-already' } }],
  ] as const)('%s', (_, doneBy, answer) =>
    expect(decideDone({ ...task, doneBy }, 'user:an')).toEqual(answer),
  );
});
