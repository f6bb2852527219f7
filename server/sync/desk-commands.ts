// A desk's commands, made on the server itself: the same envelope, chain and batch as a phone's, without a signature.
import type { Transaction } from 'kysely';
import type { Context } from '#server/context.ts';
import type {
  DeskCommand,
  DeskLedger,
  DeskRuling,
  SubmitDeskCommands,
} from '#server/checkins/desk-command.ts';
import type { Database } from '#server/db/tables.ts';
import { sha256 } from '#server/devices/device-signatures.ts';
import { publish } from '#server/events.ts';
import { must } from '#domain/kernel/assert.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';
import {
  chainHash,
  payloadDigest,
  RULES_VERSION,
  SALT_BYTES,
  type Envelope,
  type WireCommand,
} from '#domain/sync/command.ts';
import type { Run } from '#domain/sync/exchange.ts';
import { foreseeCheckIns } from './foresee-check-ins.ts';
import { checkRun } from './incoming-command.ts';
import { contextOf, eventsOf } from './ingest.ts';
import { batchStoreIn } from './postgres-batch-store.ts';
import { postgresSyncDatabase } from './postgres-sync-database.ts';
import { processBatch, type BatchContext } from './process-batch.ts';
import type { SyncTransaction } from './sync-database.ts';

type Parts = Pick<Context, 'keys' | 'ids'>;
type Desk = Parameters<SubmitDeskCommands>[0];
type ChainEnd = { readonly deviceId: string; readonly ackedSeq: number; readonly ackedHash: Uint8Array };

export function createDeskSubmission({
  db,
  ...parts
}: Pick<Context, 'db' | 'keys' | 'ids'>): SubmitDeskCommands {
  return (desk, commands, receivedAt) =>
    postgresSyncDatabase(db).transaction(desk.regionId, (inside) =>
      submit(parts, inside, desk, commands, receivedAt),
    );
}

export const createDeskLedger = (parts: Parts): DeskLedger => ({
  submitIn: (trx, desk, commands, receivedAt) =>
    submit(parts, insideOf(trx, desk.regionId), desk, commands, receivedAt),
  async foreseeIn(trx, desk, commands, at) {
    const { store } = insideOf(trx, desk.regionId);
    const device = must(await store.lockDevice(desk.deviceId), 'device of the desk');
    const context = await rulingContextOf(parts, trx, desk, at);
    const run = composeRun(device, commands, at, () => parts.ids.bytes(SALT_BYTES));
    return foreseeCheckIns(store, device, checkRun(device, run, context).commands, context);
  },
});

const insideOf = (trx: Transaction<Database>, regionId: number): SyncTransaction<Transaction<Database>> => ({
  trx,
  store: batchStoreIn(trx, regionId),
  announce: (events) => publish(trx, ...events),
});

async function submit(
  parts: Parts,
  { trx, store, announce }: SyncTransaction<Transaction<Database>>,
  desk: Desk,
  commands: readonly DeskCommand[],
  receivedAt: number,
): Promise<DeskRuling[]> {
  const { deviceId, regionId } = desk;
  const device = must(await store.lockDevice(deviceId), 'device of the desk');
  const here = await store.storedMarks(
    deviceId,
    commands.map(({ id }) => id),
    [],
  );
  const seen = new Set(here.map(({ id }) => id));
  const fresh = commands.filter(({ id }) => !seen.has(id));
  const rulings: DeskRuling[] = await store.latestRulings(
    deviceId,
    here.filter((mark) => mark.device === deviceId).map(({ seq }) => seq),
  );
  if (fresh.length > 0) {
    const run = composeRun(device, fresh, receivedAt, () => parts.ids.bytes(SALT_BYTES));
    const context = await rulingContextOf(parts, trx, desk, receivedAt);
    const result = await processBatch(store, device, [run], 0, context);
    await announce(eventsOf(regionId, result));
    rulings.push(...result.rulings);
  }
  const byId = new Map(rulings.map((ruling) => [ruling.commandId, ruling]));
  return commands.map(({ id }) => must(byId.get(id), 'a ruling for each command'));
}

async function rulingContextOf(
  { keys }: Parts,
  trx: Transaction<Database>,
  { regionId, deviceId }: Desk,
  receivedAt: number,
): Promise<BatchContext> {
  const { slug } = await trx
    .selectFrom('region')
    .select('slug')
    .where('region_id', '=', regionId)
    .executeTakeFirstOrThrow();
  const request = { regionId, regionSlug: slug, deviceId, runs: [], headSeq: 0, receivedAt };
  return contextOf({ fingerprint: keys.fingerprint[0].bytes }, request);
}

/** Commands that go on where the chain of the device ends. */
export function composeRun(
  { deviceId, ackedSeq, ackedHash }: ChainEnd,
  commands: readonly DeskCommand[],
  occurredAt: number,
  newSalt: () => Uint8Array,
): Run {
  let hash = ackedHash;
  const wires = commands.map(({ id, kind, payload }, index): WireCommand => {
    const envelope: Envelope = {
      id,
      kind,
      v: 1,
      device: deviceId,
      seq: ackedSeq + 1 + index,
      session: 'desk',
      occurredAt,
      monoMs: 0,
      anchor: null,
      activityVersion: null,
      rosterVersion: null,
      rulesVersion: RULES_VERSION,
      verdictShown: null,
    };
    const texts = [JSON.stringify(envelope), JSON.stringify(payload)] as const;
    const salt = newSalt();
    hash = chainHash(sha256, hash, texts[0], payloadDigest(sha256, salt, texts[1]));
    return [...texts, toBase64url(salt)];
  });
  return { fromSeq: ackedSeq + 1, prevHash: toBase64url(ackedHash), commands: wires, signature: '' };
}
