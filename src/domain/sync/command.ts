// A command: a fact that a phone or desk wrote down, in the exact text that is stored, hashed and sent. For ever:
// an installed phone runs last month's code, so shipped schemas only gain optional fields.
//   hash = SHA-256(prevHash ‖ envelope ‖ SHA-256(salt ‖ payload))
// Salt and payload can be erased later; the chain still verifies from the payload's digest (docs/adr/002).
// Invariant: nobody re-serialises; ids and times are made once, before anything is sent.
import * as z from 'zod/mini';
import { concatBytes, utf8, type Sha256 } from '../kernel/bytes.ts';
import { limits } from '../kernel/limits.ts';
import { tokenOf } from '../kernel/plain-text.ts';
import { SCAN_WAYS } from '../cards/read-scan.ts';
import { VERDICTS } from '../checkins/verdict.ts';

export const COMMAND_KINDS = ['check-in', 'undo-check-in'] as const;
export type CommandKind = (typeof COMMAND_KINDS)[number];

/** What the phone last heard from the server, signed: the lower bound of every later time claim. */
export const Anchor = z.object({
  serverTime: z.int(),
  syncNo: z.int().check(z.minimum(0), z.maximum(limits.seqMax)),
  /** Reading of the same session's monotonic clock when the answer came; null when another session heard it. */
  monoMs: z.nullable(z.number()),
});
export type Anchor = z.infer<typeof Anchor>;

export const Envelope = z.object({
  id: z.uuid(),
  kind: tokenOf(40),
  v: z.int().check(z.minimum(1)),
  device: z.uuid(),
  /** 1, 2, 3 … without a gap, per device. */
  seq: z.int().check(z.minimum(1), z.maximum(limits.seqMax)),
  /** Random per page load. */
  session: z.string().check(z.maxLength(40)),
  /** Device clock, UTC milliseconds. */
  occurredAt: z.int(),
  /** Monotonic clock of the session; may stand still in sleep, so a lower bound of what passed. */
  monoMs: z.number(),
  anchor: z.nullable(Anchor),
  activityVersion: z.nullable(z.int()),
  rosterVersion: z.nullable(z.int()),
  rulesVersion: z.int(),
  verdictShown: z.nullable(z.enum(VERDICTS)),
});
export type Envelope = z.infer<typeof Envelope>;

/** Version of the rules in src/domain; raised when a decision changes. */
export const RULES_VERSION = 1;

export const CheckInPayload = z.object({
  activityId: z.uuid(),
  /** 13 digits of the card; `chip` where only the chip was read. */
  number: z.optional(tokenOf(32)),
  chip: z.optional(tokenOf(32)),
  way: z.enum(SCAN_WAYS),
  /** Desk only: from a paper list, with the time written there and why there was paper. */
  paper: z.optional(
    z.object({ at: z.int(), reason: z.string().check(z.maxLength(limits.reasonMax)), by: z.string() }),
  ),
});
export type CheckInPayload = z.infer<typeof CheckInPayload>;

export const UndoCheckInPayload = z.object({
  target: z.uuid(),
  reason: z.optional(z.string().check(z.maxLength(limits.reasonMax))),
});
export type UndoCheckInPayload = z.infer<typeof UndoCheckInPayload>;

/** A command as it travels: three texts, in base64url the salt. */
export const WireCommand = z.tuple([
  z.string().check(z.maxLength(limits.commandTextMax)),
  z.string().check(z.maxLength(limits.commandTextMax)),
  z.string().check(z.maxLength(64)),
]);
export type WireCommand = z.infer<typeof WireCommand>;

export const HASH_BYTES = 32;
export const SALT_BYTES = 16;
/** Before the first command of a device. */
export const GENESIS_HASH = new Uint8Array(HASH_BYTES);

export const payloadDigest = (sha256: Sha256, salt: Uint8Array, payload: string): Uint8Array =>
  sha256(concatBytes(salt, utf8(payload)));

export const chainHash = (
  sha256: Sha256,
  prevHash: Uint8Array,
  envelope: string,
  digest: Uint8Array,
): Uint8Array => sha256(concatBytes(prevHash, utf8(envelope), digest));

/** What a phone's key signs for each scan; a sync sends the newest. `hash` in base64url. */
export const headText = (region: string, device: string, seq: number, hash: string): Uint8Array =>
  utf8(`streekbalie-head-1\n${region}\n${device}\n${seq}\n${hash}`);
