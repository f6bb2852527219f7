// Lists that are looked over and carried out, and their rows. Which server does which row: whoever locks it; the others pass it by.
import { sql, type Kysely, type Selectable } from 'kysely';
import type { BulkWork, Wanted } from '#domain/bulk/bulk-work.ts';
import type { JobState, RowState } from '#domain/bulk/job.ts';
import type { RegionCard } from '#domain/passholders/card-life.ts';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { Database } from '../db/tables.ts';

export type Db = Kysely<Database>;

export type StoredList = {
  readonly listId: string;
  readonly title: string;
  readonly work: BulkWork;
  readonly organisationId: string;
  readonly requestDigest: Uint8Array;
  readonly state: JobState;
  readonly madeAt: number;
  readonly madeBy: string;
  readonly runBy: string | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly stoppedBecause: 'asked' | 'not-allowed' | null;
};

const listOf = (row: Selectable<Database['bulk_list']>): StoredList => ({
  listId: row.list_id,
  title: row.title,
  work: row.work,
  organisationId: row.organisation_id,
  requestDigest: row.request_digest,
  state: row.state,
  madeAt: row.made_at,
  madeBy: row.made_by,
  runBy: row.run_by,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  stoppedBecause: row.stopped_because,
});

export type JudgedRow = {
  readonly row: number;
  readonly given: string;
  readonly number: UitpasNumber | null;
  readonly passholderId: string | null;
  readonly wanted: Wanted;
  readonly state: 'bad' | 'ready';
  readonly code: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
};

const ROWS_AT_ONCE = 1_000;

/** False when a list with this id is there already. */
export async function insertList(
  trx: Db,
  regionId: number,
  list: Pick<
    StoredList,
    'listId' | 'title' | 'work' | 'organisationId' | 'requestDigest' | 'madeAt' | 'madeBy'
  >,
  rows: readonly JudgedRow[],
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('bulk_list')
    .values({
      region_id: regionId,
      list_id: list.listId,
      title: list.title,
      work: JSON.stringify(list.work),
      organisation_id: list.organisationId,
      request_digest: list.requestDigest,
      state: 'draft',
      made_at: list.madeAt,
      made_by: list.madeBy,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (!numInsertedOrUpdatedRows) return false;
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const some = rows.slice(from, from + ROWS_AT_ONCE);
    await sql`
      insert into bulk_row (region_id, list_id, row_no, given, uitpas_number, passholder_id, wanted, state, code, detail)
      select ${regionId}, ${list.listId}, row_no, given, number, holder, wanted::jsonb, state, code, detail::jsonb
      from unnest(
        ${some.map(({ row }) => row)}::integer[], ${some.map(({ given }) => given)}::text[],
        ${some.map(({ number }) => number)}::text[], ${some.map(({ passholderId }) => passholderId)}::uuid[],
        ${some.map(({ wanted }) => JSON.stringify(wanted))}::text[], ${some.map(({ state }) => state)}::text[],
        ${some.map(({ code }) => code)}::text[], ${some.map(({ detail }) => JSON.stringify(detail))}::text[]
      ) as r (row_no, given, number, holder, wanted, state, code, detail)
    `.execute(trx);
  }
  return true;
}

/** With `lock` nobody starts, stops or ends it until the transaction is over. */
export async function findList(
  db: Db,
  regionId: number,
  listId: string,
  lock: boolean,
): Promise<StoredList | undefined> {
  const row = await db
    .selectFrom('bulk_list')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('list_id', '=', listId)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();
  return row && listOf(row);
}

const LISTS_MAX = 100;

/** Of one person; undefined: of everybody in the region. */
export async function listLists(db: Db, regionId: number, madeBy: string | undefined): Promise<StoredList[]> {
  const rows = await db
    .selectFrom('bulk_list')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('state', '<>', 'withdrawn')
    .$if(madeBy !== undefined, (query) => query.where('made_by', '=', madeBy ?? ''))
    .orderBy('made_at', 'desc')
    .limit(LISTS_MAX)
    .execute();
  return rows.map(listOf);
}

export type ReasonCount = {
  readonly listId: string;
  readonly state: RowState;
  readonly code: string | null;
  readonly count: number;
};

export async function countRows(
  db: Db,
  regionId: number,
  listIds: readonly string[],
): Promise<readonly ReasonCount[]> {
  if (listIds.length === 0) return [];
  const { rows } = await sql<ReasonCount>`
    select list_id as "listId", state, code, count(*)::integer as count from bulk_row
    where region_id = ${regionId} and list_id = any(${listIds}::uuid[])
    group by list_id, state, code order by count(*) desc, code
  `.execute(db);
  return rows;
}

export async function setState(
  trx: Db,
  regionId: number,
  listId: string,
  change: Partial<{
    state: JobState;
    run_by: string;
    started_at: number;
    ended_at: number | null;
    stopped_because: 'asked' | 'not-allowed' | null;
  }>,
): Promise<void> {
  await trx
    .updateTable('bulk_list')
    .set(change)
    .where('region_id', '=', regionId)
    .where('list_id', '=', listId)
    .execute();
}

export type ShownRow = {
  readonly row: number;
  readonly given: string;
  readonly number: string | null;
  readonly passholderId: string | null;
  readonly wanted: Wanted;
  readonly state: RowState;
  readonly code: string | null;
  readonly detail: Record<string, unknown>;
  readonly name: string | null;
};

/** Names only of people of these municipalities; undefined: of all. */
export async function readRows(
  db: Db,
  regionId: number,
  listId: string,
  asked: {
    readonly state: RowState | undefined;
    readonly code: string | undefined;
    readonly after: number;
    readonly max: number;
    readonly places: readonly string[] | undefined;
  },
): Promise<readonly ShownRow[]> {
  const { state, code, after, max, places } = asked;
  const { rows } = await sql<ShownRow>`
    select r.row_no as row, r.given, r.uitpas_number as number, r.passholder_id as "passholderId", r.wanted, r.state, r.code,
      r.detail, p.first_name || ' ' || p.last_name as name
    from bulk_row r
    left join passholder p on p.region_id = r.region_id and p.passholder_id = r.passholder_id and p.state = 'active'
      and (${places === undefined} or p.nis_code = any(${places ?? []}::text[]))
    where r.region_id = ${regionId} and r.list_id = ${listId} and r.row_no > ${after}
      and (${state === undefined} or r.state = ${state ?? ''}) and (${code === undefined} or r.code = ${code ?? ''})
    order by r.row_no limit ${max}
  `.execute(db);
  return rows;
}

/** What is known of card numbers, unlocked. */
export async function findCards(
  db: Db,
  regionId: number,
  numbers: readonly string[],
): Promise<Map<string, Pick<RegionCard, 'state' | 'groupPass' | 'passholderId'>>> {
  const rows = await db
    .selectFrom('card')
    .select(['uitpas_number', 'state', 'kind', 'passholder_id'])
    .where('region_id', '=', regionId)
    .where('uitpas_number', '=', sql<string>`any(${numbers}::text[])`)
    .execute();
  return new Map(
    rows.map(({ uitpas_number, state, kind, passholder_id }) => [
      uitpas_number,
      { state, groupPass: kind === 'group-pass', passholderId: passholder_id },
    ]),
  );
}

export type RunningList = Pick<StoredList, 'listId' | 'title' | 'work' | 'organisationId'> & {
  readonly regionId: number;
  readonly runBy: string;
};

/** Every list that somebody started, the oldest first. */
export async function listRunning(db: Db): Promise<RunningList[]> {
  const rows = await db
    .selectFrom('bulk_list')
    .selectAll()
    .where('state', '=', 'running')
    .orderBy('started_at')
    .limit(LISTS_MAX)
    .execute();
  return rows.map((row) => ({ ...listOf(row), regionId: row.region_id, runBy: row.run_by ?? '' }));
}

/** Stays running until the transaction is over: stopping waits for the row under way. */
export async function holdRunning(trx: Db, regionId: number, listId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('bulk_list')
    .select('list_id')
    .where('region_id', '=', regionId)
    .where('list_id', '=', listId)
    .where('state', '=', 'running')
    .forShare()
    .executeTakeFirst();
  return row !== undefined;
}

export type NextRow = {
  readonly row: number;
  readonly number: UitpasNumber | null;
  readonly passholderId: string;
  readonly wanted: Wanted;
  readonly detail: Record<string, unknown>;
};

/** The next row that no other server holds, locked. */
export async function takeRow(trx: Db, regionId: number, listId: string): Promise<NextRow | undefined> {
  const row = await trx
    .selectFrom('bulk_row')
    .select(['row_no', 'uitpas_number', 'passholder_id', 'wanted', 'detail'])
    .where('region_id', '=', regionId)
    .where('list_id', '=', listId)
    .where('state', '=', 'ready')
    .orderBy('row_no')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return (
    row && {
      row: row.row_no,
      number: row.uitpas_number as UitpasNumber | null, // read as one when the list was made
      passholderId: row.passholder_id ?? '',
      wanted: row.wanted,
      detail: row.detail,
    }
  );
}

export async function answerRow(
  trx: Db,
  regionId: number,
  listId: string,
  { row, state, code, detail, at }: Answered,
): Promise<void> {
  await trx
    .updateTable('bulk_row')
    .set({ state, code, detail: JSON.stringify(detail), answered_at: at })
    .where('region_id', '=', regionId)
    .where('list_id', '=', listId)
    .where('row_no', '=', row)
    .execute();
}
type Answered = {
  readonly row: number;
  readonly state: 'done' | 'refused';
  readonly code: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly at: number;
};

const TRIES_MAX = 3;

/** A turn that broke off. After some of them the row is refused, so that one row never keeps the others waiting. */
export async function countTry(
  db: Db,
  regionId: number,
  listId: string,
  row: number,
  at: number,
): Promise<void> {
  await sql`
    update bulk_row set tries = tries + 1,
      state = case when tries + 1 >= ${TRIES_MAX} then 'refused' else state end,
      code = case when tries + 1 >= ${TRIES_MAX} then 'went-wrong' else code end,
      answered_at = case when tries + 1 >= ${TRIES_MAX} then ${at}::bigint else answered_at end
    where region_id = ${regionId} and list_id = ${listId} and row_no = ${row} and state = 'ready'
  `.execute(db);
}

/** True for the one who finds that every row has its answer. */
export async function endWhenAnswered(
  trx: Db,
  regionId: number,
  listId: string,
  at: number,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('bulk_list')
    .set({ state: 'done', ended_at: at })
    .where('region_id', '=', regionId)
    .where('list_id', '=', listId)
    .where('state', '=', 'running')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('bulk_row')
            .select('row_no')
            .where('region_id', '=', regionId)
            .where('list_id', '=', listId)
            .where('state', '=', 'ready'),
        ),
      ),
    )
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

export const rowsMaxOf = (whole: boolean | undefined): number =>
  whole ? limits.bulkRowsMax : limits.bulkPageRows;
