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
} from '#domain/sync/rescue.ts';
import { Unreachable } from '../api.ts';
import type { Clock } from '../clock.ts';
import { isSigned, signBytes } from '../db/device-keys.ts';
import type { CarriedRow, DeviceRow, PhoneDb } from '../db/phone-db.ts';
import { writeStrictly } from '../db/strict-write.ts';
import type { RawAnswer, Transport } from '../sync/transport.ts';

const PATH = '/api/rescue/carried';
const PREFIX = 'carried-';

export type CarryProblem =
  RescueFault | { readonly code: 'rescue-other-region' | 'rescue-not-kept' | 'rescue-too-many' };

/** The same file again is the same bundle. */
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
    if (known) return true;
    if ((await carriedKeys(db).count()) >= limits.rescueCarriedMax) return false;
    await db.blobs.add(row);
    return true;
  });
  if (!saved.ok) return refuse({ code: 'rescue-not-kept' });
  return saved.value ? ok(head) : refuse({ code: 'rescue-too-many' });
}

/** The newest first. */
export async function listCarried(db: PhoneDb): Promise<CarriedRow[]> {
  const rows = await carriedKeys(db).toArray();
  return rows.filter(isCarried).sort((a, b) => b.keptAt - a.keptAt);
}

export type CarrierParts = {
  readonly db: PhoneDb;
  readonly device: DeviceRow;
  readonly serverKey: () => CryptoKey;
  readonly transport: Transport;
  readonly clock: Pick<Clock, 'now'>;
};

/** Hands in what waits, one after the other; what does not get through is tried at the next contact. */
export async function deliverCarried(parts: CarrierParts): Promise<void> {
  const { db, clock } = parts;
  for (const row of await listCarried(db)) {
    if (row.bytes) await deliver(parts, row, row.bytes);
    else if ((row.settledAt ?? 0) < clock.now() - limits.rescueShownMs) await db.blobs.delete(row.key);
  }
}

async function deliver(
  { db, device, serverKey, transport, clock }: CarrierParts,
  { key, head, keptAt }: CarriedRow,
  bytes: Uint8Array,
): Promise<void> {
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
    if (error instanceof Unreachable) return;
    throw error;
  }
  const { text, signature } = raw;
  if (signature === null || !(await isSigned(serverKey(), responseText(device.id, text), signature))) return;
  const answer = z.safeParse(CarriedResponse, JSON.parse(text));
  if (!answer.success || answer.data.sentAt !== request.sentAt) return;
  const { outcome, refused } = answer.data;
  if (!outcome && refused === null) return;
  const settled: CarriedRow = { key, head, keptAt, settledAt: clock.now() };
  await db.blobs.put({ ...settled, ...(outcome ? { outcome } : { refused: refused ?? '' }) });
}

const carriedKeys = (db: PhoneDb) => db.blobs.where('key').startsWith(PREFIX);

const isCarried = (row: { key: string }): row is CarriedRow => row.key.startsWith(PREFIX);

/** Of the whole file: another copy of the same bundle is the same, a later bundle of the same phone is another. */
const markOf = (bytes: Uint8Array): string => toBase64url(sha256(bytes).subarray(0, 12));
