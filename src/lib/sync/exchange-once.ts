// One exchange with the server: read a bounded batch, close the transaction, sign, send, check, apply.
// Nothing of an answer is believed before the server's signature over its exact text is checked with the pinned key:
// a captive portal, a proxy's 401 or an old answer changes nothing.
import * as z from 'zod/mini';
import { limits } from '#domain/kernel/limits.ts';
import type { SyncRequest } from '#domain/sync/exchange.ts';
import {
  PROTOCOL,
  ProtocolRefusal,
  requestText,
  responseText,
  SyncResponse,
  type PhoneReport,
  type SeqRange,
} from '#domain/sync/exchange.ts';
import { Unreachable } from '../api.ts';
import type { Clock } from '../clock.ts';
import type { HeardAnchor } from '../db/phone-db.ts';
import type { AnswerPlan } from './plan-answer.ts';
import { composeRuns, signHead, type HeadSigner } from './compose-runs.ts';
import { plantedAnswer } from './planted-answer.ts';
import type { BatchLimit, Outgoing, SyncStore } from './sync-store.ts';
import type { RawAnswer, Transport } from './transport.ts';

export const SYNC_PATH = '/api/sync';
/** Half of what a request may hold: sealed texts grow a little as JSON strings. */
const BATCH_CHARS_MAX = limits.bodyBytesMax / 2;

/** The keys of this phone and of the server, and the names they sign. */
export type Signer = HeadSigner & {
  readonly isFromServer: (bytes: Uint8Array, signature: string) => Promise<boolean>;
};

/** What the loop itself does not know about the phone. */
export type PhoneFacts = Omit<PhoneReport, 'unsent' | 'oldestUnsentAt' | 'rosterBuiltAt' | 'clockSkewMs'>;

export type ExchangeParts = {
  readonly store: SyncStore;
  readonly transport: Transport;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly session: string;
  readonly phoneFacts: () => Promise<PhoneFacts>;
  /** Which key for sealing a rescue this phone holds; empty for none. */
  readonly rescueKey: () => string;
};

/** Why there was no answer that counts. */
export type ExchangeFailure =
  | { readonly why: 'no-network' | 'time-out' }
  /** Something answered, but not our server: a sign-in page of someone's wifi, a proxy. */
  | { readonly why: 'not-our-server'; readonly status: number }
  /** Signed: the server no longer takes what this version of the app sends. All of it stays here until the app is renewed. */
  | { readonly why: 'app-too-old' }
  /** Signed for another request or device, or in a form this version does not know. */
  | { readonly why: 'unknown-answer' }
  | { readonly why: 'server-error'; readonly status: number; readonly retryAfterMs?: number };

export type AnsweredExchange = {
  readonly ok: true;
  readonly answer: SyncResponse;
  readonly plan: AnswerPlan;
  readonly sent: number;
  /** Commands of this phone that were not in the request. */
  readonly left: number;
  readonly clockSkewMs: number;
};

export type Exchange =
  | AnsweredExchange
  | {
      readonly ok: false;
      readonly failure: ExchangeFailure;
      readonly sent: number;
      readonly firstSeq: number | undefined;
    };

export type ExchangeOptions = {
  readonly batch: Omit<BatchLimit, 'charsMax'>;
  readonly signatureRanges: readonly SeqRange[];
  readonly clockSkewMs: number | null;
  readonly requestStep: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
};

export async function exchangeOnce(parts: ExchangeParts, options: ExchangeOptions): Promise<Exchange> {
  const { store, transport, signer, clock } = parts;
  const limit = { ...options.batch, charsMax: BATCH_CHARS_MAX };
  const outgoing = await store.takeRequest(limit, clock.now(), options.requestStep);
  const body = JSON.stringify(await requestOf(parts, outgoing, options));
  const sent = outgoing.commands.length;
  const firstSeq = outgoing.commands[0]?.seq;
  let raw: RawAnswer;
  try {
    raw = await transport.post({
      path: SYNC_PATH,
      device: signer.device,
      body,
      signature: await signer.sign(requestText(signer.device, body)),
      timeoutMs: limits.syncTimeoutMs,
      signal: options.signal,
    });
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return {
      ok: false,
      failure: { why: error.why === 'time-out' ? 'time-out' : 'no-network' },
      sent,
      firstSeq,
    };
  }
  // Read at once: the later the reading, the less the monotonic clock proves.
  const heardAt = { monoMs: clock.monoMs(), deviceTime: clock.now() };
  const heardFrom = ({ serverTime, syncNo }: SyncResponse): HeardAnchor => ({
    serverTime,
    syncNo,
    session: parts.session,
    ...heardAt,
  });
  const planted = plantedAnswer(signer.device, outgoing, raw.status);
  if (planted) await store.applyAnswer(planted, heardFrom(planted));
  const answer = await believedAnswer(signer, raw, outgoing.requestNo);
  if ('why' in answer) return { ok: false, failure: answer, sent, firstSeq };
  const plan = await store.applyAnswer(answer, heardFrom(answer));
  return {
    ok: true,
    answer,
    plan,
    sent,
    left: outgoing.unsent - sent,
    clockSkewMs: answer.serverTime - heardAt.deviceTime,
  };
}

async function requestOf(
  { signer, store, clock, phoneFacts, rescueKey }: ExchangeParts,
  outgoing: Outgoing,
  { signatureRanges, clockSkewMs }: ExchangeOptions,
): Promise<SyncRequest> {
  const { head, roster, commands } = outgoing;
  const { runs, made } = await composeRuns(signer, commands, {
    signatureRanges,
    runsMax: limits.batchRunsMax,
  });
  if (made.length > 0) await store.keepSignatures(made);
  return {
    protocol: PROTOCOL,
    region: signer.region,
    device: signer.device,
    requestNo: outgoing.requestNo,
    sentAt: clock.now(),
    runs,
    ...(outgoing.wantsToken && { wantsToken: true }),
    rescueKey: rescueKey(),
    head: head.seq === 0 ? null : { ...head, signature: await signHead(signer, head.seq, head.hash) },
    cursor: outgoing.cursor,
    roster: roster && { id: roster.id, version: roster.version },
    report: {
      ...(await phoneFacts()),
      unsent: outgoing.unsent - commands.length,
      oldestUnsentAt: outgoing.oldestUnsentAt,
      rosterBuiltAt: roster?.builtAt ?? null,
      clockSkewMs,
    },
  };
}

async function believedAnswer(
  signer: Signer,
  raw: RawAnswer,
  requestNo: number,
): Promise<SyncResponse | ExchangeFailure> {
  const signed =
    raw.signature !== null &&
    (await signer.isFromServer(responseText(signer.device, raw.text), raw.signature));
  if (!signed) {
    if (raw.status < 500 && raw.status !== 429) return { why: 'not-our-server', status: raw.status };
    const wait = raw.retryAfterMs !== undefined && { retryAfterMs: raw.retryAfterMs };
    return { why: 'server-error', status: raw.status, ...wait };
  }
  if (raw.status === 426 && parseAs(ProtocolRefusal, raw.text)) return { why: 'app-too-old' };
  const answer = parseAs(SyncResponse, raw.text);
  if (!answer || answer.device !== signer.device || answer.requestNo !== requestNo)
    return { why: 'unknown-answer' };
  return answer;
}

function parseAs<T>(schema: z.ZodMiniType<T>, text: string): T | undefined {
  try {
    const parsed = z.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined; // not JSON: said by the undefined
  }
}
