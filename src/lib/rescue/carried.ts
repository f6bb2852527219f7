// Unsent scans of another phone, kept on this one until the server has them. Sealed: this phone can neither read nor change
// them. Kept strictly, like a scan of its own; what became of them is believed only in an answer signed by the server.
import * as z from 'zod/mini';
import { sha256 } from '@noble/hashes/sha2.js';
import { toBase64url } from '#domain/kernel/bytes.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { PROTOCOL, requestText, responseText } from '#domain/sync/exchange.ts';
import {
  CarriedResponse,
  readRescue,
  type CarriedRequest,
  type RescueFault,
  type RescueHead,
  type RescueRefusal,
} from '#domain/sync/rescue.ts';
import { Unreachable } from '../api.ts';
import type { Clock } from '../clock.ts';
import { isSigned, signBytes } from '../db/device-keys.ts';
import type { BlobRow, CarriedRow, DeviceRow, PhoneDb } from '../db/phone-db.ts';
import { writeStrictly } from '../db/strict-write.ts';
import type { RawAnswer, Transport } from '../sync/transport.ts';

const PATH = '/api/rescue/carried';
const PREFIX = 'carried-';

export type CarryProblem =
  RescueFault | { readonly code: 'rescue-other-region' | 'rescue-not-kept' | 'rescue-too-many' };

/** The same file again is the same bundle. Kept is kept: what was settled before, and has no bytes any more, begins anew. */
export async function keepCarried(
  db: PhoneDb,
  region: string,
  bytes: Uint8Array<ArrayBuffer>,
  now: number,
): Promise<Result<RescueHead, CarryProblem>> {
  const file = readRescue(sha256, bytes);
  if (!file.ok) return file;
  const { head } = file.value;
  if (head.region !== region) return refuse({ code: 'rescue-other-region' });
  const row: CarriedRow = { key: `${PREFIX}${markOf(bytes)}`, head, keptAt: now, bytes };
  const saved = await writeStrictly(db, [db.blobs], async () => {
    const known = await db.blobs.get(row.key);
    if (known && isWaiting(known)) return true;
    if ((await carriedRows(db).filter(isWaiting).count()) >= limits.rescueCarriedMax) return false;
    await db.blobs.put(row);
    return true;
  });
  if (!saved.ok) return refuse({ code: 'rescue-not-kept' });
  return saved.value ? ok(head) : refuse({ code: 'rescue-too-many' });
}

/** The newest first. */
export async function listCarried(db: PhoneDb): Promise<CarriedRow[]> {
  const rows = await carriedRows(db).toArray();
  return rows.filter(isCarried).sort((a, b) => b.keptAt - a.keptAt);
}

/** What no server has told of yet. */
export async function listWaiting(db: PhoneDb): Promise<WaitingRow[]> {
  return (await listCarried(db)).filter(isWaiting);
}

export type CarrierParts = {
  readonly db: PhoneDb;
  readonly device: DeviceRow;
  readonly serverKey: () => CryptoKey;
  readonly transport: Transport;
  readonly clock: Pick<Clock, 'now'>;
};

/** Hands in what waits, one after the other; what does not get through is tried at a later contact. */
export async function deliverCarried(parts: CarrierParts): Promise<void> {
  const { db, device, clock } = parts;
  for (const row of await listCarried(db)) {
    if (!isWaiting(row)) {
      if ((row.settledAt ?? 0) < clock.now() - limits.rescueShownMs) await db.blobs.delete(row.key);
    } else if (row.head.region === device.region && isDue(row, clock.now())) {
      const heard = await handIn(parts, row.bytes);
      await keepHeard(db, row.key, heard, clock.now());
      if (heard === 'no-network') return;
    }
  }
}

type Heard = Pick<CarriedResponse, 'outcome' | 'refused'> | 'no-network' | 'not-signed';

async function handIn(
  { device, serverKey, transport, clock }: CarrierParts,
  bytes: Uint8Array,
): Promise<Heard> {
  const request: CarriedRequest = {
    protocol: PROTOCOL,
    device: device.id,
    sentAt: clock.now(),
    bundle: toBase64url(bytes),
  };
  const body = JSON.stringify(request);
  let raw: RawAnswer;
  try {
    raw = await transport.post({
      path: PATH,
      device: device.id,
      body,
      signature: await signBytes(device.signKey, requestText(device.id, body)),
      timeoutMs: limits.syncTimeoutMs,
    });
  } catch (error) {
    if (error instanceof Unreachable) return 'no-network';
    throw error;
  }
  const { text, signature } = raw;
  if (signature === null || !(await isSigned(serverKey(), responseText(device.id, text), signature)))
    return 'not-signed';
  const answer = z.safeParse(CarriedResponse, JSON.parse(text));
  return answer.success && answer.data.sentAt === request.sentAt ? answer.data : 'not-signed';
}

/** Reads the row again: another tab, or another device of this phone, may have heard first. */
function keepHeard(db: PhoneDb, key: CarriedRow['key'], heard: Heard, now: number): Promise<void> {
  return db.transaction('rw', db.blobs, async () => {
    const row = await db.blobs.get(key);
    if (!row || !isWaiting(row)) return;
    const { head, keptAt, tried } = row;
    if (typeof heard === 'string') {
      await db.blobs.put({ ...row, tried: { at: now, unheard: (tried?.unheard ?? 0) + 1 } });
    } else if (heard.outcome) {
      await db.blobs.put({ key, head, keptAt, settledAt: now, outcome: heard.outcome });
    } else if (heard.refused !== null && FINAL_REFUSALS.has(heard.refused)) {
      await db.blobs.put({ key, head, keptAt, settledAt: now, refused: heard.refused });
    } else {
      await db.blobs.put({ ...row, refused: heard.refused ?? '', tried: { at: now, unheard: 0 } });
    }
  });
}

/** By the clock of the device: set back, it does not keep a bundle waiting. */
function isDue({ tried, refused }: WaitingRow, now: number): boolean {
  if (!tried) return true;
  const unheardMs = Math.min(limits.rescueUnheardRetryMaxMs, limits.syncPollMs * 2 ** (tried.unheard - 1));
  const waitMs = tried.unheard === 0 && refused !== undefined ? limits.rescueRefusedRetryMs : unheardMs;
  return Math.abs(now - tried.at) >= waitMs;
}

/** These bytes will never be taken. Every other refusal, also one this version does not know, may change. */
const FINAL_REFUSALS: ReadonlySet<string> = new Set([
  'rescue-not-ours',
  'rescue-damaged',
  'rescue-other-region',
  'rescue-not-proven',
] satisfies RescueRefusal[]);

type WaitingRow = CarriedRow & { readonly bytes: Uint8Array<ArrayBuffer> };

const carriedRows = (db: PhoneDb) => db.blobs.where('key').startsWith(PREFIX);

const isCarried = (row: { key: string }): row is CarriedRow => row.key.startsWith(PREFIX);

const isWaiting = (row: BlobRow): row is WaitingRow => isCarried(row) && row.bytes !== undefined;

/** Of the whole file: another copy of the same bundle is the same, a later bundle of the same phone is another. */
const markOf = (bytes: Uint8Array): string => toBase64url(sha256(bytes).subarray(0, 12));
