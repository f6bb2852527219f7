// Rescue of unsent scans without network (offline-and-sync part 3): the commands exactly as a sync would send them, signed by
// their phone and sealed to the server, so that whoever carries them reads no card and can change nothing (docs/adr/012).
//   file = magic line ‖ head line ‖ sealed ‖ checksum        sealed = point ‖ AES-GCM(gzip(signature line ‖ body))
// The format is for ever, like that of a sync: a file may lie in a mailbox for weeks. Invariant: the head, which anybody can
// read, names no card; it is bound to what is sealed, and believed only when the server has opened that.
import * as z from 'zod/mini';
import { concatBytes, sameBytes, utf8, type Sha256 } from '../kernel/bytes.ts';
import { limits } from '../kernel/limits.ts';
import { lineOf, tokenOf } from '../kernel/plain-text.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import { PROTOCOL, Run, SignedHead, type PublicKey } from './exchange.ts';

const MAGIC = 'streekbalie-redding-';
const VERSION = 1;
const CHECKSUM_BYTES = 8;
const NEW_LINE = 10;

const Seq = z.int().check(z.minimum(1), z.maximum(limits.seqMax));

/** Open to whoever carries it: what it is and whose, and for which key it was sealed. */
export const RescueHead = z.object({
  region: tokenOf(40),
  device: z.uuid(),
  /** As the coordinator calls that phone. */
  name: lineOf(limits.deviceNameMax),
  count: z.int().check(z.minimum(1), z.maximum(limits.rescueCommandsMax)),
  from: Seq,
  to: Seq,
  madeAt: z.int(),
  key: tokenOf(16),
});
export type RescueHead = z.infer<typeof RescueHead>;

/** What is sealed. `runs` and `head` as in a SyncRequest. */
export const RescueBody = z.object({
  protocol: z.literal(PROTOCOL),
  region: tokenOf(40),
  device: z.uuid(),
  madeAt: z.int(),
  runs: z.array(Run).check(z.minLength(1), z.maxLength(limits.rescueRunsMax)),
  head: z.nullable(SignedHead),
});
export type RescueBody = z.infer<typeof RescueBody>;

/** What the phone signs of the body's exact text. */
export const rescueText = (device: string, body: string): Uint8Array =>
  utf8(`streekbalie-rescue-1\n${device}\n${body}`);

/** `signature` in base64url, then the body. */
export const rescuePlain = (signature: string, body: string): Uint8Array => utf8(`${signature}\n${body}`);

// Sealing: ECDH P-256 with a key made for this file, HKDF-SHA-256, AES-256-GCM with the open lines as additional data.
// Key and nonce both follow from the agreement, as in HPKE (RFC 9180): a key seals once.

/** An uncompressed point of P-256. */
export const RESCUE_POINT_BYTES = 65;
export const RESCUE_KEY_BYTES = 32;
export const RESCUE_NONCE_BYTES = 12;
export const RESCUE_KEY_INFO = utf8('streekbalie-rescue-1');

export const rescueSalt = (point: Uint8Array, serverPoint: Uint8Array): Uint8Array =>
  concatBytes(point, serverPoint);

/** Which of the server's keys: told in a head, and by a phone that says which one it holds. */
export const rescueKeyId = (key: PublicKey): string => key.x.slice(0, 12);

export type RescueFile = {
  readonly head: RescueHead;
  /** The open lines, exactly: additional data of the seal. */
  readonly open: Uint8Array;
  readonly sealed: Uint8Array;
};

export const rescueOpenLines = (head: RescueHead): Uint8Array =>
  utf8(`${MAGIC}${VERSION}\n${JSON.stringify(head)}\n`);

export function writeRescue(sha256: Sha256, open: Uint8Array, sealed: Uint8Array): Uint8Array {
  const content = concatBytes(open, sealed);
  return concatBytes(content, sha256(content).subarray(0, CHECKSUM_BYTES));
}

/** `rescue-not-ours`: anything else. `rescue-newer`: of a later version. `rescue-damaged`: not as it was written. */
export type RescueFault = { readonly code: 'rescue-not-ours' | 'rescue-newer' | 'rescue-damaged' };

export function readRescue(sha256: Sha256, bytes: Uint8Array): Result<RescueFile, RescueFault> {
  const magicEnd = bytes.subarray(0, MAGIC.length + 4).indexOf(NEW_LINE);
  const magic = textOf(bytes.subarray(0, Math.max(0, magicEnd)));
  const version = magic?.startsWith(MAGIC) ? magic.slice(MAGIC.length) : '';
  if (!/^\d{1,3}$/.test(version)) return refuse({ code: 'rescue-not-ours' });
  if (Number(version) > VERSION) return refuse({ code: 'rescue-newer' });
  if (bytes.length > limits.rescueBytesMax) return refuse({ code: 'rescue-damaged' });
  const content = bytes.subarray(0, bytes.length - CHECKSUM_BYTES);
  const whole = sameBytes(sha256(content).subarray(0, CHECKSUM_BYTES), bytes.subarray(content.length));
  const headEnd = content.indexOf(NEW_LINE, magicEnd + 1);
  const head = whole ? headOf(content.subarray(magicEnd + 1, Math.max(0, headEnd))) : undefined;
  if (!head || content.length - headEnd - 1 <= RESCUE_POINT_BYTES) return refuse({ code: 'rescue-damaged' });
  return ok({ head, open: content.subarray(0, headEnd + 1), sealed: content.subarray(headEnd + 1) });
}

function headOf(line: Uint8Array): RescueHead | undefined {
  const text = textOf(line);
  if (text === undefined) return undefined;
  try {
    const parsed = z.safeParse(RescueHead, JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined; // no JSON: as good as no head
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined; // no text
  }
}

/** What became of a bundle, in commands: for who brought it. No card, no time, no person. */
export const RescueOutcome = z.object({
  device: z.uuid(),
  name: z.string(),
  /** Scans; each is in one of the five below. */
  count: z.int(),
  /** Not in `count`: a scan taken back on the phone, and the server agrees. */
  undos: z._default(z.int(), 0),
  /** New, and the visit counts. */
  counted: z.int(),
  /** New, and another visit counts already. */
  already: z.int(),
  /** Came before, by the phone itself or in another copy. */
  known: z.int(),
  /** New, and held apart until a person has looked. */
  toLookAt: z.int(),
  /** New, and not counted, for good: taken back, refused, not proven. */
  refused: z._default(z.int(), 0),
});
export type RescueOutcome = z.infer<typeof RescueOutcome>;

/** POST /api/rescue/carried: a phone hands in what another one gave it. Signed by the carrier like a sync request. */
export const CarriedRequest = z.object({
  protocol: z.literal(PROTOCOL),
  device: z.uuid(),
  sentAt: z.int(),
  /** The file, base64url. */
  bundle: z.string().check(z.maxLength(limits.rescueTextMax)),
});
export type CarriedRequest = z.infer<typeof CarriedRequest>;

/** Why a bundle is not taken; a later server may know more reasons. */
export const RESCUE_REFUSALS = [
  'rescue-not-ours',
  'rescue-newer',
  'rescue-damaged',
  'rescue-other-region',
  'rescue-other-server',
  'rescue-unknown-device',
  'rescue-not-proven',
] as const;
export type RescueRefusal = (typeof RESCUE_REFUSALS)[number];

/** Signed by the server: only then does the carrier believe it. `sentAt`: echo, an old answer cannot be played again. */
export const CarriedResponse = z.object({
  protocol: z.literal(PROTOCOL),
  device: z.uuid(),
  sentAt: z.int(),
  outcome: z.nullable(RescueOutcome),
  refused: z.nullable(z.string().check(z.maxLength(40))),
});
export type CarriedResponse = z.infer<typeof CarriedResponse>;
