import { sql, type Kysely, type Transaction } from 'kysely';
import type { EventFacts } from '#domain/uitdatabank/event-facts.ts';
import type { ImportProblem, ImportRowState, Judged } from '#domain/uitdatabank/judge-event.ts';
import type { Database } from '../db/tables.ts';

export type Db = Kysely<Database>;

export type StoredImport = {
  readonly importId: string;
  readonly organisationId: string;
  readonly source: 'file' | 'address';
  readonly name: string;
  readonly total: number | null;
  readonly state: 'reading' | 'ready';
  /** Whose events without an organiser are. */
  readonly otherwiseId: string | null;
  readonly madeAt: number;
  readonly madeBy: string;
};

/** False when an import with this id is there already. */
export async function insertImport(
  db: Db,
  regionId: number,
  one: Omit<StoredImport, 'state' | 'otherwiseId'>,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('uitdatabank_import')
    .values({
      region_id: regionId,
      import_id: one.importId,
      organisation_id: one.organisationId,
      source: one.source,
      name: one.name,
      total: one.total,
      state: one.total === 0 ? 'ready' : 'reading',
      made_at: one.madeAt,
      made_by: one.madeBy,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** With `lock` nobody else adds to it or chooses in it until the transaction is over. */
export async function findImport(
  db: Db,
  regionId: number,
  importId: string,
  lock = false,
): Promise<StoredImport | undefined> {
  const row = await db
    .selectFrom('uitdatabank_import')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('import_id', '=', importId)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();
  return row && importOf(row);
}

/** The newest first. */
export async function listImports(
  db: Db,
  regionId: number,
  organisationIds: readonly string[],
  max: number,
): Promise<StoredImport[]> {
  if (organisationIds.length === 0) return [];
  const rows = await db
    .selectFrom('uitdatabank_import')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('organisation_id', 'in', organisationIds)
    .orderBy('made_at', 'desc')
    .limit(max)
    .execute();
  return rows.map(importOf);
}

export async function changeImport(
  db: Db,
  regionId: number,
  importId: string,
  change: { total?: number; state?: 'ready'; otherwise_id?: string },
): Promise<void> {
  await db
    .updateTable('uitdatabank_import')
    .set(change)
    .where('region_id', '=', regionId)
    .where('import_id', '=', importId)
    .execute();
}

const importOf = (row: {
  import_id: string;
  organisation_id: string;
  source: 'file' | 'address';
  name: string;
  total: number | null;
  state: 'reading' | 'ready';
  otherwise_id: string | null;
  made_at: number;
  made_by: string;
}): StoredImport => ({
  importId: row.import_id,
  organisationId: row.organisation_id,
  source: row.source,
  name: row.name,
  total: row.total,
  state: row.state,
  otherwiseId: row.otherwise_id,
  madeAt: row.made_at,
  madeBy: row.made_by,
});

export type ImportRowFacts = {
  readonly row: number;
  readonly title: string;
  readonly eventId: string | null;
  readonly organiserKey: string | null;
  readonly facts: EventFacts | null;
  readonly state: ImportRowState;
  readonly code: ImportProblem | null;
} & Pick<Judged, 'take' | 'kept' | 'callOff'>;

/** Rows that are there already stay as they are. */
export async function insertRows(
  db: Db,
  regionId: number,
  importId: string,
  rows: readonly ImportRowFacts[],
): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('uitdatabank_row')
    .values(
      rows.map((row) => ({
        region_id: regionId,
        import_id: importId,
        row_no: row.row,
        title: row.title,
        event_id: row.eventId,
        organiser_key: row.organiserKey,
        facts: row.facts && JSON.stringify(row.facts),
        ...judgedColumns(row),
      })),
    )
    .onConflict((conflict) => conflict.columns(['region_id', 'import_id', 'row_no']).doNothing())
    .execute();
}

/** What was stored stays stored. */
export async function writeJudged(
  db: Db,
  regionId: number,
  importId: string,
  row: number,
  judged: Pick<ImportRowFacts, 'state' | 'code' | 'take' | 'kept' | 'callOff'>,
): Promise<void> {
  await db
    .updateTable('uitdatabank_row')
    .set(judgedColumns(judged))
    .where('region_id', '=', regionId)
    .where('import_id', '=', importId)
    .where('row_no', '=', row)
    .execute();
}

const judgedColumns = (row: Pick<ImportRowFacts, 'state' | 'code' | 'take' | 'kept' | 'callOff'>) => ({
  state: row.state,
  code: row.code,
  take: [...row.take],
  kept: [...row.kept],
  call_off: row.callOff,
});

/** The events of these that other rows of this import have. */
export async function findSameEvents(
  db: Db,
  regionId: number,
  importId: string,
  eventIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ eventId: string }>`
    select event_id as "eventId" from uitdatabank_row
    where region_id = ${regionId} and import_id = ${importId} and facts is not null and event_id = any(${eventIds}::uuid[])
  `.execute(db);
  return new Set(rows.map(({ eventId }) => eventId));
}

export type RowCount = {
  readonly importId: string;
  readonly state: ImportRowState;
  readonly count: number;
  readonly callOff: number;
  readonly kept: number;
};

export async function countImportRows(
  db: Db,
  regionId: number,
  importIds: readonly string[],
): Promise<RowCount[]> {
  const { rows } = await sql<RowCount>`
    select import_id as "importId", state, count(*)::int as count, count(*) filter (where call_off > 0)::int as "callOff",
      count(*) filter (where cardinality(kept) > 0)::int as kept
    from uitdatabank_row where region_id = ${regionId} and import_id = any(${importIds}::uuid[]) group by 1, 2
  `.execute(db);
  return rows;
}

/** Of rows for which somebody has to choose; the empty key where an event names no organiser. */
export async function listUnknownOrganisers(
  db: Db,
  regionId: number,
  importId: string,
  max: number,
): Promise<{ key: string; name: string; count: number }[]> {
  const { rows } = await sql<{ key: string; name: string; count: number }>`
    select coalesce(organiser_key, '') as key, coalesce(max(facts -> 'organiser' ->> 'name'), '') as name, count(*)::int as count
    from uitdatabank_row where region_id = ${regionId} and import_id = ${importId} and state = 'organiser'
    group by 1 order by count(*) desc, 2 limit ${max}
  `.execute(db);
  return rows;
}

export type RowsAsked = {
  readonly states: readonly ImportRowState[] | undefined;
  readonly organiserKey?: string | undefined;
  readonly callOff?: boolean;
  readonly kept?: boolean;
  readonly after: number;
  readonly max: number;
};

export async function readImportRows(
  db: Db,
  regionId: number,
  importId: string,
  { states, organiserKey, callOff, kept, after, max }: RowsAsked,
): Promise<ImportRowFacts[]> {
  const rows = await db
    .selectFrom('uitdatabank_row')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('import_id', '=', importId)
    .where('row_no', '>', after)
    .$if(states !== undefined, (query) => query.where('state', 'in', states ?? []))
    .$if(organiserKey !== undefined, (query) =>
      query.where(sql<string>`coalesce(organiser_key, '')`, '=', organiserKey ?? ''),
    )
    .$if(callOff === true, (query) => query.where('call_off', '>', 0))
    .$if(kept === true, (query) => query.where(sql<boolean>`cardinality(kept) > 0`))
    .orderBy('row_no')
    .limit(max)
    .execute();
  return rows.map(rowOf);
}

/** Locked until the end of the transaction, so that two who press at once store it once. */
export async function lockImportRow(
  trx: Transaction<Database>,
  regionId: number,
  importId: string,
  row: number,
): Promise<ImportRowFacts | undefined> {
  const found = await trx
    .selectFrom('uitdatabank_row')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('import_id', '=', importId)
    .where('row_no', '=', row)
    .forUpdate()
    .executeTakeFirst();
  return found && rowOf(found);
}

const rowOf = (row: {
  row_no: number;
  title: string;
  event_id: string | null;
  organiser_key: string | null;
  facts: EventFacts | null;
  state: ImportRowState;
  code: string | null;
  take: ImportRowFacts['take'][number][];
  kept: ImportRowFacts['kept'][number][];
  call_off: number;
}): ImportRowFacts => ({
  row: row.row_no,
  title: row.title,
  eventId: row.event_id,
  organiserKey: row.organiser_key,
  facts: row.facts,
  state: row.state,
  code: row.code as ImportProblem | null, // written by this room only
  take: row.take,
  kept: row.kept,
  callOff: row.call_off,
});

export type EventLink = {
  readonly eventId: string;
  readonly activityId: string;
  readonly facts: EventFacts;
};

/** Which activities these events became. */
export async function findLinks(
  db: Db,
  regionId: number,
  eventIds: readonly string[],
): Promise<Map<string, EventLink>> {
  if (eventIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('uitdatabank_event')
    .select(['event_id', 'activity_id', 'facts'])
    .where('region_id', '=', regionId)
    .where('event_id', 'in', eventIds)
    .execute();
  return new Map(
    rows.map((row) => [
      row.event_id,
      { eventId: row.event_id, activityId: row.activity_id, facts: row.facts },
    ]),
  );
}

export async function findLinksOfActivities(
  db: Db,
  regionId: number,
  activityIds: readonly string[],
): Promise<Map<string, EventLink>> {
  if (activityIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('uitdatabank_event')
    .select(['event_id', 'activity_id', 'facts'])
    .where('region_id', '=', regionId)
    .where('activity_id', 'in', activityIds)
    .execute();
  return new Map(
    rows.map((row) => [
      row.activity_id,
      { eventId: row.event_id, activityId: row.activity_id, facts: row.facts },
    ]),
  );
}

/** One event at a time, also of two imports at once: until the end of the transaction. */
export async function holdEvent(
  trx: Transaction<Database>,
  regionId: number,
  eventId: string,
): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`uitdatabank ${regionId} ${eventId}`}, 0))`.execute(
    trx,
  );
}

export async function writeLink(db: Db, regionId: number, link: EventLink, readAt: number): Promise<void> {
  const facts = JSON.stringify(link.facts);
  await db
    .insertInto('uitdatabank_event')
    .values({
      region_id: regionId,
      event_id: link.eventId,
      activity_id: link.activityId,
      facts,
      read_at: readAt,
    })
    .onConflict((conflict) =>
      conflict.columns(['region_id', 'event_id']).doUpdateSet({ facts, read_at: readAt }),
    )
    .execute();
}

/** Whose organisers these are, by their key. */
export async function findOrganisers(
  db: Db,
  regionId: number,
  keys: readonly string[],
): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const rows = await db
    .selectFrom('uitdatabank_organiser')
    .select(['organiser_key', 'organisation_id'])
    .where('region_id', '=', regionId)
    .where('organiser_key', 'in', keys)
    .execute();
  return new Map(rows.map((row) => [row.organiser_key, row.organisation_id]));
}

/** False where somebody chose before: an organiser is never taken over, also not by an import that was looked over earlier. */
export async function insertOrganiser(
  db: Db,
  regionId: number,
  chosen: { key: string; organisationId: string; at: number; by: string },
): Promise<boolean> {
  const columns = { organisation_id: chosen.organisationId, chosen_at: chosen.at, chosen_by: chosen.by };
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('uitdatabank_organiser')
    .values({ region_id: regionId, organiser_key: chosen.key, ...columns })
    .onConflict((conflict) => conflict.columns(['region_id', 'organiser_key']).doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}
