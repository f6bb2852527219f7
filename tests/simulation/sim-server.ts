// The server of a simulation: service, ingest and process-batch as they are, over tables that survive what a server
// dies of. Its fuse lets it die at any access to storage, and between the work and its commit.
import { createHmac } from 'node:crypto';
import { must } from '#domain/kernel/assert.ts';
import { concatBytes, toBase64url, utf8 } from '#domain/kernel/bytes.ts';
import { chainHash, GENESIS_HASH, payloadDigest, type CheckInPayload } from '#domain/sync/command.ts';
import type { PublicKey } from '#domain/sync/exchange.ts';
import type { BatchDevice } from '#server/sync/batch-store.ts';
import { sha256 } from '#server/devices/device-signatures.ts';
import { ingestInto } from '#server/sync/ingest.ts';
import { answerPhone, type AnswerContext } from '#server/sync/service.ts';
import type { SyncDatabase } from '#server/sync/sync-database.ts';
import type { RawAnswer, SignedMessage } from '../../src/lib/sync/transport.ts';
import type { Dice } from './dice.ts';
import type { ServerFacts } from './memory-batch-store.ts';
import { memorySyncDatabase } from './memory-sync-database.ts';
import { ServerTables } from './server-tables.ts';
import type { Town } from './town.ts';
import type { WorldClock } from './world-clock.ts';
import { newEcKeyPair } from '#server/ec-key-pair.ts';

export const REGION = 'westhoek';
const REGION_ID = 1;

class ServerDied extends Error {}

export class SimServer {
  readonly tables = new ServerTables();
  readonly publicKey: PublicKey;
  readonly fingerprintKey: Uint8Array<ArrayBuffer>;
  readonly names = new Map<string, string>();
  readonly facts: ServerFacts;
  readonly #database: SyncDatabase<ServerTables>;
  readonly #context: AnswerContext;
  readonly #clock: WorldClock;
  readonly #dice: Dice;
  #fuse: number | 'commit' | undefined;

  constructor(town: Town, clock: WorldClock, dice: Dice) {
    const signing = newEcKeyPair();
    const { x, y } = signing.jwk;
    this.publicKey = { kty: 'EC', crv: 'P-256', x, y };
    this.fingerprintKey = dice.bytes(32);
    this.#clock = clock;
    this.#dice = dice;
    this.facts = {
      card: (number, at) => town.card(number, at),
      numberOfChip: () => undefined,
      activity: (id, at) => town.activity(id, at),
    };
    this.#database = memorySyncDatabase({
      tables: this.tables,
      facts: this.facts,
      now: () => clock.now,
      tripwire: (access) => this.#burn(access),
      regionId: REGION_ID,
      regionSlug: REGION,
      names: this.names,
    });
    const silent = (): void => undefined;
    this.#context = {
      keys: {
        fingerprint: [{ id: 'f', bytes: this.fingerprintKey }],
        receiptSigning: [{ id: 's', privateKey: signing.privateKey, publicJwk: this.publicKey }],
        rescueSealing: [{ id: 'r', privateKey: signing.privateKey, publicJwk: this.publicKey }],
      },
      clock: { now: () => clock.now },
      ids: {
        newId: () => dice.uuid(),
        bytes: (count) => dice.bytes(count),
        token: () => toBase64url(dice.bytes(32)),
      },
      log: { error: silent, warn: silent, info: silent } as unknown as AnswerContext['log'], // what it says is for people
      rooms: {
        owingOf: async () => [],
        policiesOf: async (_region, ids, now) => town.policies(ids, now),
        rosterOfferOf: async (_region, _ids, now) => town.rosterOffer(now),
        fingerprinterOf: async () => town.fingerprintText,
      },
    };
  }

  /** Dies at the given access from now on, or when it is about to commit. */
  armFuse(accesses: number | 'commit' | undefined): void {
    this.#fuse = accesses;
  }

  async answer(message: SignedMessage): Promise<RawAnswer | undefined> {
    try {
      const result = await answerPhone(this.#context, this.#database, message.body, message.signature);
      if (result.ok) return { status: 200, text: result.value.body, signature: result.value.signature };
      return { status: result.error.status, text: result.error.code, signature: null };
    } catch (error) {
      if (error instanceof ServerDied) return undefined;
      throw error;
    }
  }

  enrol(
    device: Pick<BatchDevice, 'deviceId' | 'organisationId' | 'kind' | 'publicKey'>,
    name: string,
    activityIds: readonly string[],
  ): void {
    this.names.set(device.deviceId, name);
    this.tables.devices.set(device.deviceId, {
      ...device,
      state: 'active',
      enrolledAt: this.#clock.now,
      revokedAfterSeq: null,
      requestNo: 0,
      syncNo: 0,
      headSeq: 0,
      enrolledActivityIds: activityIds,
      ackedSeq: 0,
      ackedHash: GENESIS_HASH,
      brokenAtSeq: null,
    });
  }

  /** What was received before stays as it was ruled; what comes later is put aside. */
  revoke(deviceId: string): void {
    const device = must(this.tables.devices.get(deviceId), 'device');
    if (device.state === 'revoked') return;
    const received = [...this.tables.commands.values()].filter((command) => command.device === deviceId);
    const revokedAfterSeq = Math.max(0, ...received.map(({ seq }) => seq));
    this.tables.devices.set(deviceId, { ...device, state: 'revoked', revokedAfterSeq });
  }

  /** The desk enters a list that was kept on paper, as commands of its own. */
  async enterPaperList(deviceId: string, rows: readonly CheckInPayload[]): Promise<readonly string[]> {
    const device = must(this.tables.devices.get(deviceId), 'desk');
    let seq = device.ackedSeq;
    let hash = device.ackedHash;
    const ids: string[] = [];
    const commands = rows.map((payload): [string, string, string] => {
      const id = this.#dice.uuid();
      ids.push(id);
      const envelope = JSON.stringify({
        id,
        kind: 'check-in',
        v: 1,
        device: deviceId,
        seq: ++seq,
        session: 'desk',
        occurredAt: this.#clock.now,
        monoMs: 0,
        anchor: null,
        activityVersion: null,
        rosterVersion: null,
        rulesVersion: 1,
        verdictShown: null,
      });
      const salt = this.#dice.bytes(16);
      const text = JSON.stringify(payload);
      hash = chainHash(sha256, hash, envelope, payloadDigest(sha256, salt, text));
      return [envelope, text, toBase64url(salt)];
    });
    const run = {
      fromSeq: device.ackedSeq + 1,
      prevHash: toBase64url(device.ackedHash),
      commands,
      signature: '',
    };
    try {
      await ingestInto(
        this.#database,
        { fingerprint: this.fingerprintKey },
        {
          regionId: REGION_ID,
          regionSlug: REGION,
          deviceId,
          runs: [run],
          headSeq: seq,
          receivedAt: this.#clock.now,
        },
      );
      return ids;
    } catch (error) {
      if (error instanceof ServerDied) return [];
      throw error;
    }
  }

  /** Where the point of a number waits that no card system of the region knows: as ingest.ts makes it. */
  foreignAccount(number: string): string {
    const hex = createHmac('sha256', this.fingerprintKey).update(`foreign|${REGION}|${number}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  #burn(access: string): void {
    if (this.#fuse === undefined) return;
    if (this.#fuse === 'commit' ? access !== 'commit' : this.#fuse-- > 0) return;
    this.#fuse = undefined;
    throw new ServerDied(access);
  }
}

/** The chain of a device, from what the server keeps: also after salts and payloads were erased. */
export function firstBrokenLink(tables: ServerTables, deviceId: string): number | undefined {
  let before = { seq: 0, hash: GENESIS_HASH as Uint8Array };
  const commands = [...tables.commands.values()]
    .filter((command) => command.device === deviceId)
    .sort((a, b) => a.seq - b.seq);
  for (const { seq, hash, envelope, digest } of commands) {
    const expected = sha256(concatBytes(before.hash, utf8(envelope), digest));
    // Behind a gap (storage lost, then a backup restored) there is nothing to link to.
    if (seq === before.seq + 1 && Buffer.compare(expected, hash) !== 0) return seq;
    before = { seq, hash };
  }
  return undefined;
}
