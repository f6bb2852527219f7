// What a task asks, in words.
import { TASK_KIND_NAMES, type TaskKind } from '#domain/tasks/desk-task.ts';
import { m } from '../../paraglide/messages.js';

const KINDS: Readonly<Record<TaskKind, { title: () => string; asked: () => string; what: () => string }>> = {
  'known-here': {
    title: m.tasks_known_here,
    asked: m.tasks_known_here_asked,
    what: m.tasks_known_here_what,
  },
  'comes-here': {
    title: m.tasks_comes_here,
    asked: m.tasks_comes_here_asked,
    what: m.tasks_comes_here_what,
  },
  'went-elsewhere': {
    title: m.tasks_went_elsewhere,
    asked: m.tasks_went_elsewhere_asked,
    what: m.tasks_went_elsewhere_what,
  },
};

const isKnown = (kind: string): kind is TaskKind => TASK_KIND_NAMES.some((name) => name === kind);

/** Of a kind that a newer server knows: that it waits, and where the rest is. */
export const taskTitle = (kind: string): string => (isKnown(kind) ? KINDS[kind].title() : m.tasks_unknown());
/** As the side that asked it calls it. */
export const askedTitle = (kind: string): string => (isKnown(kind) ? KINDS[kind].asked() : m.tasks_unknown());
export const taskText = (kind: string): string =>
  isKnown(kind) ? KINDS[kind].what() : m.tasks_unknown_what();

/** What one does with the number of a task. */
export const numberAct = (kind: string): string =>
  kind === 'comes-here' ? m.tasks_start() : m.tasks_look_up();

export const TASK_SENTENCES: Readonly<Record<string, () => string>> = {
  'task-done-already': m.tasks_problem_done_already,
};
