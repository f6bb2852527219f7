// What a task asks, in words.
import { TASK_KIND_NAMES, type TaskKind } from '#domain/tasks/desk-task.ts';
import { m } from '../../paraglide/messages.js';

const KINDS: Readonly<Record<TaskKind, { title: () => string; asked: () => string; what: () => string }>> = {
  'known-here': {
    title: m.tasks_known_here,
    asked: m.tasks_known_here_asked,
    what: m.tasks_known_here_what,
  },
};

const isKnown = (kind: string): kind is TaskKind => TASK_KIND_NAMES.some((name) => name === kind);

/** Of a kind that a newer server knows: that it waits, and where the rest is. */
export const taskTitle = (kind: string): string => (isKnown(kind) ? KINDS[kind].title() : m.tasks_unknown());
/** As the side that asked it calls it. */
export const askedTitle = (kind: string): string => (isKnown(kind) ? KINDS[kind].asked() : m.tasks_unknown());
export const taskText = (kind: string): string =>
  isKnown(kind) ? KINDS[kind].what() : m.tasks_unknown_what();

export const TASK_SENTENCES: Readonly<Record<string, () => string>> = {
  'task-done-already': m.tasks_problem_done_already,
};
