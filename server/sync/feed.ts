// What changed since a phone's cursor: rulings that were followed, visits on other phones, activities, device names.
// The cursor names finished transactions (xid8), so a row that commits late is never passed over; after a restored
// backup the region's feed epoch differs and everything of the current periods comes again (it is idempotent).
// Then first rulings come too: a copy of a request that came late may have been ruled anew, and nobody heard it.
import { createHash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import * as z from 'zod/mini';
import type { Database } from '#server/db/tables.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { VisitItem } from '#domain/sync/exchange.ts';
import type { StoredRuling } from './batch-store.ts';
import type { Feed, FeedQuestion } from './sync-database.ts';

/** The first row not told yet: a transaction, and its place there when that one alone is more than an answer holds. */
type Place = { readonly tx: string; readonly id: string };
/** `anew`: of a time before a restored backup, until everything was told again. */
type Cursor = {
  readonly epoch: string;
  readonly since: Place;
  readonly facts: string;
  readonly anew: boolean;
};

const ANEW = 'anew';
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

export async function readFeed(
  db: Kysely<Database>,
  regionId: number,
  { deviceId, activityIds, cursor: cursorText, ...given }: FeedQuestion,
): Promise<Feed> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      const { epoch, upto } = await readMark(trx, regionId);
      const cursor = parseCursor(cursorText, epoch);
      const rulings = await rulingsSince(trx, regionId, deviceId, cursor, upto, given.now);
      const periodKeys = given.policies.flatMap((policy) =>
        policy.periods.map((period) => [policy.activityId, period.key] as const),
      );
      const visits = await visitsSince(trx, regionId, deviceId, periodKeys, cursor.since, upto);
      // When there is more than one answer holds, the cursor stays before the first row that did not fit.
      const cut = [rulings, visits].flatMap((rows) => {
        const first = rows[limits.feedItemsMax];
        return first ? [{ tx: first.tx, id: first.commandId }] : [];
      });
      const until = cut.reduce((least, place) => (isBefore(place, least) ? place : least), {
        tx: upto,
        id: FIRST_ID,
      });
      const within = ({ tx, commandId }: { tx: string; commandId: string }): boolean =>
        isBefore({ tx, id: commandId }, until);

      const names = await readNames(trx, regionId, deviceId, activityIds);
      const facts = digest({ policies: given.policies, names });
      return {
        rulings: rulings.filter(within),
        changes: {
          ...(facts !== cursor.facts && {
            activities: [...given.policies],
            devices: names.devices,
            deviceName: names.own,
          }),
          ...visitChanges(visits.filter(within), given.fingerprint),
        },
        cursor: cursorOf({ epoch, since: until, facts, anew: cursor.anew && cut.length > 0 }),
        more: cut.length > 0,
      };
    });
}

function parseCursor(text: string | null, epoch: string): Cursor {
  const [had = '', tx = '', facts = '', id = FIRST_ID, anew = ''] = (text ?? '').split('.');
  const isOurs = had === epoch && /^\d{1,20}$/.test(tx) && z.safeParse(z.guid(), id).success;
  return isOurs
    ? { epoch, since: { tx, id: id.toLowerCase() }, facts, anew: anew === ANEW }
    : { epoch, since: { tx: '0', id: FIRST_ID }, facts: '', anew: text !== null };
}

function cursorOf({ epoch, since: { tx, id }, facts, anew }: Cursor): string {
  if (anew) return [epoch, tx, facts, id, ANEW].join('.');
  return [epoch, tx, facts, ...(id === FIRST_ID ? [] : [id])].join('.');
}

const isBefore = (a: Place, b: Place): boolean => (a.tx === b.tx ? a.id < b.id : BigInt(a.tx) < BigInt(b.tx));

async function readMark(trx: Kysely<Database>, regionId: number): Promise<{ epoch: string; upto: string }> {
  const { rows } = await sql<{ epoch: string; upto: string }>`
    select feed_epoch as epoch, pg_snapshot_xmin(pg_current_snapshot())::text as upto from region where region_id = ${regionId}
  `.execute(trx);
  const [row] = rows;
  if (!row) throw new Error(`region ${regionId} does not exist`);
  return row;
}

/** Rulings that a later fact followed up; first rulings travel with the receipt of their command. */
async function rulingsSince(
  trx: Kysely<Database>,
  regionId: number,
  deviceId: string,
  { since, anew }: Cursor,
  upto: string,
  now: Instant,
): Promise<(StoredRuling & { tx: string })[]> {
  // Only rulings that followed are found by their device: the others by its commands.
  const ofDevice = anew
    ? sql`command c join ruling r on r.region_id = c.region_id and r.command_id = c.command_id
        where c.region_id = ${regionId} and c.device_id = ${deviceId}`
    : sql`ruling r where r.region_id = ${regionId} and r.device_id = ${deviceId} and r.n > 1`;
  const { rows } = await sql<StoredRuling & { tx: string }>`
    select r.command_id as "commandId", r.seq, r.n, r.outcome, r.code, r.because, r.points, r.ruled_at as "ruledAt", r.tx::text as tx
    from ${ofDevice}
      and ${notTold(sql.ref('r'), since)} and r.tx < ${upto}::text::xid8
      and r.ruled_at > ${now - limits.settledKeptMs}
    order by r.tx, r.command_id, r.n limit ${limits.feedItemsMax + 1}
  `.execute(trx);
  return rows;
}

/** By `tx` first, so that the index finds them. */
const notTold = (table: ReturnType<typeof sql.ref>, { tx, id }: Place) =>
  sql`${table}.tx >= ${tx}::text::xid8 and (${table}.tx > ${tx}::text::xid8 or ${table}.command_id >= ${id}::uuid)`;

type VisitRow = {
  activity_id: string;
  uitpas_number: string;
  at: number;
  device_id: string;
  commandId: string;
  counts: boolean;
  tx: string;
};

async function visitsSince(
  trx: Kysely<Database>,
  regionId: number,
  deviceId: string,
  periodKeys: readonly (readonly [string, string])[],
  since: Place,
  upto: string,
): Promise<VisitRow[]> {
  if (periodKeys.length === 0) return [];
  const { rows } = await sql<VisitRow>`
    select v.activity_id, v.uitpas_number, v.at, v.device_id, v.command_id as "commandId", v.slot is not null as counts, v.tx::text as tx
    from unnest(${periodKeys.map(([id]) => id)}::uuid[], ${periodKeys.map(([, key]) => key)}::text[]) as k (activity_id, period_key)
    cross join lateral (
      select * from visit
      where region_id = ${regionId} and activity_id = k.activity_id and ${notTold(sql.ref('visit'), since)} and tx < ${upto}::text::xid8
        and period_key = k.period_key and device_id <> ${deviceId} and uitpas_number is not null
      order by tx, command_id limit ${limits.feedItemsMax + 1}
    ) v
    order by v.tx, v.command_id limit ${limits.feedItemsMax + 1}
  `.execute(trx);
  return rows;
}

function visitChanges(
  rows: readonly VisitRow[],
  fingerprint: (number: string) => string,
): Pick<Feed['changes'], 'visits'> {
  if (rows.length === 0) return {};
  const byActivity = new Map<string, VisitItem[]>();
  for (const row of rows) {
    const item: VisitItem = [
      fingerprint(row.uitpas_number),
      row.at,
      row.device_id,
      row.commandId,
      row.counts ? 1 : 0,
    ];
    const items = byActivity.get(row.activity_id);
    if (items) items.push(item);
    else byActivity.set(row.activity_id, [item]);
  }
  return { visits: [...byActivity].map(([activityId, items]) => ({ activityId, items })) };
}

/** Names of the phones at the same activities: "al gescand op Inkom 2". */
async function readNames(
  trx: Kysely<Database>,
  regionId: number,
  deviceId: string,
  activityIds: readonly string[],
): Promise<{ own: string; devices: { id: string; name: string }[] }> {
  const { rows } = await sql<{ id: string; name: string }>`
    select distinct d.device_id as id, d.name from device d
    left join device_activity a on a.region_id = d.region_id and a.device_id = d.device_id
    where d.region_id = ${regionId}
      and (d.device_id = ${deviceId} or a.activity_id = any(${activityIds}::uuid[])
        or (d.kind = 'desk' and d.organisation_id in (
          select organisation_id from activity where region_id = ${regionId} and activity_id = any(${activityIds}::uuid[]))))
    order by d.device_id
  `.execute(trx);
  return {
    own: rows.find(({ id }) => id === deviceId)?.name ?? '',
    devices: rows.filter(({ id }) => id !== deviceId),
  };
}

const digest = (facts: unknown): string =>
  createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 12);
