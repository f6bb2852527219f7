// What came in, as it is ruled: each command of a run with its hash, its proof and what it says. A command that cannot be
// read is kept all the same.
import { parseBoundedJson } from '#server/bounded-json.ts';
import * as z from 'zod/mini';
import { fromBase64url, type Sha256 } from '#domain/kernel/bytes.ts';
import {
  CheckInPayload,
  Envelope,
  UndoCheckInPayload,
  chainHash,
  payloadDigest,
  type WireCommand,
} from '#domain/sync/command.ts';
import type { CheckedRun } from '#domain/sync/custody.ts';
import type { Run } from '#domain/sync/exchange.ts';
import type { BatchDevice, NewCommand, StoredCommand } from './batch-store.ts';

export type ReadingContext = {
  readonly sha256: Sha256;
  /** How many commands of the run, from its start, carry a good signature of this device. */
  readonly provenCount: (run: HashedRun, device: BatchDevice) => number;
  /** The database would not have this one command as it is: keep it with a refusal. */
  readonly poisoned?: boolean;
};

export type IncomingCommand = NewCommand & { readonly content: Content };

/** A run with the hash of each of its commands. */
export type HashedRun = Run & { readonly hashes: readonly Uint8Array[] };

export type Content =
  | { readonly kind: 'check-in'; readonly envelope: Envelope; readonly payload: CheckInPayload }
  | { readonly kind: 'undo-check-in'; readonly envelope: Envelope; readonly payload: UndoCheckInPayload }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed' };

/** Reads a run and proves it as far as its signatures reach. */
export function checkRun(
  device: BatchDevice,
  run: Run,
  context: ReadingContext,
): CheckedRun<IncomingCommand> {
  const prevHash = fromBase64url(run.prevHash) ?? new Uint8Array();
  let previous = prevHash;
  const commands = run.commands.map((wire, index) => {
    const command = readCommand(context, device.deviceId, run.fromSeq + index, previous, wire);
    previous = command.hash;
    return command;
  });
  const hashes = commands.map(({ hash }) => hash);
  // A desk's commands are made on the server itself and carry no signature.
  const provenCount =
    device.kind === 'desk' ? commands.length : context.provenCount({ ...run, hashes }, device);
  return { prevHash, commands, provenCount, eachSigned: run.signatures !== undefined };
}

export function readEnvelope(text: string): Envelope | undefined {
  const parsed = z.safeParse(Envelope, jsonOf(text));
  return parsed.success ? parsed.data : undefined;
}

/** A command that cannot be read is kept all the same: it has its place in the chain and a refusal. */
function readCommand(
  { sha256, poisoned }: ReadingContext,
  device: string,
  seq: number,
  prevHash: Uint8Array,
  [envelope, payload, saltText]: WireCommand,
): IncomingCommand {
  const salt = fromBase64url(saltText) ?? new Uint8Array();
  const digest = payloadDigest(sha256, salt, payload);
  const hash = chainHash(sha256, prevHash, envelope, digest);
  const parsed = z.safeParse(Envelope, jsonOf(envelope));
  const base = { device, seq, hash, envelope, payload, salt, digest };
  if (poisoned || !parsed.success || parsed.data.seq !== seq || parsed.data.device !== device) {
    return { ...base, id: idFromHash(hash), kind: 'malformed', content: { kind: 'malformed' } };
  }
  return { ...base, id: parsed.data.id, kind: parsed.data.kind, content: contentOf(parsed.data, payload) };
}

/** A stored command as it is ruled; what was erased can no longer be. */
export function readStored({ payload, salt, receivedAt: _came, ...stored }: StoredCommand): IncomingCommand {
  const parsed = z.safeParse(Envelope, jsonOf(stored.envelope));
  const readable = parsed.success && stored.kind !== 'malformed' && payload !== null;
  return {
    ...stored,
    payload: payload ?? '',
    salt: salt ?? new Uint8Array(),
    content: readable ? contentOf(parsed.data, payload) : { kind: 'malformed' },
  };
}

function contentOf(envelope: Envelope, payloadText: string): Content {
  const payload = jsonOf(payloadText);
  if (envelope.kind === 'check-in' && envelope.v === 1) {
    const parsed = z.safeParse(CheckInPayload, payload);
    return parsed.success ? { kind: 'check-in', envelope, payload: parsed.data } : { kind: 'malformed' };
  }
  if (envelope.kind === 'undo-check-in' && envelope.v === 1) {
    const parsed = z.safeParse(UndoCheckInPayload, payload);
    return parsed.success ? { kind: 'undo-check-in', envelope, payload: parsed.data } : { kind: 'malformed' };
  }
  return { kind: 'unknown' };
}

export function jsonOf(text: string): unknown {
  try {
    return parseBoundedJson(text);
  } catch {
    return undefined; // the schema refuses it and says so
  }
}

/** The id of what has none: a UUID (version 8) made of its hash. */
function idFromHash(hash: Uint8Array): string {
  const hex = [...hash.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
