// Tasks between counters: the list of one's own side, marking one done, and how another room makes one (addTask).
import { isAllowed } from '#domain/devices/permissions.ts';
import { assert } from '#domain/kernel/assert.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { TaskLine, TaskList } from '#domain/task-api.ts';
import {
  carriesItsOwn,
  decideDone,
  TASK_KINDS,
  type DeskTask,
  type TaskRefusal,
  type TaskSide,
} from '#domain/tasks/desk-task.ts';
import type { Kysely } from 'kysely';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import { readStaffNames } from '../auth/staff-names.ts';
import type { Context } from '../context.ts';
import type { Database } from '../db/tables.ts';
import { publish } from '../events.ts';
import { findRegion, listMunicipalities, listRegionNames } from '../organisations/repository.ts';
import {
  findTask,
  insertTask,
  listAsked,
  listDone,
  listOpen,
  lockTask,
  storeDone,
  type StoredTask,
} from './repository.ts';

type TaskContext = Pick<Context, 'db' | 'clock'>;
export type TaskProblem = TaskRefusal | { readonly code: 'not-found' };

/**
 * For other rooms, within their transaction and after their own permission: the desk that asks may know nothing of the person. Asked
 * again before it is done, it stays one task; the answer is the same.
 */
export async function addTask(
  trx: Kysely<Database>,
  regionId: number,
  taskId: string,
  task: Omit<DeskTask, 'doneBy'>,
  { at, actor }: { readonly at: number; readonly actor: string },
): Promise<void> {
  assert(carriesItsOwn({ ...task, doneBy: null }), 'a task carries what its kind carries');
  if (!(await insertTask(trx, regionId, taskId, task, { at, by: actor }))) return;
  await publishTo(trx, regionId, task);
  await appendAudit(trx, {
    // Where whoever asks works: another region does not hear who it was.
    ...{ regionId: task.fromRegionId ?? regionId, at, actor, action: 'task-made' as const },
    subject: task.passholderId === null ? `task:${taskId}` : `passholder:${task.passholderId}`,
    detail: { taskId, kind: task.kind, from: task.from, to: task.to },
  });
}

export async function listTasks(context: TaskContext, actor: Actor): Promise<TaskList> {
  await requirePermissionSomewhere(context, actor, 'task.do');
  const { db, clock } = context;
  const { regionId } = actor;
  const [municipalities, region, regions] = await Promise.all([
    listMunicipalities(db, regionId),
    findRegion(db, regionId),
    listRegionNames(db),
  ]);
  const names = new Map<TaskSide, string>([
    [null, region?.name ?? ''],
    ...municipalities.map(({ nisCode, name }): [TaskSide, string] => [nisCode, name]),
  ]);
  const own = [...names.keys()].filter((side) => isOwn(actor, side));
  const since = clock.now() - limits.taskShownMs;
  const max = limits.tasksShownMax;
  const [open, done, asked] = await Promise.all([
    listOpen(db, regionId, own, max + 1),
    listDone(db, regionId, own, since, max),
    listAsked(db, regionId, own, since, max),
  ]);
  const nameOf = await readStaffNames(
    db,
    done.flatMap(({ doneBy }) => (doneBy === null ? [] : [doneBy])),
  );
  /** Of another region its name: who of it does the work is its own affair. */
  const sideName = (ofRegion: number, side: TaskSide): string =>
    (ofRegion === regionId ? names.get(side) : regions.get(ofRegion)) ?? '';
  const lineOf = (task: StoredTask): TaskLine => {
    const forUs = task.regionId === regionId && own.includes(task.to);
    return {
      taskId: task.taskId,
      kind: task.kind,
      fromName: sideName(task.fromRegionId ?? task.regionId, task.from),
      toName: forUs || TASK_KINDS[task.kind].tellsWhere ? sideName(task.regionId, task.to) : null,
      passholderId: forUs ? task.passholderId : null,
      number: task.number,
      madeAt: task.madeAt,
      doneAt: task.doneAt,
      doneBy: forUs && task.doneBy !== null ? (nameOf.get(task.doneBy) ?? null) : null,
    };
  };
  return {
    open: open.slice(0, max).map(lineOf),
    more: open.length > max,
    done: done.map(lineOf),
    // Who works for both sides has it under "for us".
    asked: asked.filter((task) => task.regionId !== regionId || !own.includes(task.to)).map(lineOf),
  };
}

export async function finishTask(
  context: TaskContext,
  actor: Actor,
  taskId: string,
): Promise<Result<TaskList, TaskProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const known = await findTask(db, regionId, taskId);
  await requirePermission(
    context,
    actor,
    'task.do',
    known && { ...(known.to !== null && { nisCode: known.to }) },
  );
  const done = await db.transaction().execute(async (trx): Promise<Result<unknown, TaskProblem>> => {
    const task = await lockTask(trx, regionId, taskId);
    if (!task) return refuse({ code: 'not-found' });
    const by = { at: clock.now(), by: actorName(actor) };
    const decided = decideDone(task, by.by);
    if (!decided.ok || decided.value === 'as-before') return decided;
    await storeDone(trx, regionId, taskId, by);
    await publishTo(trx, regionId, task);
    await appendAudit(trx, {
      ...{ regionId, at: by.at, actor: by.by, action: 'task-done' as const },
      subject: task.passholderId === null ? `task:${taskId}` : `passholder:${task.passholderId}`,
      detail: { taskId, kind: task.kind },
    });
    return ok(undefined);
  });
  return done.ok ? ok(await listTasks(context, actor)) : done;
}

const publishTo = async (
  trx: Kysely<Database>,
  regionId: number,
  { fromRegionId }: Pick<DeskTask, 'fromRegionId'>,
): Promise<void> => {
  await publish(trx, { regionId, topic: 'tasks' });
  if (fromRegionId !== undefined) await publish(trx, { regionId: fromRegionId, topic: 'tasks' });
};

const isOwn = ({ grants, regionId }: Actor, side: TaskSide): boolean =>
  isAllowed(grants, 'task.do', { regionId, ...(side !== null && { nisCode: side }) });
