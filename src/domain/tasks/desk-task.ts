// A task of one counter for another one: what has to be done about a person whom only the other side may know. It carries what
// the other side needs and no more (publiq, moving house: mail the number only, no personal data). Invariants: a kind carries
// either a file that the other side has itself, or a card number, never both; a task is done once, by the side it is for.
import { ok, refuse, type Result } from '../kernel/result.ts';

/** Only ever add. `carries`: by what the other side finds the person; `tellsWhere`: may the side that asks know whom it asks? */
export const TASK_KINDS = {
  /** Somebody who is registered at another counter seems to have a file here already. */
  'known-here': { carries: 'passholder', tellsWhere: false },
  /** To another region: who has this card moves there, and comes for a new one. */
  'comes-here': { carries: 'number', tellsWhere: true },
  /** To another region: who has this card became a member over here; the old membership has to end. */
  'went-elsewhere': { carries: 'number', tellsWhere: true },
} as const satisfies Readonly<
  Record<string, { readonly carries: 'passholder' | 'number'; readonly tellsWhere: boolean }>
>;
export type TaskKind = keyof typeof TASK_KINDS;
export const TASK_KIND_NAMES = Object.keys(TASK_KINDS) as TaskKind[]; // its own keys

/** A municipality; null: the region's own desk. */
export type TaskSide = string | null;

export type DeskTask = {
  readonly kind: TaskKind;
  /** The region that asks, where it is another one than the one that is asked (docs/adr/026). */
  readonly fromRegionId?: number;
  readonly from: TaskSide;
  readonly to: TaskSide;
  readonly passholderId: string | null;
  readonly number: string | null;
  readonly doneBy: string | null;
};

export type TaskRefusal = { readonly code: 'task-done-already' };

/** Does it carry what its kind carries, and nothing else? What does not is a bug of whoever makes it. */
export const carriesItsOwn = ({ kind, passholderId, number }: DeskTask): boolean => {
  const carries: 'passholder' | 'number' = TASK_KINDS[kind].carries;
  return carries === 'passholder'
    ? passholderId !== null && number === null
    : passholderId === null && number !== null;
};

/** A second press of the same person is the same act; somebody else hears that it was done. */
export function decideDone(task: DeskTask, by: string): Result<'done' | 'as-before', TaskRefusal> {
  if (task.doneBy === null) return ok('done');
  return task.doneBy === by ? ok('as-before') : refuse({ code: 'task-done-already' });
}
