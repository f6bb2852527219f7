import { sql, type Kysely, type Selectable } from 'kysely';
import type { DeskTask, TaskSide } from '#domain/tasks/desk-task.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

export type StoredTask = DeskTask & {
  readonly taskId: string;
  /** The region that is asked. */
  readonly regionId: number;
  readonly madeAt: number;
  readonly doneAt: number | null;
};

const taskOf = (row: Selectable<Database['desk_task']>): StoredTask => ({
  taskId: row.task_id,
  kind: row.kind,
  ...(row.from_region_id !== null && { fromRegionId: row.from_region_id }),
  regionId: row.region_id,
  from: row.from_nis,
  to: row.to_nis,
  passholderId: row.passholder_id,
  number: row.uitpas_number,
  madeAt: row.made_at,
  doneAt: row.done_at,
  doneBy: row.done_by,
});

/** False where the same still waits. */
export async function insertTask(
  db: Db,
  regionId: number,
  taskId: string,
  task: Omit<DeskTask, 'doneBy'>,
  made: { readonly at: number; readonly by: string },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('desk_task')
    .values({
      ...{ region_id: regionId, task_id: taskId, kind: task.kind, from_nis: task.from, to_nis: task.to },
      ...{ passholder_id: task.passholderId, uitpas_number: task.number },
      from_region_id: task.fromRegionId ?? null,
      ...{ made_at: made.at, made_by: made.by, done_at: null, done_by: null },
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function lockTask(db: Db, regionId: number, taskId: string): Promise<StoredTask | undefined> {
  const row = await db
    .selectFrom('desk_task')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('task_id', '=', taskId)
    .forUpdate()
    .executeTakeFirst();
  return row && taskOf(row);
}

/** Read without a lock: whose it is. */
export async function findTask(db: Db, regionId: number, taskId: string): Promise<StoredTask | undefined> {
  const row = await db
    .selectFrom('desk_task')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('task_id', '=', taskId)
    .executeTakeFirst();
  return row && taskOf(row);
}

export async function storeDone(
  db: Db,
  regionId: number,
  taskId: string,
  done: { readonly at: number; readonly by: string },
): Promise<void> {
  await db
    .updateTable('desk_task')
    .set({ done_at: done.at, done_by: done.by })
    .where('region_id', '=', regionId)
    .where('task_id', '=', taskId)
    .execute();
}

/** Null among the sides is the region's own desk. */
const sideIn = (column: 'to_nis' | 'from_nis', sides: readonly TaskSide[]) =>
  sql<boolean>`coalesce(${sql.ref(column)}, '') = any(${sides.map((side) => side ?? '')}::text[])`;

export async function listOpen(
  db: Db,
  regionId: number,
  to: readonly TaskSide[],
  max: number,
): Promise<StoredTask[]> {
  const rows = await db
    .selectFrom('desk_task')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('done_at', 'is', null)
    .where(sideIn('to_nis', to))
    .orderBy('made_at')
    .orderBy('task_id')
    .limit(max)
    .execute();
  return rows.map(taskOf);
}

export async function listDone(
  db: Db,
  regionId: number,
  to: readonly TaskSide[],
  since: number,
  max: number,
): Promise<StoredTask[]> {
  const rows = await db
    .selectFrom('desk_task')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('done_at', '>=', since)
    .where(sideIn('to_nis', to))
    .orderBy('done_at', 'desc')
    .limit(max)
    .execute();
  return rows.map(taskOf);
}

export async function listAsked(
  db: Db,
  regionId: number,
  from: readonly TaskSide[],
  since: number,
  max: number,
): Promise<StoredTask[]> {
  const rows = await db
    .selectFrom('desk_task')
    .selectAll()
    .where((eb) =>
      eb.or([
        eb.and([eb('region_id', '=', regionId), eb('from_region_id', 'is', null)]),
        eb('from_region_id', '=', regionId),
      ]),
    )
    .where(sideIn('from_nis', from))
    .where((eb) => eb.or([eb('done_at', 'is', null), eb('done_at', '>=', since)]))
    .orderBy('made_at', 'desc')
    .limit(max)
    .execute();
  return rows.map(taskOf);
}

/** About one person, by file or by one of the cards, for the copy that the person may ask for. */
export async function listTasksAbout(
  db: Db,
  regionId: number,
  passholderIds: readonly string[],
  max: number,
): Promise<StoredTask[]> {
  const rows = await db
    .selectFrom('desk_task as t')
    .selectAll()
    .where((eb) => eb.or([eb('t.region_id', '=', regionId), eb('t.from_region_id', '=', regionId)]))
    .where((eb) =>
      eb.or([
        eb('t.passholder_id', 'in', passholderIds),
        eb(
          't.uitpas_number',
          'in',
          eb
            .selectFrom('card as c')
            .select('c.uitpas_number')
            .where('c.region_id', '=', regionId)
            .where('c.passholder_id', 'in', passholderIds),
        ),
      ]),
    )
    .orderBy('t.made_at', 'desc')
    .limit(max)
    .execute();
  return rows.map(taskOf);
}
