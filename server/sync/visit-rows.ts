// Visits in their groups: one card at one activity in one period.
import { sql, type Kysely } from 'kysely';
import type { Database } from '#server/db/tables.ts';
import type { NoteCode } from '#domain/checkins/decide-check-in.ts';
import type { GroupKey, GroupVisit, RuledVisit } from '#domain/sync/rule-batch.ts';
import type { Because, Outcome, RulingCode } from '#domain/sync/ruling.ts';
import { plain } from '../db/array-parameter.ts';

type Trx = Kysely<Database>;

type VisitRow = {
  command_id: string;
  activity_id: string;
  account_id: string;
  period_key: string;
  at: number;
  slot: number | null;
  device_id: string;
  issuer_id: string;
  points: number;
  note: NoteCode | null;
  undone: boolean;
  uitpas_number: string | null;
  seq: number;
  n: number;
  outcome: Outcome;
  code: RulingCode | null;
  because: Because | null;
  ruled_points: number;
};

const visitColumns = sql`
  v.command_id, v.activity_id, v.account_id, v.period_key, v.at, v.slot, v.device_id, v.issuer_id, v.points, v.note,
  v.undone, v.uitpas_number, r.seq, r.n, r.outcome, r.code, r.because, r.points as ruled_points
`;

const latestRuling = sql`
  join lateral (
    select * from ruling r where r.region_id = v.region_id and r.command_id = v.command_id order by r.n desc limit 1
  ) r on true
`;

export async function visitsById(
  trx: Trx,
  regionId: number,
  commandIds: readonly string[],
): Promise<GroupVisit[]> {
  if (commandIds.length === 0) return [];
  const { rows } = await sql<VisitRow>`
    select ${visitColumns} from visit v ${latestRuling}
    where v.region_id = ${regionId} and v.command_id = any(${plain(commandIds)}::uuid[])
  `.execute(trx);
  return rows.map(visitOf);
}

export async function groups(trx: Trx, regionId: number, keys: readonly GroupKey[]): Promise<GroupVisit[]> {
  const { rows } = await sql<VisitRow>`
    select ${visitColumns}
    from (
      select distinct * from unnest(${plain(keys.map((k) => k.activityId))}::uuid[], ${plain(keys.map((k) => k.accountId))}::uuid[], ${plain(keys.map((k) => k.periodKey))}::text[])
        as k (activity_id, account_id, period_key)
    ) k
    join visit v on v.region_id = ${regionId} and v.activity_id = k.activity_id and v.account_id = k.account_id and v.period_key = k.period_key
    ${latestRuling}
  `.execute(trx);
  return rows.map(visitOf);
}

const visitOf = (row: VisitRow): GroupVisit => ({
  commandId: row.command_id,
  activityId: row.activity_id,
  accountId: row.account_id,
  periodKey: row.period_key,
  at: row.at,
  slot: row.slot,
  deviceId: row.device_id,
  seq: row.seq,
  issuerId: row.issuer_id,
  points: row.points,
  note: row.note,
  number: row.uitpas_number,
  undone: row.undone,
  n: row.n,
  ruled: {
    outcome: row.outcome,
    ...(row.code && { code: row.code }),
    ...(row.because && { because: row.because }),
    points: row.ruled_points,
  },
});

export async function saveVisits(trx: Trx, regionId: number, visits: readonly RuledVisit[]): Promise<void> {
  const moved = visits.filter((visit) => !visit.fresh);
  const fresh = visits.filter((visit) => visit.fresh);
  if (moved.length > 0) {
    // One statement: slots may change hands, the constraint is checked at its end.
    await sql`
      update visit v set slot = m.slot, undone = m.undone, tx = pg_current_xact_id()
      from unnest(${plain(moved.map((v) => v.commandId))}::uuid[], ${plain(moved.map((v) => v.slot))}::int[], ${plain(moved.map((v) => v.undone))}::bool[])
        as m (command_id, slot, undone)
      where v.region_id = ${regionId} and v.command_id = m.command_id
    `.execute(trx);
  }
  if (fresh.length > 0) {
    await sql`
      insert into visit (region_id, command_id, activity_id, account_id, period_key, at, slot, device_id, issuer_id, points, note, undone, uitpas_number)
      select ${regionId}, * from unnest(
        ${plain(fresh.map((v) => v.commandId))}::uuid[], ${plain(fresh.map((v) => v.activityId))}::uuid[], ${plain(fresh.map((v) => v.accountId))}::uuid[],
        ${plain(fresh.map((v) => v.periodKey))}::text[], ${plain(fresh.map((v) => v.at))}::bigint[], ${plain(fresh.map((v) => v.slot))}::int[],
        ${plain(fresh.map((v) => v.deviceId))}::uuid[], ${plain(fresh.map((v) => v.issuerId))}::uuid[], ${plain(fresh.map((v) => v.points))}::int[],
        ${plain(fresh.map((v) => v.note))}::text[], ${plain(fresh.map((v) => v.undone))}::bool[], ${plain(fresh.map((v) => v.number))}::text[]
      )
    `.execute(trx);
  }
}
