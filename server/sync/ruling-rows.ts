// Rulings, and the undos that wait for one.
import { sql, type Kysely } from 'kysely';
import type { Database } from '#server/db/tables.ts';
import type { Outcome } from '#domain/sync/ruling.ts';
import { plain } from '../db/array-parameter.ts';
import type { NewRuling, Standing, StoredRuling, UndoRow, WaitingUndo } from './batch-store.ts';

type Trx = Kysely<Database>;

export async function insertRulings(
  trx: Trx,
  regionId: number,
  rulings: readonly NewRuling[],
  ruledAt: number,
): Promise<void> {
  if (rulings.length === 0) return;
  await sql`
    insert into ruling (region_id, command_id, n, device_id, seq, outcome, code, because, points, ruled_at)
    select ${regionId}, id, n, device, seq, outcome, code, because::jsonb, points, ${ruledAt}
    from unnest(
      ${plain(rulings.map((r) => r.commandId))}::uuid[], ${plain(rulings.map((r) => r.n))}::int[], ${plain(rulings.map((r) => r.deviceId))}::uuid[],
      ${plain(rulings.map((r) => r.seq))}::int[], ${plain(rulings.map((r) => r.judgement.outcome))}::text[], ${plain(rulings.map((r) => r.judgement.code ?? null))}::text[],
      ${rulings.map((r) => (r.judgement.because ? JSON.stringify(r.judgement.because) : null))}::text[], ${plain(rulings.map((r) => r.judgement.points))}::int[]
    ) as r (id, n, device, seq, outcome, code, because, points)
  `.execute(trx);
}

export async function latestRulings(
  trx: Trx,
  regionId: number,
  deviceId: string,
  seqs: readonly number[],
): Promise<StoredRuling[]> {
  const { rows } = await sql<StoredRuling>`
    select distinct on (r.command_id) r.command_id as "commandId", r.seq, r.n, r.outcome, r.code, r.because, r.points, r.ruled_at as "ruledAt"
    from command c join ruling r on r.region_id = c.region_id and r.command_id = c.command_id
    where c.region_id = ${regionId} and c.device_id = ${deviceId} and c.seq = any(${plain(seqs)}::int[])
    order by r.command_id, r.n desc
  `.execute(trx);
  return rows;
}

export async function knownCommands(
  trx: Trx,
  regionId: number,
  ids: readonly string[],
): Promise<Map<string, Standing>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<Standing & { command_id: string }>`
    select distinct on (command_id) command_id, outcome, code from ruling
    where region_id = ${regionId} and command_id = any(${plain(ids)}::uuid[])
    order by command_id, n desc
  `.execute(trx);
  return new Map(rows.map(({ command_id, outcome, code }) => [command_id, { outcome, code }]));
}

export async function insertUndos(trx: Trx, regionId: number, undos: readonly UndoRow[]): Promise<void> {
  if (undos.length === 0) return;
  await sql`
    insert into undo (region_id, command_id, target_id, at, device_id)
    select ${regionId}, * from unnest(${plain(undos.map((u) => u.commandId))}::uuid[], ${plain(undos.map((u) => u.targetId))}::uuid[],
      ${plain(undos.map((u) => u.at))}::bigint[], ${plain(undos.map((u) => u.deviceId))}::uuid[])
  `.execute(trx);
}

export async function undosOf(
  trx: Trx,
  regionId: number,
  targetIds: readonly string[],
  outcome: Outcome,
): Promise<WaitingUndo[]> {
  if (targetIds.length === 0) return [];
  const { rows } = await sql<{
    command_id: string;
    target_id: string;
    at: number;
    device_id: string;
    seq: number;
    n: number;
    kind: string;
    organisation_id: string;
  }>`
    select u.command_id, u.target_id, u.at, u.device_id, r.seq, r.n, d.kind, d.organisation_id
    from undo u
    join device d on d.region_id = u.region_id and d.device_id = u.device_id
    join lateral (
      select * from ruling r where r.region_id = u.region_id and r.command_id = u.command_id order by r.n desc limit 1
    ) r on true
    where u.region_id = ${regionId} and u.target_id = any(${plain(targetIds)}::uuid[]) and r.outcome = ${outcome}
  `.execute(trx);
  return rows.map((row) => ({
    commandId: row.command_id,
    targetId: row.target_id,
    at: row.at,
    deviceId: row.device_id,
    seq: row.seq,
    n: row.n,
    byDesk: row.kind === 'desk',
    organisationId: row.organisation_id,
  }));
}
