// A fact is written down: outbox row, local effect and the new head of the chain in one strict transaction. Number and
// hash are made inside it, with a synchronous SHA-256, so two tabs cannot fork the chain even without locks.
import { sha256 } from '@noble/hashes/sha2.js';
import { assert } from '#domain/kernel/assert.ts';
import { fromBase64url, toBase64url } from '#domain/kernel/bytes.ts';
import { limits } from '#domain/kernel/limits.ts';
import { planted } from '#domain/kernel/planted.ts';
import { ok, type Result } from '#domain/kernel/result.ts';
import {
  chainHash,
  headText,
  payloadDigest,
  RULES_VERSION,
  SALT_BYTES,
  type Anchor,
  type CheckInPayload,
  type CommandKind,
  type Envelope,
  type UndoCheckInPayload,
} from '#domain/sync/command.ts';
import type { Clock } from '../clock.ts';
import { signBytes } from '../db/device-keys.ts';
import { keepKnownDevice, type TraceStore } from '../db/known-device.ts';
import type { DeviceRow, HeardAnchor, OutboxRow, PhoneDb } from '../db/phone-db.ts';
import { seal } from '../db/seal.ts';
import { NoDevice, writeStrictly, type NotSaved } from '../db/strict-write.ts';
import { idFrom, type Chance } from '../ids.ts';
import { noteWrite } from './in-flight.ts';

/** Who writes, and with which clock and dice. */
export type Author = {
  readonly db: PhoneDb;
  readonly device: DeviceRow;
  /** Random per page load. */
  readonly session: string;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly trace: TraceStore;
  /** Told after each command is safe. */
  readonly onSaved?: (command: OutboxRow) => void;
};

type Payloads = { 'check-in': CheckInPayload; 'undo-check-in': UndoCheckInPayload };

/** What the screen will say, and from which facts: part of the envelope. */
export type Grounds = Pick<Envelope, 'verdictShown' | 'activityVersion' | 'rosterVersion'>;

export type Stamp = { readonly commandId: string; readonly device: string };

/** Decided inside the transaction from what it reads there; `write: false` leaves everything as it was. */
export type LocalEffect<T> =
  | { readonly write: false; readonly result: T }
  | {
      readonly write: true;
      readonly result: T;
      readonly grounds: Grounds;
      readonly apply: (seq: number) => PromiseLike<unknown>;
    };

export type Dispatched<T> = {
  readonly result: T;
  readonly command: OutboxRow | undefined;
  /** Settles when the head's signature is kept; nothing waits for it. */
  readonly signed: Promise<void>;
};

export function dispatch<T, K extends CommandKind>(
  author: Author,
  kind: K,
  payload: Payloads[K],
  effect: (stamp: Stamp) => Promise<LocalEffect<T>>,
): Promise<Result<Dispatched<T>, NotSaved>> {
  return noteWrite(write(author, kind, payload, effect));
}

async function write<T, K extends CommandKind>(
  author: Author,
  kind: K,
  payload: Payloads[K],
  effect: (stamp: Stamp) => Promise<LocalEffect<T>>,
): Promise<Result<Dispatched<T>, NotSaved>> {
  const { db, device } = author;
  const draft = await draftOf(author, kind, payload);
  const forked = planted('two-tabs-fork') ? await db.chains.get(device.id) : undefined;
  let first: T | undefined;
  const saved = await writeStrictly(
    db,
    [db.outbox, db.chains, db.contacts, db.devices, db.scans, db.visits, db.activities],
    async () => {
      // The first try may have been stored although it was reported as failed: then it is this command already.
      const before = first && (await db.outbox.where('id').equals(draft.id).first());
      if (before && first !== undefined) return { result: first, command: before };
      // All questions at once: on a slow phone each answer takes a turn of its own.
      const [chain, current, contact, local] = await Promise.all([
        forked ?? db.chains.get(device.id),
        db.devices.get(device.id),
        db.contacts.get(device.id),
        effect({ commandId: draft.id, device: device.id }),
      ]);
      if (!chain || current?.state !== 'active') throw new NoDevice();
      first = local.result;
      if (!local.write) return { result: local.result, command: undefined };
      const command = chained(draft, chain, local.grounds, anchorOf(contact?.anchor ?? null, author.session));
      await Promise.all([
        forked ? db.outbox.put(command) : db.outbox.add(command),
        db.chains.put({ device: device.id, seq: command.seq, hash: command.hash }),
        local.apply(command.seq),
      ]);
      return { result: local.result, command };
    },
  );
  if (!saved.ok) return saved;
  const { command, result } = saved.value;
  if (!command) return ok({ result, command, signed: Promise.resolve() });
  keepKnownDevice(author.trace, { device: device.id, seq: command.seq });
  const signed = noteWrite(
    keepSignature(db, device, command).catch((error: unknown) => {
      console.warn('A signature is made up later, before sending.', error);
    }),
  );
  author.onSaved?.(command);
  return ok({ result, command, signed });
}

/** Signs the head that a command made, and keeps the signature with it. */
export async function keepSignature(
  db: PhoneDb,
  device: DeviceRow,
  command: Pick<OutboxRow, 'seq' | 'hash'>,
): Promise<void> {
  const signature = await signBytes(
    device.signKey,
    headText(device.region, device.id, command.seq, command.hash),
  );
  await db.outbox.update([device.id, command.seq], { signature });
}

type Draft = {
  readonly id: string;
  readonly kind: CommandKind;
  readonly device: string;
  readonly session: string;
  readonly occurredAt: number;
  readonly monoMs: number;
  readonly salt: string;
  readonly digest: Uint8Array;
  readonly sealed: OutboxRow['payload'];
};

/** All that takes time or chance, made before the transaction opens. */
async function draftOf(author: Author, kind: CommandKind, payload: object): Promise<Draft> {
  const { clock, chance, device, session } = author;
  const occurredAt = clock.now();
  const monoMs = clock.monoMs();
  const text = JSON.stringify(payload);
  assert(text.length <= limits.commandTextMax, 'a payload fits in a request');
  const salt = chance.bytes(SALT_BYTES);
  return {
    id: idFrom(chance, occurredAt),
    kind,
    device: device.id,
    session,
    occurredAt,
    monoMs,
    salt: toBase64url(salt),
    digest: payloadDigest(sha256, salt, text),
    sealed: await seal(device.storageKey, chance, text),
  };
}

function chained(
  draft: Draft,
  chain: { seq: number; hash: string },
  grounds: Grounds,
  anchor: Anchor | null,
): OutboxRow {
  const seq = chain.seq + 1;
  const fields: Envelope = {
    id: draft.id,
    kind: draft.kind,
    v: 1,
    device: draft.device,
    seq,
    session: draft.session,
    occurredAt: draft.occurredAt,
    monoMs: draft.monoMs,
    anchor,
    ...grounds,
    rulesVersion: RULES_VERSION,
  };
  const envelope = JSON.stringify(fields);
  const prevHash = fromBase64url(chain.hash);
  assert(prevHash?.length === 32, 'the head of the chain is a hash');
  return {
    device: draft.device,
    seq,
    id: draft.id,
    kind: draft.kind,
    envelope,
    payload: draft.sealed,
    salt: draft.salt,
    prevHash: chain.hash,
    hash: toBase64url(chainHash(sha256, prevHash, envelope, draft.digest)),
    at: draft.occurredAt,
    state: 'unsent',
  };
}

/** Only the session that heard the answer can say how long ago that was. */
const anchorOf = (heard: HeardAnchor | null, session: string): Anchor | null =>
  heard && {
    serverTime: heard.serverTime,
    syncNo: heard.syncNo,
    monoMs: heard.session === session ? heard.monoMs : null,
  };
