// What lies in a real PostgreSQL and in a real IndexedDB, in the shape in which the laws look at it.
import { sql, type Kysely } from 'kysely';
import type { Database } from '#server/db/tables.ts';
import type { Phone } from '../../src/lib/session/phone.ts';
import { PhoneDisk } from './phone-disk.ts';
import { placeOf, ServerTables, type RulingRow } from './server-tables.ts';

export async function photographServer(db: Kysely<Database>, into: ServerTables): Promise<void> {
  const photo = new ServerTables();
  for (const row of await db.selectFrom('device').selectAll().execute())
    photo.devices.set(row.device_id, {
      deviceId: row.device_id,
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
      enrolledActivityIds: [],
    });
  for (const row of await db.selectFrom('device_activity').selectAll().execute()) {
    const device = photo.devices.get(row.device_id);
    if (device)
      photo.devices.set(row.device_id, {
        ...device,
        enrolledActivityIds: [...device.enrolledActivityIds, row.activity_id],
      });
  }
  for (const row of await db.selectFrom('device_sync').selectAll().execute())
    photo.syncTimes.set(placeOf(row.device_id, row.sync_no), row.server_time);
  for (const row of await db.selectFrom('command').selectAll().orderBy('received_at').execute()) {
    photo.commands.set(row.command_id, { ...commandOf(row), kind: row.kind, digest: row.payload_digest });
    photo.commandIdsByPlace.set(placeOf(row.device_id, row.seq), row.command_id);
  }
  for (const row of await db.selectFrom('command_conflict').selectAll().execute())
    photo.conflicts.push({ ...commandOf(row), kind: '', digest: new Uint8Array() });
  for (const row of await db.selectFrom('ruling').selectAll().orderBy('n').execute()) {
    const ruling: RulingRow = {
      commandId: row.command_id,
      n: row.n,
      deviceId: row.device_id,
      seq: row.seq,
      ruledAt: row.ruled_at,
      tx: 0,
      judgement: {
        outcome: row.outcome,
        points: row.points,
        ...(row.code && { code: row.code }),
        ...(row.because && { because: row.because }),
      },
    };
    photo.rulings.set(row.command_id, [...(photo.rulings.get(row.command_id) ?? []), ruling]);
  }
  for (const row of await db.selectFrom('account').selectAll().execute())
    photo.accounts.set(row.account_id, { kind: row.kind, balance: row.balance });
  // In the order in which they were written.
  const postings = await sql<{
    command_id: string;
    n: number;
    line: number;
    account_id: string;
    unit: string;
    amount: number;
    corrects_n: number | null;
  }>`select * from posting order by xmin::text::bigint, posted_at, command_id, n, line`.execute(db);
  for (const row of postings.rows)
    photo.postings.push({
      commandId: row.command_id,
      n: row.n,
      line: row.line,
      accountId: row.account_id,
      unit: row.unit,
      amount: row.amount,
      correctsN: row.corrects_n,
    });
  const { tx } = into;
  into.restore(photo);
  into.tx = tx + 1;
}

/** Where the points of each card went, also of cards that no card system of the region knows. */
export async function accountsByNumber(db: Kysely<Database>): Promise<Map<string, string>> {
  const rows = await db.selectFrom('visit').select(['uitpas_number', 'account_id']).execute();
  return new Map(rows.flatMap((row) => (row.uitpas_number ? [[row.uitpas_number, row.account_id]] : [])));
}

type CommandColumns = {
  command_id: string;
  device_id: string;
  seq: number;
  hash: Buffer;
  envelope: string;
  payload: string | null;
  salt: Buffer | null;
  received_at: number;
};
const commandOf = (row: CommandColumns) => ({
  id: row.command_id,
  device: row.device_id,
  seq: row.seq,
  hash: row.hash,
  envelope: row.envelope,
  payload: row.payload ?? '',
  salt: row.salt ?? new Uint8Array(),
  receivedAt: row.received_at,
});

export async function photographPhone({ db }: Pick<Phone, 'db'>): Promise<PhoneDisk> {
  const disk = new PhoneDisk();
  for (const row of await db.outbox.toArray())
    disk.tables.outbox.set(JSON.stringify([row.device, row.seq]), row);
  for (const row of await db.scans.toArray()) disk.tables.scans.set(JSON.stringify(row.commandId), row);
  for (const row of await db.devices.toArray()) disk.tables.devices.set(JSON.stringify(row.id), row);
  return disk;
}
