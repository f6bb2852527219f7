// A phone's sync: who sends, what comes in, what goes back. Everything the phone may believe is in the answer's text.
import { parseBoundedJson } from '#server/bounded-json.ts';
import type { Kysely } from 'kysely';
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
import { planted } from '#domain/kernel/planted.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { appAge } from '#domain/sync/app-age.ts';
import { headText } from '#domain/sync/command.ts';
import {
  AnyRequest,
  PROTOCOL,
  PROTOCOL_OLDEST,
  SyncRequest,
  requestText,
  type OwingPhone,
  type ProtocolRefusal,
  type PublicKey,
  type RosterOffer,
  type RulingGroup,
  type SyncResponse,
} from '#domain/sync/exchange.ts';
import { rescueKeyId } from '#domain/sync/rescue.ts';
import { gapsIn, toRanges } from '#domain/sync/seq-ranges.ts';
import type { BatchDevice, StoredRuling } from './batch-store.ts';
import { isSignedBy, signAnswer } from '#server/devices/device-signatures.ts';
import { VERSION } from '#server/version.ts';
import { ingestInto, UnknownDevice } from './ingest.ts';
import { postgresSyncDatabase } from './postgres-sync-database.ts';
import type { BatchResult } from './process-batch.ts';
import type { KnownDevice, SyncDatabase } from './sync-database.ts';

/** What other rooms tell a phone. */
export type PhoneRooms = {
  policiesOf(regionId: number, activityIds: readonly string[], now: Instant): Promise<ActivityPolicy[]>;
  rosterOfferOf(regionId: number, activityIds: readonly string[], now: Instant): Promise<RosterOffer | null>;
  /** Other phones of these activities that still owe commands. */
  owingOf(
    regionId: number,
    deviceId: string,
    activityIds: readonly string[],
    now: Instant,
  ): Promise<OwingPhone[]>;
  /** Fingerprint text of a card number under the key of the roster these activities share. */
  fingerprinterOf(regionId: number, activityIds: readonly string[]): Promise<(number: string) => string>;
};

export type SyncContext = AnswerContext & { readonly db: Kysely<Database> };

export type AnswerContext = {
  readonly keys: Pick<Keys, 'fingerprint' | 'receiptSigning' | 'rescueSealing'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly rooms: PhoneRooms;
  /** For the figures. */
  readonly count?: (what: 'taken' | 'ruled' | 'held', commands: number) => void;
};

export type SyncProblem =
  | { readonly status: 400; readonly code: 'malformed' }
  | { readonly status: 401; readonly code: 'not-this-device' }
  | { readonly status: 403; readonly code: 'not-approved' }
  | { readonly status: 409; readonly code: 'replayed-request' }
  | { readonly status: 413; readonly code: 'too-many-commands' }
  /** A phone newer than this server: an update that was taken back. It keeps what it has and asks again. */
  | { readonly status: 503; readonly code: 'protocol-unknown' };

export type SignedAnswer = {
  /** 426: a protocol that is not taken any more. */
  readonly status: 200 | 426;
  readonly body: string;
  readonly signature: string;
};

export const sync = (
  context: SyncContext,
  body: string,
  signature: string,
): Promise<Result<SignedAnswer, SyncProblem>> =>
  answerPhone(context, postgresSyncDatabase(context.db), body, signature);

/** `signature` covers the exact `body`; nothing is stored before it is checked. */
export async function answerPhone<Trx>(
  context: AnswerContext,
  database: SyncDatabase<Trx>,
  body: string,
  signature: string,
): Promise<Result<SignedAnswer, SyncProblem>> {
  const json = jsonOf(body);
  const parsed = z.safeParse(SyncRequest, json);
  if (!parsed.success) return refuseUnread(context, database, json, body, signature);
  const request = parsed.data;
  if (request.runs.reduce((sum, run) => sum + run.commands.length, 0) > limits.batchCommandsMax) {
    return refuse({ status: 413, code: 'too-many-commands' });
  }
  const device = await database.findDevice(request.region, request.device);
  if (!device?.publicKey || !isSignedBy(device.publicKey, requestText(request.device, body), signature)) {
    return refuse({ status: 401, code: 'not-this-device' });
  }
  if (device.state === 'pending' || device.state === 'refused')
    return refuse({ status: 403, code: 'not-approved' });

  const receivedAt = context.clock.now();
  try {
    const answer = await exchange(context, database, device, device.publicKey, request, receivedAt);
    const text = JSON.stringify(answer);
    return ok({ status: 200, body: text, signature: signAnswer(context.keys, request.device, text) });
  } catch (error) {
    if (error instanceof ReplayedRequest) return refuse({ status: 409, code: 'replayed-request' });
    if (error instanceof UnknownDevice) return refuse({ status: 401, code: 'not-this-device' });
    throw error;
  }
}

class ReplayedRequest extends Error {}

/** Of a protocol that is no longer or not yet known here, or of nobody. */
async function refuseUnread<Trx>(
  { keys }: AnswerContext,
  database: SyncDatabase<Trx>,
  json: unknown,
  body: string,
  signature: string,
): Promise<Result<SignedAnswer, SyncProblem>> {
  const parsed = z.safeParse(AnyRequest, json);
  if (!parsed.success) return refuse({ status: 400, code: 'malformed' });
  const { protocol, region, device } = parsed.data;
  if (protocol > PROTOCOL) return refuse({ status: 503, code: 'protocol-unknown' });
  if (protocol >= PROTOCOL_OLDEST) return refuse({ status: 400, code: 'malformed' });
  const known = await database.findDevice(region, device);
  if (!known?.publicKey || !isSignedBy(known.publicKey, requestText(device, body), signature))
    return refuse({ status: 401, code: 'not-this-device' });
  const { code }: ProtocolRefusal = { code: 'app-too-old' };
  const text = JSON.stringify({ type: `urn:streekbalie:problem:${code}`, title: code, status: 426, code });
  return ok({ status: 426, body: text, signature: signAnswer(keys, device, text) });
}

async function exchange<Trx>(
  context: AnswerContext,
  database: SyncDatabase<Trx>,
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
  const results = await ingestInto(
    database,
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
        await database.noteSync(trx, regionId, { request, syncNo, token, now: receivedAt });
      },
    },
  );
  const last = results[results.length - 1];
  if (!last) throw new Error('ingest gives at least one result');
  warnOfTrouble(context.log, results);
  countCommands(context, results);
  return compose(context, database, regionId, request, results, last, { syncNo, token, receivedAt });
}

async function compose(
  context: AnswerContext,
  database: Pick<SyncDatabase<never>, 'headAndHeld' | 'readFeed'>,
  regionId: number,
  request: SyncRequest,
  results: readonly BatchResult[],
  last: BatchResult,
  sent: { readonly syncNo: number; readonly token: SyncResponse['token']; readonly receivedAt: Instant },
): Promise<SyncResponse> {
  const { custody, device } = last;
  const [newestKey, ...olderKeys] = context.keys.receiptSigning;
  const rescueKey = context.keys.rescueSealing[0].publicJwk;
  const revoked = device.state === 'revoked';
  const activityIds = device.enrolledActivityIds;
  const feed = await database.readFeed(regionId, {
    deviceId: device.deviceId,
    activityIds: revoked ? [] : activityIds,
    cursor: request.cursor,
    now: sent.receivedAt,
    fingerprint: await context.rooms.fingerprinterOf(regionId, activityIds),
    policies: revoked ? [] : await context.rooms.policiesOf(regionId, activityIds, sent.receivedAt),
  });
  const offer = revoked ? null : await context.rooms.rosterOfferOf(regionId, activityIds, sent.receivedAt);
  const owing = revoked
    ? []
    : await context.rooms.owingOf(regionId, device.deviceId, activityIds, sent.receivedAt);
  const age = appAge(request.report.appVersion, VERSION);
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
    gaps: await gapsOf(database, regionId, last),
    changes: {
      ...feed.changes,
      ...(!sameRoster && { roster: offer }),
      ...(owing.length > 0 && { owing }),
      ...(age !== 'current' && { app: age }),
      ...(olderKeys.length > 0 && { serverKey: newestKey.publicJwk }),
      ...(request.rescueKey !== undefined && request.rescueKey !== rescueKeyId(rescueKey) && { rescueKey }),
    },
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
  database: Pick<SyncDatabase<never>, 'headAndHeld'>,
  regionId: number,
  { device, custody }: BatchResult,
): Promise<[number, number][]> {
  const { headSeq, heldSeqs } = await database.headAndHeld(regionId, device.deviceId, custody.ackedSeq);
  if (headSeq <= custody.ackedSeq || planted('gap-not-named')) return [];
  return gapsIn([[1, custody.ackedSeq], ...toRanges(heldSeqs)], headSeq);
}

/** Short-lived, for reading only (roster, event stream); a new one when half its life is over. */
function tokenFor(
  { ids }: AnswerContext,
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

function warnOfTrouble(log: Logger, results: readonly BatchResult[]): void {
  for (const { device, differs, custody } of results) {
    if (differs.length > 0)
      log.error({ deviceId: device.deviceId, count: differs.length }, 'exists with different content');
    if (custody.brokenAtSeq !== null && custody.brokenAtSeq !== device.brokenAtSeq) {
      log.error({ deviceId: device.deviceId, seq: custody.brokenAtSeq }, 'chain of a device is broken');
    }
  }
}

function countCommands({ count }: AnswerContext, results: readonly BatchResult[]): void {
  if (!count) return;
  const rulings = results.flatMap((result) => result.rulings);
  count(
    'taken',
    results.reduce((sum, { receipts }) => sum + receipts.length, 0),
  );
  count('ruled', rulings.length);
  count('held', rulings.filter(({ outcome }) => outcome === 'quarantined').length);
}

function jsonOf(text: string): unknown {
  try {
    return parseBoundedJson(text);
  } catch {
    return undefined; // the schema refuses it
  }
}
