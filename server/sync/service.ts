// A phone's sync: who sends, what comes in, what goes back. Everything the phone may believe is in the answer's text.
import { createHash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import * as z from 'zod/mini';
import type { Clock } from '#server/clock.ts';
import type { Database } from '#server/db/tables.ts';
import type { Ids } from '#server/ids.ts';
import type { Keys } from '#server/keys.ts';
import type { Logger } from '#server/logger.ts';
import type { ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { headText } from '#domain/sync/command.ts';
import {
  SyncRequest,
  requestText,
  responseText,
  type PublicKey,
  type RosterOffer,
  type RulingGroup,
  type SyncResponse,
} from '#domain/sync/exchange.ts';
import { gapsIn, toRanges } from '#domain/sync/seq-ranges.ts';
import type { BatchDevice, StoredRuling } from './batch-store.ts';
import { isSignedBy, signBytes } from './device-signatures.ts';
import { readFeed } from './feed.ts';
import { ingest, UnknownDevice } from './ingest.ts';
import type { BatchResult } from './process-batch.ts';

/** What other rooms tell a phone. */
export type PhoneRooms = {
  policiesOf(regionId: number, activityIds: readonly string[], now: Instant): Promise<ActivityPolicy[]>;
  rosterOfferOf(regionId: number, activityIds: readonly string[], now: Instant): Promise<RosterOffer | null>;
  /** Fingerprint text of a card number under the key of the roster these activities share. */
  fingerprinterOf(regionId: number, activityIds: readonly string[]): Promise<(number: string) => string>;
};

export type SyncContext = {
  readonly db: Kysely<Database>;
  readonly keys: Pick<Keys, 'fingerprint' | 'receiptSigning'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly rooms: PhoneRooms;
};

export type SyncProblem =
  | { readonly status: 400; readonly code: 'malformed' | 'protocol-unknown' }
  | { readonly status: 401; readonly code: 'not-this-device' }
  | { readonly status: 403; readonly code: 'not-approved' }
  | { readonly status: 409; readonly code: 'replayed-request' }
  | { readonly status: 413; readonly code: 'too-many-commands' };

export type SignedAnswer = { readonly body: string; readonly signature: string };

/** `signature` covers the exact `body`; nothing is stored before it is checked. */
export async function sync(
  context: SyncContext,
  body: string,
  signature: string,
): Promise<Result<SignedAnswer, SyncProblem>> {
  const parsed = z.safeParse(SyncRequest, jsonOf(body));
  if (!parsed.success) return refuse({ status: 400, code: 'malformed' });
  const request = parsed.data;
  if (request.runs.reduce((sum, run) => sum + run.commands.length, 0) > limits.batchCommandsMax) {
    return refuse({ status: 413, code: 'too-many-commands' });
  }
  const device = await findDevice(context.db, request.region, request.device);
  if (!device?.publicKey || !isSignedBy(device.publicKey, requestText(request.device, body), signature)) {
    return refuse({ status: 401, code: 'not-this-device' });
  }
  if (device.state === 'pending' || device.state === 'refused')
    return refuse({ status: 403, code: 'not-approved' });

  const receivedAt = context.clock.now();
  try {
    const answer = await exchange(context, device, device.publicKey, request, receivedAt);
    const text = JSON.stringify(answer);
    const [signing] = context.keys.receiptSigning;
    return ok({ body: text, signature: signBytes(signing.privateKey, responseText(request.device, text)) });
  } catch (error) {
    if (error instanceof ReplayedRequest) return refuse({ status: 409, code: 'replayed-request' });
    if (error instanceof UnknownDevice) return refuse({ status: 401, code: 'not-this-device' });
    throw error;
  }
}

class ReplayedRequest extends Error {}

async function exchange(
  context: SyncContext,
  known: KnownDevice,
  publicKey: PublicKey,
  request: SyncRequest,
  receivedAt: Instant,
): Promise<SyncResponse> {
  const { regionId } = known;
  const { head } = request;
  const headIsGood =
    head !== null &&
    isSignedBy(publicKey, headText(request.region, request.device, head.seq, head.hash), head.signature);
  let syncNo = 0;
  let token: SyncResponse['token'] = null;
  const results = await ingest(
    context.db,
    { fingerprint: context.keys.fingerprint[0].bytes },
    {
      regionId,
      regionSlug: request.region,
      deviceId: request.device,
      runs: request.runs,
      headSeq: headIsGood ? head.seq : 0,
      receivedAt,
      admit: async (device, trx) => {
        if (request.requestNo <= device.requestNo) throw new ReplayedRequest();
        syncNo = device.syncNo + 1;
        token = tokenFor(context, known, device, request, receivedAt);
        await noteSync(trx, regionId, request, syncNo, token, receivedAt);
      },
    },
  );
  const last = results[results.length - 1];
  if (!last) throw new Error('ingest gives at least one result');
  warnOfTrouble(context.log, results);
  return compose(context, regionId, request, results, last, { syncNo, token, receivedAt });
}

async function compose(
  context: SyncContext,
  regionId: number,
  request: SyncRequest,
  results: readonly BatchResult[],
  last: BatchResult,
  sent: { readonly syncNo: number; readonly token: SyncResponse['token']; readonly receivedAt: Instant },
): Promise<SyncResponse> {
  const { custody, device } = last;
  const revoked = device.state === 'revoked';
  const activityIds = device.enrolledActivityIds;
  const feed = await readFeed(
    context.db,
    regionId,
    device.deviceId,
    revoked ? [] : activityIds,
    request.cursor,
    {
      now: sent.receivedAt,
      fingerprint: await context.rooms.fingerprinterOf(regionId, activityIds),
      policies: revoked ? [] : await context.rooms.policiesOf(regionId, activityIds, sent.receivedAt),
    },
  );
  const offer = revoked ? null : await context.rooms.rosterOfferOf(regionId, activityIds, sent.receivedAt);
  const sameRoster =
    request.roster !== null &&
    offer !== null &&
    request.roster.id === offer.id &&
    request.roster.version === offer.version;
  return {
    protocol: 1,
    device: request.device,
    requestNo: request.requestNo,
    serverTime: sent.receivedAt,
    syncNo: sent.syncNo,
    state: revoked ? 'revoked' : 'active',
    wipe: revoked,
    receipts: results.flatMap(({ receipts }) => receipts),
    differs: results.flatMap(({ differs }) =>
      differs.map(({ seq, hash }) => ({ seq, hash: toBase64url(hash) })),
    ),
    sendSignatures: results.flatMap(({ sendSignatures }) => sendSignatures),
    rulings: groupRulings([...results.flatMap(({ rulings }) => rulings), ...feed.rulings]),
    highWater: { seq: custody.ackedSeq, hash: toBase64url(custody.ackedHash) },
    gaps: await gapsOf(context.db, regionId, last),
    changes: { ...feed.changes, ...(!sameRoster && { roster: offer }) },
    cursor: feed.cursor,
    more: feed.more,
    token: revoked ? null : sent.token,
  };
}

/** Rulings that say the same travel together. */
export function groupRulings(rulings: readonly StoredRuling[]): RulingGroup[] {
  const groups = new Map<string, { group: Omit<RulingGroup, 'seqs'>; seqs: number[] }>();
  for (const { n, outcome, code, because, points, ruledAt, seq } of rulings) {
    const group = { n, outcome, points, ruledAt, ...(code && { code }), ...(because && { because }) };
    const key = JSON.stringify(group);
    const same = groups.get(key);
    if (same) same.seqs.push(seq);
    else groups.set(key, { group, seqs: [seq] });
  }
  return [...groups.values()].map(({ group, seqs }) => ({ ...group, seqs: toRanges(seqs) }));
}

/** "Phone 3 owes 41-57": between custody and the newest head that the phone signed. */
async function gapsOf(
  db: Kysely<Database>,
  regionId: number,
  { device, custody }: BatchResult,
): Promise<[number, number][]> {
  const row = await db
    .selectFrom('device')
    .select('head_seq')
    .where('region_id', '=', regionId)
    .where('device_id', '=', device.deviceId)
    .executeTakeFirst();
  const headSeq = row?.head_seq ?? 0;
  if (headSeq <= custody.ackedSeq) return [];
  const held = await db
    .selectFrom('command')
    .select('seq')
    .where('region_id', '=', regionId)
    .where('device_id', '=', device.deviceId)
    .where('seq', '>', custody.ackedSeq)
    .orderBy('seq')
    .execute();
  return gapsIn([[1, custody.ackedSeq], ...toRanges(held.map(({ seq }) => seq))], headSeq);
}

type KnownDevice = {
  readonly regionId: number;
  readonly publicKey: PublicKey | null;
  readonly state: BatchDevice['state'];
  readonly tokenExpiresAt: Instant | null;
};

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

/** Short-lived, for reading only (roster, event stream); a new one when half its life is over. */
function tokenFor(
  { ids }: SyncContext,
  known: KnownDevice,
  device: BatchDevice,
  request: SyncRequest,
  now: Instant,
): SyncResponse['token'] {
  if (device.state !== 'active') return null;
  const fresh = known.tokenExpiresAt !== null && known.tokenExpiresAt - now > limits.accessTokenMs / 2;
  if (fresh && !request.wantsToken) return null;
  return { value: ids.token(), expiresAt: now + limits.accessTokenMs };
}

export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

async function noteSync(
  trx: Kysely<Database>,
  regionId: number,
  request: SyncRequest,
  syncNo: number,
  token: SyncResponse['token'],
  now: Instant,
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

function warnOfTrouble(log: Logger, results: readonly BatchResult[]): void {
  for (const { device, differs, custody } of results) {
    if (differs.length > 0)
      log.error({ deviceId: device.deviceId, count: differs.length }, 'exists with different content');
    if (custody.brokenAtSeq !== null && custody.brokenAtSeq !== device.brokenAtSeq) {
      log.error({ deviceId: device.deviceId, seq: custody.brokenAtSeq }, 'chain of a device is broken');
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema refuses it
  }
}
