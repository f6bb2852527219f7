import { sql, type Kysely } from 'kysely';
import type { SeqRange } from '#domain/sync/exchange.ts';
import { HELD_REASONS, type HeldDecision, type HeldReason } from '#domain/sync/held-decision.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

/** A command that waits for a person, as it was stored. */
export type HeldRow = {
  readonly deviceId: string;
  readonly deviceName: string;
  readonly deviceState: 'pending' | 'active' | 'refused' | 'revoked';
  readonly enrolledAt: number;
  readonly revokedAt: number | null;
  readonly organisationId: string;
  readonly organisationName: string;
  readonly nisCode: string | null;
  readonly seq: number;
  readonly kind: string;
  readonly reason: HeldReason;
  readonly envelope: string;
  readonly payload: string | null;
  readonly receivedAt: number;
};

/** Only a phone that was revoked or whose chain broke has any: the others are not even looked at. */
export async function listHeld(
  db: Db,
  regionId: number,
  of: { readonly organisationIds: readonly string[] } | { readonly deviceId: string },
  limit: number,
): Promise<HeldRow[]> {
  const among =
    'deviceId' in of
      ? sql`d.device_id = ${of.deviceId}`
      : sql`d.organisation_id = any(${of.organisationIds}::uuid[])`;
  const { rows } = await sql<HeldRow>`
    select d.device_id as "deviceId", d.name as "deviceName", d.state as "deviceState",
      coalesce(d.enrolled_at, d.requested_at) as "enrolledAt", d.revoked_at as "revokedAt",
      o.organisation_id as "organisationId", o.name as "organisationName", o.nis_code as "nisCode",
      c.seq, c.kind, r.code as reason, c.envelope, c.payload, c.received_at as "receivedAt"
    from device d
    join organisation o on o.region_id = d.region_id and o.organisation_id = d.organisation_id
    join command c on c.region_id = d.region_id and c.device_id = d.device_id
      and c.seq > least(d.revoked_after_seq, d.broken_at_seq - 1)
    join lateral (
      select r.outcome, r.code from ruling r where r.region_id = c.region_id and r.command_id = c.command_id
      order by r.n desc limit 1
    ) r on r.outcome = 'quarantined' and r.code = any(${[...HELD_REASONS]}::text[])
    where d.region_id = ${regionId} and ${among} and (d.state = 'revoked' or d.broken_at_seq is not null)
    order by d.name, d.device_id, c.seq limit ${limit}
  `.execute(db);
  return rows;
}

export type NamedAnchor = {
  readonly deviceId: string;
  readonly syncNo: number;
  readonly serverTime: number;
};
export const anchorKey = ({ deviceId, syncNo, serverTime }: NamedAnchor): string =>
  `${deviceId} ${syncNo} ${serverTime}`;

/** Of each answer that held commands name as their anchor: the newest remembered one no later than it, by `anchorKey`. */
export async function anchorTimesOf(
  db: Db,
  regionId: number,
  named: readonly NamedAnchor[],
): Promise<ReadonlyMap<string, number>> {
  const anchors = [...new Map(named.map((anchor) => [anchorKey(anchor), anchor])).values()];
  if (anchors.length === 0) return new Map();
  const { rows } = await sql<NamedAnchor & { remembered: number }>`
    select k.device as "deviceId", k.no as "syncNo", k.time as "serverTime", s.server_time as remembered
    from unnest(${anchors.map((a) => a.deviceId)}::uuid[], ${anchors.map((a) => a.syncNo)}::int[],
      ${anchors.map((a) => a.serverTime)}::bigint[]) as k (device, no, time)
    cross join lateral (
      select server_time from device_sync
      where region_id = ${regionId} and device_id = k.device and sync_no <= k.no and server_time <= k.time
      order by sync_no desc limit 1
    ) s
  `.execute(db);
  return new Map(rows.map((row) => [anchorKey(row), row.remembered]));
}

export async function activityTitles(
  db: Db,
  regionId: number,
  activityIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (activityIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('activity')
    .select(['activity_id', 'title'])
    .where('region_id', '=', regionId)
    .where('activity_id', 'in', activityIds)
    .execute();
  return new Map(rows.map((row) => [row.activity_id, row.title]));
}

export type StoredDecision = {
  readonly decisionId: string;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly organisationId: string;
  readonly nisCode: string | null;
  readonly reason: HeldReason;
  readonly seqs: readonly SeqRange[];
  readonly decision: HeldDecision;
  readonly why: string;
  readonly count: number;
  readonly counted: number;
  readonly decidedAt: number;
  readonly decidedBy: string;
  readonly reversedAt: number | null;
};

export async function listDecisions(
  db: Db,
  regionId: number,
  organisationIds: readonly string[],
  limit: number,
): Promise<StoredDecision[]> {
  return decisions(db, sql`d.organisation_id = any(${organisationIds}::uuid[])`, regionId, limit);
}

export async function findDecision(
  db: Db,
  regionId: number,
  decisionId: string,
): Promise<StoredDecision | undefined> {
  const [row] = await decisions(db, sql`q.decision_id = ${decisionId}`, regionId, 1);
  return row;
}

async function decisions(
  db: Db,
  where: ReturnType<typeof sql>,
  regionId: number,
  limit: number,
): Promise<StoredDecision[]> {
  const { rows } = await sql<StoredDecision>`
    select q.decision_id as "decisionId", q.device_id as "deviceId", d.name as "deviceName",
      d.organisation_id as "organisationId", o.nis_code as "nisCode", q.reason, q.seqs, q.decision, q.why, q.count, q.counted,
      q.decided_at as "decidedAt", coalesce(u.name, q.decided_by) as "decidedBy", q.reversed_at as "reversedAt"
    from quarantine_decision q
    join device d on d.region_id = q.region_id and d.device_id = q.device_id
    join organisation o on o.region_id = d.region_id and o.organisation_id = d.organisation_id
    left join auth_user u on q.decided_by = 'user:' || u.id
    where q.region_id = ${regionId} and ${where}
    order by q.decided_at desc, q.decision_id desc limit ${limit}
  `.execute(db);
  return rows;
}

export type NewDecision = Pick<
  StoredDecision,
  | 'decisionId'
  | 'deviceId'
  | 'reason'
  | 'seqs'
  | 'decision'
  | 'why'
  | 'count'
  | 'counted'
  | 'decidedAt'
  | 'decidedBy'
>;

export async function insertDecision(trx: Db, regionId: number, decision: NewDecision): Promise<void> {
  await trx
    .insertInto('quarantine_decision')
    .values({
      region_id: regionId,
      decision_id: decision.decisionId,
      device_id: decision.deviceId,
      reason: decision.reason,
      seqs: JSON.stringify(decision.seqs),
      decision: decision.decision,
      why: decision.why,
      count: decision.count,
      counted: decision.counted,
      decided_at: decision.decidedAt,
      decided_by: decision.decidedBy,
      reversed_at: null,
    })
    .execute();
}

export async function markReversed(
  trx: Db,
  regionId: number,
  decisionId: string,
  now: number,
): Promise<void> {
  await trx
    .updateTable('quarantine_decision')
    .set({ reversed_at: now })
    .where('region_id', '=', regionId)
    .where('decision_id', '=', decisionId)
    .where('reversed_at', 'is', null)
    .execute();
}

/** Visits that came of these commands and were not undone since. */
export async function standingVisits(
  db: Db,
  regionId: number,
  deviceId: string,
  seqs: readonly number[],
): Promise<string[]> {
  const { rows } = await sql<{ command_id: string }>`
    select v.command_id from command c
    join visit v on v.region_id = c.region_id and v.command_id = c.command_id and not v.undone
    where c.region_id = ${regionId} and c.device_id = ${deviceId} and c.seq = any(${seqs}::int[])
    order by c.seq
  `.execute(db);
  return rows.map((row) => row.command_id);
}
