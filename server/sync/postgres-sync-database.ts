// SyncDatabase on PostgreSQL: the transaction around a batch with its retries, who the device is, what it still owes.
import { tokenHash } from '#server/devices/device-token.ts';
import { sql, type Kysely, type Transaction } from 'kysely';
import { limits } from '#domain/kernel/limits.ts';
import type { Database } from '#server/db/tables.ts';
import { publish } from '#server/events.ts';
import { readFeed } from './feed.ts';
import { batchStoreIn } from './postgres-batch-store.ts';
import {
  databaseCodeOf,
  type HeadAndHeld,
  type KnownDevice,
  type SyncDatabase,
  type SyncNote,
  type SyncTransaction,
} from './sync-database.ts';

type Trx = Transaction<Database>;

export const postgresSyncDatabase = (db: Kysely<Database>): SyncDatabase<Trx> => ({
  findDevice: (region, deviceId) => findDevice(db, region, deviceId),
  transaction: (regionId, work) => transaction(db, regionId, work),
  noteSync,
  headAndHeld: (regionId, deviceId, seq) => headAndHeld(db, regionId, deviceId, seq),
  readFeed: (regionId, question) => readFeed(db, regionId, question),
});

const ATTEMPTS_MAX = 5;
/** Serialization failure, deadlock. */
const RETRY_CODES = new Set(['40001', '40P01']);

async function transaction<T>(
  db: Kysely<Database>,
  regionId: number,
  work: (parts: SyncTransaction<Trx>) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute((trx) =>
        work({
          trx,
          store: batchStoreIn(trx, regionId),
          announce: (events) => publish(trx, ...events),
        }),
      );
    } catch (error) {
      if (attempt >= ATTEMPTS_MAX || !RETRY_CODES.has(databaseCodeOf(error))) throw error;
    }
  }
}

async function findDevice(
  db: Kysely<Database>,
  region: string,
  deviceId: string,
): Promise<KnownDevice | undefined> {
  const row = await db
    .selectFrom('device')
    .innerJoin('region', 'region.region_id', 'device.region_id')
    .select(['device.region_id', 'device.public_key', 'device.state', 'device.token_expires_at'])
    .where('region.slug', '=', region)
    .where('device.device_id', '=', deviceId)
    .executeTakeFirst();
  return (
    row && {
      regionId: row.region_id,
      publicKey: row.public_key,
      state: row.state,
      tokenExpiresAt: row.token_expires_at,
    }
  );
}

async function noteSync(
  trx: Trx,
  regionId: number,
  { request, syncNo, token, now }: SyncNote,
): Promise<void> {
  await trx
    .updateTable('device')
    .set({
      request_no: request.requestNo,
      sync_no: syncNo,
      last_seen_at: now,
      app_version: request.report.appVersion,
      platform: request.report.platform,
      report: JSON.stringify(request.report),
      ...(token && { token_hash: tokenHash(token.value), token_expires_at: token.expiresAt }),
    })
    .where('region_id', '=', regionId)
    .where('device_id', '=', request.device)
    .execute();
  await sql`
    insert into device_sync (region_id, device_id, sync_no, server_time) values (${regionId}, ${request.device}, ${syncNo}, ${now})
  `.execute(trx);
}

/** A full page ends with the last command on it. */
const lookedUntil = (headSeq: number, heldSeqs: readonly number[]): number =>
  heldSeqs.length < limits.heldPageMax ? headSeq : (heldSeqs[heldSeqs.length - 1] ?? headSeq);

async function headAndHeld(
  db: Kysely<Database>,
  regionId: number,
  deviceId: string,
  seq: number,
): Promise<HeadAndHeld> {
  const row = await db
    .selectFrom('device')
    .select('head_seq')
    .where('region_id', '=', regionId)
    .where('device_id', '=', deviceId)
    .executeTakeFirst();
  const headSeq = row?.head_seq ?? 0;
  if (headSeq <= seq) return { headSeq, heldSeqs: [] };
  const held = await db
    .selectFrom('command')
    .select('seq')
    .where('region_id', '=', regionId)
    .where('device_id', '=', deviceId)
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(limits.heldPageMax)
    .execute();
  const heldSeqs = held.map((command) => command.seq);
  return { headSeq: lookedUntil(headSeq, heldSeqs), heldSeqs };
}
