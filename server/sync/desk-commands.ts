// A desk's commands, made on the server itself: the same envelope, chain and batch as a phone's, without a signature.
import type { Context } from '#server/context.ts';
import type { DeskCommand, DeskRuling, SubmitDeskCommands } from '#server/checkins/desk-command.ts';
import { sha256 } from '#server/devices/device-signatures.ts';
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
import { contextOf, eventsOf } from './ingest.ts';
import { postgresSyncDatabase } from './postgres-sync-database.ts';
import { processBatch } from './process-batch.ts';

type ChainEnd = { readonly deviceId: string; readonly ackedSeq: number; readonly ackedHash: Uint8Array };

export function createDeskSubmission({
  db,
  keys,
  ids,
}: Pick<Context, 'db' | 'keys' | 'ids'>): SubmitDeskCommands {
  return async ({ regionId, deviceId }, commands, receivedAt) => {
    const { slug } = await db
      .selectFrom('region')
      .select('slug')
      .where('region_id', '=', regionId)
      .executeTakeFirstOrThrow();
    return postgresSyncDatabase(db).transaction(regionId, async ({ store, announce }) => {
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
        const run = composeRun(device, fresh, receivedAt, () => ids.bytes(SALT_BYTES));
        const request = { regionId, regionSlug: slug, deviceId, runs: [run], headSeq: 0, receivedAt };
        const context = contextOf({ fingerprint: keys.fingerprint[0].bytes }, request);
        const result = await processBatch(store, device, [run], 0, context);
        await announce(eventsOf(regionId, result));
        rulings.push(...result.rulings);
      }
      const byId = new Map(rulings.map((ruling) => [ruling.commandId, ruling]));
      return commands.map(({ id }) => must(byId.get(id), 'a ruling for each command'));
    });
  };
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
