// Commands in custody, and how far a device's chain reaches.
import { sql, type Kysely } from 'kysely';
import type { Database } from '#server/db/tables.ts';
import { assert } from '#domain/kernel/assert.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { Custody, HeldCommand, StoredMark } from '#domain/sync/custody.ts';
import { hex, plain, withoutNul } from '../db/array-parameter.ts';
import {
  anchorKey,
  type BatchDevice,
  type NamedAnchor,
  type NewCommand,
  type StoredCommand,
} from './batch-store.ts';

type Trx = Kysely<Database>;

export async function lockDevice(
  trx: Trx,
  regionId: number,
  deviceId: string,
): Promise<BatchDevice | undefined> {
  const row = await trx
    .selectFrom('device')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('device_id', '=', deviceId)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return undefined;
  const enrolled = await trx
    .selectFrom('device_activity')
    .select('activity_id')
    .where('region_id', '=', regionId)
    .where('device_id', '=', deviceId)
    .execute();
  return {
    deviceId,
    organisationId: row.organisation_id,
    kind: row.kind,
    state: row.state,
    publicKey: row.public_key,
    enrolledAt: row.enrolled_at ?? row.requested_at,
    revokedAfterSeq: row.revoked_after_seq,
    requestNo: row.request_no,
    syncNo: row.sync_no,
    headSeq: row.head_seq,
    ackedSeq: row.acked_seq,
    ackedHash: row.acked_hash,
    brokenAtSeq: row.broken_at_seq,
    enrolledActivityIds: enrolled.map(({ activity_id }) => activity_id),
  };
}

export async function storedMarks(
  trx: Trx,
  regionId: number,
  deviceId: string,
  ids: readonly string[],
  seqs: readonly number[],
): Promise<StoredMark[]> {
  if (ids.length === 0) return [];
  // One look in the index for each, whatever the planner believes of a table that just grew.
  const { rows } = await sql<StoredMark>`
    select c.command_id as id, c.seq, c.device_id as device, c.hash, c.received_at as "receivedAt"
    from unnest(${plain(ids)}::uuid[]) as k (id)
    cross join lateral (select * from command where region_id = ${regionId} and command_id = k.id offset 0) c
    union
    select c.command_id as id, c.seq, c.device_id as device, c.hash, c.received_at as "receivedAt"
    from unnest(${plain(seqs)}::int[]) as k (seq)
    cross join lateral (
      select * from command where region_id = ${regionId} and device_id = ${deviceId} and seq = k.seq offset 0
    ) c
  `.execute(trx);
  return rows;
}

export async function storedCommands(
  trx: Trx,
  regionId: number,
  deviceId: string,
  seqs: readonly number[],
): Promise<StoredCommand[]> {
  const { rows } = await sql<StoredCommand>`
    select command_id as id, device_id as device, seq, kind, hash, envelope, payload, salt, payload_digest as digest,
      received_at as "receivedAt"
    from command
    where region_id = ${regionId} and device_id = ${deviceId} and seq = any(${plain(seqs)}::int[]) order by seq
  `.execute(trx);
  return rows;
}

export async function heldBeyond(
  trx: Trx,
  regionId: number,
  deviceId: string,
  seq: number,
): Promise<HeldCommand[]> {
  const { rows } = await sql<HeldCommand>`
    select seq, hash, envelope, payload_digest as digest from command
    where region_id = ${regionId} and device_id = ${deviceId} and seq > ${seq} order by seq
    limit ${limits.heldPageMax}
  `.execute(trx);
  return rows;
}

export async function insertCommands(
  trx: Trx,
  regionId: number,
  commands: readonly NewCommand[],
  receivedAt: number,
): Promise<void> {
  const device = commands[0]?.device;
  if (device === undefined) return;
  assert(
    commands.every((command) => command.device === device),
    'a batch has one device',
  );
  await sql`
    insert into command (region_id, command_id, device_id, seq, kind, hash, envelope, payload, salt, payload_digest, received_at)
    select ${regionId}, id, ${device}, seq, kind, decode(hash, 'hex'), envelope, payload, decode(salt, 'hex'), decode(digest, 'hex'), ${receivedAt}
    from unnest(
      ${plain(commands.map((c) => c.id))}::uuid[], ${plain(commands.map((c) => c.seq))}::int[],
      ${commands.map((c) => c.kind)}::text[], ${plain(commands.map((c) => hex(c.hash)))}::text[], ${commands.map((c) => withoutNul(c.envelope))}::text[],
      ${commands.map((c) => withoutNul(c.payload))}::text[], ${plain(commands.map((c) => hex(c.salt)))}::text[], ${plain(commands.map((c) => hex(c.digest)))}::text[]
    ) as c (id, seq, kind, hash, envelope, payload, salt, digest)
  `.execute(trx);
}

export async function insertConflicts(
  trx: Trx,
  regionId: number,
  commands: readonly NewCommand[],
  receivedAt: number,
): Promise<void> {
  if (commands.length === 0) return;
  await sql`
    insert into command_conflict (region_id, command_id, device_id, seq, hash, envelope, payload, salt, received_at)
    select ${regionId}, id, device, seq, decode(hash, 'hex'), envelope, payload, decode(salt, 'hex'), ${receivedAt}
    from unnest(
      ${plain(commands.map((c) => c.id))}::uuid[], ${plain(commands.map((c) => c.device))}::uuid[],
      ${plain(commands.map((c) => c.seq))}::int[], ${plain(commands.map((c) => hex(c.hash)))}::text[],
      ${commands.map((c) => withoutNul(c.envelope))}::text[], ${commands.map((c) => withoutNul(c.payload))}::text[],
      ${plain(commands.map((c) => hex(c.salt)))}::text[]
    ) as c (id, device, seq, hash, envelope, payload, salt)
    on conflict (region_id, device_id, seq, hash) do nothing
  `.execute(trx);
}

export async function anchorTimes(
  trx: Trx,
  regionId: number,
  deviceId: string,
  anchors: readonly NamedAnchor[],
): Promise<Map<string, number>> {
  const { rows } = await sql<{ no: number; time: number; remembered: number }>`
    select k.no, k.time, s.server_time as remembered
    from unnest(${plain(anchors.map((a) => a.syncNo))}::int[], ${plain(anchors.map((a) => a.serverTime))}::bigint[]) as k (no, time)
    cross join lateral (
      select server_time from device_sync
      where region_id = ${regionId} and device_id = ${deviceId} and sync_no <= k.no and server_time <= k.time
      order by sync_no desc limit 1
    ) s
  `.execute(trx);
  return new Map(
    rows.map(({ no, time, remembered }) => [anchorKey({ syncNo: no, serverTime: time }), remembered]),
  );
}

export async function saveCustody(
  trx: Trx,
  regionId: number,
  deviceId: string,
  custody: Custody,
  headSeq: number,
): Promise<void> {
  await trx
    .updateTable('device')
    .set({
      acked_seq: custody.ackedSeq,
      acked_hash: Buffer.from(custody.ackedHash),
      broken_at_seq: custody.brokenAtSeq,
      head_seq: headSeq,
    })
    .where('region_id', '=', regionId)
    .where('device_id', '=', deviceId)
    .execute();
}
