// From runs to a committed batch: the transaction around processBatch, its retries, and the way around poison.
// Rule: a database error halves the batch until the poison stands alone; it never delays the others by more than a round.
import { createHmac } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '#server/db/tables.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import { fromBase64url, toBase64url, utf8 } from '#domain/kernel/bytes.ts';
import { planted } from '#domain/kernel/planted.ts';
import { chainHash, headText, payloadDigest } from '#domain/sync/command.ts';
import type { Run } from '#domain/sync/exchange.ts';
import type { BatchDevice } from './batch-store.ts';
import { isSignedBy, sha256 } from '#server/devices/device-signatures.ts';
import { postgresSyncDatabase } from './postgres-sync-database.ts';
import type { HashedRun } from './incoming-command.ts';
import { processBatch, type BatchContext, type BatchResult } from './process-batch.ts';
import { databaseCodeOf, type SyncDatabase, type SyncEvent, type SyncTransaction } from './sync-database.ts';

export type IngestKeys = { readonly fingerprint: Uint8Array };

/** `Trx`: what the storage calls a transaction. */
export type IngestRequest<Trx = Transaction<Database>> = {
  readonly regionId: number;
  readonly regionSlug: string;
  readonly deviceId: string;
  readonly runs: readonly Run[];
  /** Sequence number of the newest signed head, when its signature was good. */
  readonly headSeq: number;
  readonly receivedAt: Instant;
  /** The one command left is what the database will not have. */
  readonly poisoned?: boolean;
  /** Runs inside the transaction, with the device locked; may throw to refuse the request. */
  readonly admit?: (device: BatchDevice, trx: Trx) => Promise<void>;
};

/** One result for each transaction that was needed: normally one. */
export const ingest = (
  db: Kysely<Database>,
  keys: IngestKeys,
  request: IngestRequest,
): Promise<BatchResult[]> => ingestInto(postgresSyncDatabase(db), keys, request);

/** The same over any storage: the simulation has one in memory. */
export async function ingestInto<Trx>(
  database: SyncDatabase<Trx>,
  keys: IngestKeys,
  request: IngestRequest<Trx>,
): Promise<BatchResult[]> {
  try {
    return [await inTransaction(database, keys, request)];
  } catch (error) {
    if (!isDataError(error) || request.poisoned) throw error;
    const halves = halve(request.runs);
    if (!halves) return [await inTransaction(database, keys, { ...request, poisoned: true })];
    const results: BatchResult[] = [];
    for (const [index, runs] of halves.entries()) {
      if (planted('poison-delays-batch') && index > 0) break;
      // The request was admitted by the first half; the second must not look like a replay of it.
      const { admit, ...rest } = request;
      results.push(
        ...(await ingestInto(database, keys, { ...rest, ...(index === 0 && admit && { admit }), runs })),
      );
    }
    return results;
  }
}

function inTransaction<Trx>(
  database: SyncDatabase<Trx>,
  keys: IngestKeys,
  request: IngestRequest<Trx>,
): Promise<BatchResult> {
  const work = async ({ trx, store, announce }: SyncTransaction<Trx>): Promise<BatchResult> => {
    const device = await store.lockDevice(request.deviceId);
    if (!device) throw new UnknownDevice();
    await request.admit?.(device, trx);
    const result = await processBatch(store, device, request.runs, request.headSeq, contextOf(keys, request));
    await announce(eventsOf(request.regionId, result));
    return result;
  };
  if (planted('ack-before-commit'))
    return new Promise((answer, fail) => {
      const early = (parts: SyncTransaction<Trx>): Promise<void> => work(parts).then(answer);
      database.transaction(request.regionId, early).catch(fail);
    });
  return database.transaction(request.regionId, work);
}

export class UnknownDevice extends Error {
  override readonly name = 'UnknownDevice';
}

export const contextOf = (
  keys: IngestKeys,
  { receivedAt, regionSlug, poisoned = false }: IngestRequest<never>,
): BatchContext => ({
  receivedAt,
  poisoned,
  sha256,
  foreignAccountId: (number) => foreignAccountId(keys.fingerprint, regionSlug, number),
  provenCount: (run, device) => provenCount(run, device, regionSlug),
});

/** A UUID (version 8) under the region's key: the account keeps no trace of the number. */
function foreignAccountId(key: Uint8Array, region: string, number: string): string {
  const hex = createHmac('sha256', key).update(`foreign|${region}|${number}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The last signature covers the whole run; after `sendSignatures` each command brings its own. */
function provenCount(run: HashedRun, device: BatchDevice, region: string): number {
  const { publicKey } = device;
  if (!publicKey) return 0;
  const good = (index: number, signature: string | undefined): boolean => {
    const hash = run.hashes[index];
    if (!hash || !signature) return false;
    return isSignedBy(
      publicKey,
      headText(region, device.deviceId, run.fromSeq + index, toBase64url(hash)),
      signature,
    );
  };
  if (!run.signatures) return good(run.commands.length - 1, run.signature) ? run.commands.length : 0;
  const bad = run.commands.findIndex((_, index) => !good(index, run.signatures?.[index]));
  return bad < 0 ? run.commands.length : bad;
}

/** Whom an event stream wakes; the list of devices also when scans wait for a person. */
export function eventsOf(regionId: number, { device, rulings, ...touched }: BatchResult): SyncEvent[] {
  const { deviceId } = device;
  const held = rulings.some(({ outcome }) => outcome === 'quarantined');
  return [
    ...eventsOfTouched(regionId, touched),
    ...(held ? [{ regionId, topic: 'devices' as const, deviceId }] : []),
  ];
}

export const eventsOfTouched = (
  regionId: number,
  { touchedActivityIds, touchedDeviceIds }: Pick<BatchResult, 'touchedActivityIds' | 'touchedDeviceIds'>,
): SyncEvent[] => [
  ...touchedActivityIds.map((activityId) => ({ regionId, topic: 'check-ins' as const, activityId })),
  ...touchedDeviceIds.map((deviceId) => ({ regionId, topic: 'rulings' as const, deviceId })),
];

/** Something in the data that PostgreSQL will not have: class 22 (data) or 23 (constraint). */
const isDataError = (error: unknown): boolean => /^(22|23)/.test(databaseCodeOf(error));

/** Two requests of half the commands; undefined when there is one command left. A run that is cut needs the hash in between. */
function halve(runs: readonly Run[]): [Run[], Run[]] | undefined {
  const total = runs.reduce((sum, run) => sum + run.commands.length, 0);
  if (total < 2) return undefined;
  const first: Run[] = [];
  const second: Run[] = [];
  let room = Math.floor(total / 2);
  for (const run of runs) {
    if (room >= run.commands.length) first.push(run);
    else if (room <= 0) second.push(run);
    else {
      const [head, tail] = cut(run, room);
      first.push(head);
      second.push(tail);
    }
    room -= run.commands.length;
  }
  return [first, second];
}

/** Only a run with a signature for each command can be cut and still be proven; for others the whole was proven before. */
function cut(run: Run, count: number): [Run, Run] {
  let hash = fromBase64url(run.prevHash) ?? new Uint8Array();
  for (const [envelope, payload, salt] of run.commands.slice(0, count)) {
    hash = chainHash(sha256, hash, envelope, payloadDigest(sha256, fromBase64url(salt) ?? utf8(''), payload));
  }
  const parts = (from: number, to?: number): Partial<Run> =>
    run.signatures ? { signatures: run.signatures.slice(from, to) } : {};
  return [
    { ...run, ...parts(0, count), commands: run.commands.slice(0, count) },
    {
      ...run,
      ...parts(count),
      fromSeq: run.fromSeq + count,
      prevHash: toBase64url(hash),
      commands: run.commands.slice(count),
    },
  ];
}
