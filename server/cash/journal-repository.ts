// What stands in the tables of one counter and one day.
import { sql, type Selectable } from 'kysely';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import { centsEntry, type Entry } from '#domain/ledger/ledger.ts';
import type { KansenstatuutAct, PassholderEvent } from '#domain/passholders/passholder.ts';
import type { Database } from '../db/tables.ts';
import { findDeskDevice } from '../devices/repository.ts';
import { findClosedThrough, type CashRow, type Db } from './repository.ts';

export type ActOfDay = {
  readonly actId: string;
  readonly at: number;
  readonly actor: string;
  readonly passholderId: string;
  readonly firstName: string | null;
  readonly kinds: readonly PassholderEvent['kind'][];
  readonly kansenstatuutAct: KansenstatuutAct | null;
};

/** The newest first. */
export async function listActsOfDay(
  db: Db,
  regionId: number,
  organisationId: string,
  day: CivilDay,
  max: number,
): Promise<ActOfDay[]> {
  const { rows } = await sql<{
    act_id: string;
    at: number;
    actor: string;
    passholder_id: string;
    first_name: string | null;
    kinds: PassholderEvent['kind'][];
    kansenstatuut_act: KansenstatuutAct | null;
  }>`
    select e.act_id, max(e.at) as at, max(e.actor) as actor, e.passholder_id, p.first_name,
      array_agg(e.kind order by e.n) as kinds,
      max(e.facts ->> 'act') filter (where e.kind = 'kansenstatuut-set') as kansenstatuut_act
    from passholder_event e
    join passholder p on p.region_id = e.region_id and p.passholder_id = e.passholder_id
    where e.region_id = ${regionId} and e.organisation_id = ${organisationId} and e.day = ${day} and e.kind <> 'taken-over'
    group by e.act_id, e.passholder_id, p.first_name
    order by at desc limit ${max}
  `.execute(db);
  return rows.map((row) => ({
    actId: row.act_id,
    at: row.at,
    actor: row.actor,
    passholderId: row.passholder_id,
    firstName: row.first_name,
    kinds: row.kinds,
    kansenstatuutAct: row.kansenstatuut_act,
  }));
}

export const listEntriesOfDay = (
  db: Db,
  regionId: number,
  organisationId: string,
  day: CivilDay,
  max: number,
): Promise<CashRow[]> =>
  db
    .selectFrom('cash_entry')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('organisation_id', '=', organisationId)
    .where('day', '=', day)
    .orderBy('at', 'desc')
    .limit(max)
    .execute();

/** What was paid for these acts, on whatever day of the till, and the corrections of it. */
export async function listEntriesOfActs(
  db: Db,
  regionId: number,
  actIds: readonly string[],
): Promise<CashRow[]> {
  if (actIds.length === 0) return [];
  const sales = await db
    .selectFrom('cash_entry')
    .selectAll()
    .where('region_id', '=', regionId)
    .where(sql<boolean>`act_id = any(${[...actIds]}::uuid[])`)
    .execute();
  const corrections = await db
    .selectFrom('cash_entry')
    .selectAll()
    .where('region_id', '=', regionId)
    .where(sql<boolean>`corrects = any(${sales.map(({ entry_id }) => entry_id)}::uuid[])`)
    .execute();
  return [...sales, ...corrections];
}

export type DeskScans = {
  readonly activity: string;
  readonly undone: boolean;
  readonly at: number;
  readonly count: number;
};

/** A desk writes its commands in the order in which they come: the newest ones are those of the last days. */
const COMMANDS_LOOKED_AT = 5_000;

/** Paper lists and undos of this desk, by activity. */
export async function listDeskScans(
  db: Db,
  regionId: number,
  organisationId: string,
  from: number,
  to: number,
): Promise<DeskScans[]> {
  const deviceId = await findDeskDevice(db, regionId, organisationId);
  if (deviceId === undefined) return [];
  const { rows } = await sql<{ title: string; taken_back: boolean; at: number; count: number }>`
    with newest as (
      select command_id, kind, received_at from command
      where region_id = ${regionId} and device_id = ${deviceId} order by seq desc limit ${COMMANDS_LOOKED_AT}
    )
    select a.title, n.kind = 'undo-check-in' as taken_back, max(n.received_at) as at, count(*) as count
    from newest n
    left join undo u on u.region_id = ${regionId} and u.command_id = n.command_id
    join visit v on v.region_id = ${regionId} and v.command_id = coalesce(u.target_id, n.command_id)
    join activity a on a.region_id = v.region_id and a.activity_id = v.activity_id
    where n.received_at >= ${from} and n.received_at < ${to}
    group by a.activity_id, a.title, taken_back
  `.execute(db);
  return rows.map(({ title, taken_back, at, count }) => ({ activity: title, undone: taken_back, at, count }));
}

export async function readTillBalance(
  db: Db,
  regionId: number,
  organisationId: string,
  account: string,
): Promise<number> {
  const row = await db
    .selectFrom('cash_posting')
    .select((eb) => eb.fn.sum<string>('cents').as('cents'))
    .where('region_id', '=', regionId)
    .where('organisation_id', '=', organisationId)
    .where('account', '=', account)
    .executeTakeFirst();
  return Number(row?.cents ?? 0);
}

export async function findLastEntryDay(
  db: Db,
  regionId: number,
  organisationId: string,
): Promise<CivilDay | undefined> {
  const row = await db
    .selectFrom('cash_entry')
    .select('day')
    .where('region_id', '=', regionId)
    .where('organisation_id', '=', organisationId)
    .orderBy('day', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.day;
}

/** Before `today`, with something paid and not closed. */
export async function findFirstUnclosedDay(
  db: Db,
  regionId: number,
  organisationId: string,
  today: CivilDay,
): Promise<CivilDay | undefined> {
  const closedThrough = await findClosedThrough(db, regionId, organisationId);
  const row = await db
    .selectFrom('cash_entry')
    .select('day')
    .where('region_id', '=', regionId)
    .where('organisation_id', '=', organisationId)
    .where('day', '<', today)
    .$if(closedThrough !== undefined, (query) => query.where('day', '>', closedThrough ?? today))
    .orderBy('day')
    .limit(1)
    .executeTakeFirst();
  return row?.day;
}

export type KeptClose = {
  readonly day: CivilDay;
  readonly at: number;
  readonly actor: string;
  readonly expectedCents: number;
  readonly countedCents: number;
  readonly keptCents: number;
  readonly why: string;
};

export async function findClose(
  db: Db,
  regionId: number,
  organisationId: string,
  day: CivilDay,
): Promise<KeptClose | null> {
  const row = await db
    .selectFrom('cash_close')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('organisation_id', '=', organisationId)
    .where('day', '=', day)
    .executeTakeFirst();
  return row ? keptCloseOf(row) : null;
}

const keptCloseOf = (row: Selectable<Database['cash_close']>): KeptClose => ({
  ...{ day: row.day, at: row.at, actor: row.actor, why: row.why },
  ...{ expectedCents: row.expected_cents, countedCents: row.counted_cents, keptCents: row.kept_cents },
});

export async function findKeptClose(
  db: Db,
  regionId: number,
  closeId: string,
): Promise<(KeptClose & { readonly requestDigest: Uint8Array }) | undefined> {
  const row = await db
    .selectFrom('cash_close')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('close_id', '=', closeId)
    .executeTakeFirst();
  return row && { ...keptCloseOf(row), requestDigest: row.request_digest };
}

export async function insertClose(
  db: Db,
  regionId: number,
  close: KeptClose & {
    readonly organisationId: string;
    readonly closeId: string;
    readonly requestDigest: Uint8Array;
    readonly entryId: string | null;
  },
): Promise<void> {
  await db
    .insertInto('cash_close')
    .values({
      region_id: regionId,
      organisation_id: close.organisationId,
      day: close.day,
      close_id: close.closeId,
      request_digest: close.requestDigest,
      entry_id: close.entryId,
      expected_cents: close.expectedCents,
      counted_cents: close.countedCents,
      kept_cents: close.keptCents,
      why: close.why,
      at: close.at,
      actor: close.actor,
    })
    .execute();
}

/** As it was written down, and whether something corrects it. */
export async function readEntry(
  db: Db,
  regionId: number,
  entryId: string,
): Promise<{ entry: Entry; corrected: boolean }> {
  const postings = await db
    .selectFrom('cash_posting')
    .select(['account', 'cents'])
    .where('region_id', '=', regionId)
    .where('entry_id', '=', entryId)
    .orderBy('line')
    .execute();
  const correction = await db
    .selectFrom('cash_entry')
    .select('entry_id')
    .where('region_id', '=', regionId)
    .where('corrects', '=', entryId)
    .executeTakeFirst();
  return {
    entry: centsEntry(
      entryId,
      postings.map(({ account, cents }) => [account, cents]),
    ),
    corrected: correction !== undefined,
  };
}
