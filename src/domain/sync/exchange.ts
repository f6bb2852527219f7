// POST /api/sync: one request up and down (offline-and-sync part 3). Signed both ways over the exact body text:
// up by the phone's key (header `streekbalie-signature`), down by the server's. The format is for ever: protocol 1.
import * as z from 'zod/mini';
import { ActivityPolicy } from '../checkins/activity-policy.ts';
import { utf8 } from '../kernel/bytes.ts';
import { limits } from '../kernel/limits.ts';
import { lineOf, tokenOf } from '../kernel/plain-text.ts';
import { APP_AGES } from './app-age.ts';
import { WireCommand } from './command.ts';
import { Because, OUTCOMES } from './ruling.ts';

export const PROTOCOL = 1;
/** The oldest one that the server still takes; below it the answer is ProtocolRefusal, and the phone keeps everything. */
export const PROTOCOL_OLDEST = 1;
export const SIGNATURE_HEADER = 'streekbalie-signature';

const Seq = z.int().check(z.minimum(0), z.maximum(limits.seqMax));
const Hash = z.string().check(z.maxLength(44));
/** Inclusive. */
const SeqRange = z.tuple([Seq, Seq]);
export type SeqRange = z.infer<typeof SeqRange>;

/** P-256 public key as JWK, of ECDSA or of ECDH; `crv` leaves room for another curve. */
export const PublicKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string().check(z.length(43)),
  y: z.string().check(z.length(43)),
});
export type PublicKey = z.infer<typeof PublicKey>;

/** A signed head: ECDSA P-256 with SHA-256 over headText, IEEE P1363, base64url. */
export const SignedHead = z.object({ seq: Seq, hash: Hash, signature: z.string().check(z.maxLength(128)) });
export type SignedHead = z.infer<typeof SignedHead>;

/** Commands without a gap between them, with the hash before the first and the signature of the last. */
export const Run = z
  .object({
    fromSeq: z.int().check(z.minimum(1), z.maximum(limits.seqMax)),
    prevHash: Hash,
    commands: z.array(WireCommand).check(z.minLength(1), z.maxLength(limits.batchCommandsMax)),
    signature: z.string().check(z.maxLength(128)),
    /** Answer to `sendSignatures`: one for each command of the run. */
    signatures: z.optional(z.array(z.string().check(z.maxLength(128)))),
  })
  .check(z.refine(({ fromSeq, commands }) => fromSeq + commands.length - 1 <= limits.seqMax));
export type Run = z.infer<typeof Run>;

/** How the phone is, for the coordinator's list; nothing personal. */
export const PhoneReport = z.object({
  appVersion: tokenOf(40),
  platform: tokenOf(80),
  installed: z.boolean(),
  persisted: z.boolean(),
  freeBytes: z.nullable(z.number()),
  battery: z.nullable(z.number()),
  /** Beyond what this request carries. */
  unsent: z.int(),
  oldestUnsentAt: z.nullable(z.int()),
  rosterBuiltAt: z.nullable(z.int()),
  clockSkewMs: z.nullable(z.int()),
  shiftActive: z.boolean(),
});
export type PhoneReport = z.infer<typeof PhoneReport>;

export const SyncRequest = z.object({
  protocol: z.literal(PROTOCOL),
  region: tokenOf(40),
  device: z.uuid(),
  /** Rises with every request of the device; an older one is a replay. */
  requestNo: z.int().check(z.minimum(1)),
  sentAt: z.int(),
  runs: z.array(Run).check(z.maxLength(limits.batchRunsMax)),
  /** Newest head of all, also of what is not in this request: names what the phone still owes. */
  head: z.nullable(SignedHead),
  cursor: z.nullable(z.string().check(z.maxLength(160))),
  roster: z.nullable(z.object({ id: z.string().check(z.maxLength(80)), version: z.int() })),
  /** The phone holds no token that still works. */
  wantsToken: z.optional(z.boolean()),
  /** Which key for sealing a rescue it holds (rescueKeyId), empty for none; left out by an app that knows of no rescue. */
  rescueKey: z.optional(tokenOf(16)),
  report: PhoneReport,
});
export type SyncRequest = z.infer<typeof SyncRequest>;

/** What may be read of a request whose protocol is not known: the same in every protocol. */
export const AnyRequest = z.object({ protocol: z.int(), region: tokenOf(40), device: z.uuid() });

/**
 * Status 426, for ever in this form and signed like an answer: the phone keeps what it has and says what to do. Unsigned it
 * is somebody else's answer.
 */
export const ProtocolRefusal = z.object({ code: z.literal('app-too-old') });
export type ProtocolRefusal = z.infer<typeof ProtocolRefusal>;

/** `hash` is that of seq `to`; by the chain it covers all before it. */
export const Receipt = z.object({ from: Seq, to: Seq, hash: Hash, receivedAt: z.int() });
export type Receipt = z.infer<typeof Receipt>;

/** Equal rulings together, by the seq of this phone's commands. */
export const RulingGroup = z.object({
  n: z.int(),
  outcome: z.enum(OUTCOMES),
  /** A RulingCode; a text, because a later server may know codes that an installed phone does not. */
  code: z.optional(z.string().check(z.maxLength(40))),
  because: z.optional(Because),
  points: z.int(),
  ruledAt: z.int(),
  seqs: z.array(SeqRange),
});
export type RulingGroup = z.infer<typeof RulingGroup>;

/** A visit on another phone: fingerprint of the card under the roster's key (base64url), time, device, command, does it count. */
export const VisitItem = z.tuple([
  z.string(),
  z.int(),
  z.uuid(),
  z.uuid(),
  z.union([z.literal(0), z.literal(1)]),
]);
export type VisitItem = z.infer<typeof VisitItem>;

export const RosterOffer = z.object({
  id: z.string(),
  version: z.int(),
  url: z.string(),
  expiresAt: z.int(),
});
export type RosterOffer = z.infer<typeof RosterOffer>;

/** Another phone of the enrolled activities that owes commands: `atLeast` so many, as far as its signed heads tell. */
export const OwingPhone = z.object({
  device: z.uuid(),
  name: z.string(),
  atLeast: z.int(),
  lastSeenAt: z.int(),
});
export type OwingPhone = z.infer<typeof OwingPhone>;

export const SyncResponse = z.object({
  protocol: z.literal(PROTOCOL),
  device: z.uuid(),
  /** Echo: an old answer cannot be played again. */
  requestNo: z.int(),
  serverTime: z.int(),
  syncNo: z.int(),
  /** `revoked` and `wipe` count only here, in a signed answer. */
  state: z.enum(['active', 'revoked']),
  wipe: z.boolean(),
  receipts: z.array(Receipt),
  /** Same id or seq with other content: both kept, alarm. */
  differs: z.array(z.object({ seq: Seq, hash: Hash })),
  /** A run's signature failed: send it again with a signature for each command. */
  sendSignatures: z.array(SeqRange),
  rulings: z.array(RulingGroup),
  highWater: z.object({ seq: Seq, hash: Hash }),
  /** What the server knows to exist but does not have. */
  gaps: z.array(SeqRange),
  changes: z.object({
    deviceName: z.optional(z.string()),
    activities: z.optional(z.array(ActivityPolicy)),
    devices: z.optional(z.array(z.object({ id: z.uuid(), name: z.string() }))),
    visits: z.optional(z.array(z.object({ activityId: z.uuid(), items: z.array(VisitItem) }))),
    roster: z.optional(z.nullable(RosterOffer)),
    /** Left out when nobody owes anything that the server knows of. */
    owing: z.optional(z.array(OwingPhone)),
    /** The server's newest signing key, while it also signs with the one before: pinned from here on. */
    serverKey: z.optional(PublicKey),
    /** Left out for the newest app. A text: a later server may know more than these. */
    app: z.optional(z.catch(z.enum(APP_AGES), 'behind')),
    /** The server's newest key for sealing a rescue, when the phone named another one: pinned like the signing key. */
    rescueKey: z.optional(PublicKey),
  }),
  cursor: z.string(),
  more: z.boolean(),
  token: z.nullable(z.object({ value: z.string(), expiresAt: z.int() })),
});
export type SyncResponse = z.infer<typeof SyncResponse>;

/**
 * What a phone signs of a request and the server of an answer: purpose, who, and the body's exact text.
 * After a change of its key the server signs with the newest and with those before it: the header holds them all,
 * with a comma between, and an answer counts when one of them is by the pinned key.
 */
export const requestText = (device: string, body: string): Uint8Array =>
  utf8(`streekbalie-request-1\n${device}\n${body}`);
export const responseText = (device: string, body: string): Uint8Array =>
  utf8(`streekbalie-answer-1\n${device}\n${body}`);

// Enrolling (offline-and-sync part 4). The code travels in the body, never in a URL that is logged.

/** The text both sides feed to enrolWords. */
export const publicKeyText = (key: PublicKey): string => `${key.crv}.${key.x}.${key.y}`;

export const EnrolRequest = z.object({
  protocol: z.literal(PROTOCOL),
  code: z.string().check(z.maxLength(40)),
  publicKey: PublicKey,
  name: lineOf(limits.deviceNameMax),
  platform: tokenOf(80),
  appVersion: tokenOf(40),
  replaces: z.optional(z.uuid()),
});
export type EnrolRequest = z.infer<typeof EnrolRequest>;

export const EnrolResponse = z.object({
  device: z.uuid(),
  region: z.string(),
  regionName: z.string(),
  organisationName: z.string(),
  activityTitles: z.array(z.string()),
  /** The server's answers are signed with this key: pinned from here on. */
  serverKey: PublicKey,
  /** ECDH: unsent scans are sealed to it when they travel by another way (rescue.ts). A server of before has none. */
  rescueKey: z.optional(PublicKey),
  /** Of the device that this one replaces, of the same organisation: its commands up to here are in custody. */
  replaced: z.optional(z.object({ device: z.uuid(), name: z.string(), inCustody: Seq })),
  expiresAt: z.int(),
});
export type EnrolResponse = z.infer<typeof EnrolResponse>;

/** POST /api/enrol/status, body signed like a sync request. */
export const EnrolStatusRequest = z.object({
  protocol: z.literal(PROTOCOL),
  device: z.uuid(),
  sentAt: z.int(),
});
export type EnrolStatusRequest = z.infer<typeof EnrolStatusRequest>;
export const EnrolStatusResponse = z.object({
  state: z.enum(['pending', 'active', 'refused', 'expired', 'revoked']),
});
export type EnrolStatusResponse = z.infer<typeof EnrolStatusResponse>;
