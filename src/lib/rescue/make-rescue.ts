// What a device of this phone has not handed over, as one sealed file. Reads only: the commands stay unsent, and are sent as
// ever when there is network. Works for every device this phone was, also one that was revoked or left.
import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64url, toBase64url } from '#domain/kernel/bytes.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { chainHash, payloadDigest } from '#domain/sync/command.ts';
import { PROTOCOL, type SeqRange } from '#domain/sync/exchange.ts';
import {
  rescueKeyId,
  rescueOpenLines,
  rescuePlain,
  rescueText,
  writeRescue,
  type RescueBody,
  type RescueHead,
} from '#domain/sync/rescue.ts';
import { toRanges } from '#domain/sync/seq-ranges.ts';
import type { Clock } from '../clock.ts';
import { signBytes } from '../db/device-keys.ts';
import type { DeviceRow, OutboxRow, PhoneDb } from '../db/phone-db.ts';
import { readBacklog, withState } from '../db/unsent.ts';
import { composeRuns, signHead, type HeadSigner } from '../sync/compose-runs.ts';
import { openCommands } from '../sync/outgoing-commands.ts';
import type { OutgoingCommand } from '../sync/sync-store.ts';
import { sealRescue } from './seal-rescue.ts';

export type Rescue = {
  readonly head: RescueHead;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Unsent commands after `head.to`: for a following bundle. */
  readonly rest: number;
};

/** `no-key`: this phone had no contact yet since its app knows of rescue. */
export type RescueProblem = { readonly code: 'nothing-unsent' | 'no-key' };

/** Devices of this phone that keep commands the server does not have, as far as they know. */
export async function listUnsent(
  db: PhoneDb,
): Promise<{ readonly device: DeviceRow; readonly count: number }[]> {
  const devices = await db.devices.where('state').anyOf('active', 'revoked', 'left').toArray();
  const found = [];
  for (const device of devices) {
    const { unsent: count } = await readBacklog(db, device.id);
    if (count > 0) found.push({ device, count });
  }
  return found;
}

/** As much as one bundle holds, `from` a number on; the next one begins after its last. */
export async function makeRescue(
  { db, clock }: { readonly db: PhoneDb; readonly clock: Pick<Clock, 'now'> },
  device: DeviceRow,
  { from = 1, commandsMax = limits.rescueCommandsMax as number } = {},
): Promise<Result<Rescue, RescueProblem>> {
  if (!device.rescueKey) return refuse({ code: 'no-key' });
  const rows: OutboxRow[] = await withState(db, device.id, 'unsent', from).limit(commandsMax).toArray();
  for (let take = rows.length; take > 0; take = Math.floor(take / 2)) {
    const bundle = await seal(db, device, device.rescueKey, rows.slice(0, take), clock.now());
    if (bundle.bytes.length > limits.rescueBytesMax) continue;
    const rest = await withState(db, device.id, 'unsent', bundle.head.to + 1).count();
    return ok({ ...bundle, rest });
  }
  return refuse({ code: 'nothing-unsent' });
}

async function seal(
  db: PhoneDb,
  device: DeviceRow,
  serverKey: NonNullable<DeviceRow['rescueKey']>,
  rows: readonly OutboxRow[],
  madeAt: number,
): Promise<Omit<Rescue, 'rest'>> {
  const { region, id } = device;
  const signer: HeadSigner = { region, device: id, sign: (bytes) => signBytes(device.signKey, bytes) };
  const opened = await openCommands(device, rows, limits.rescueBodyMax / 2);
  // Signed anew, and each command by itself where the chain does not hold: nobody can be asked for signatures later.
  const commands = opened.map(({ signature: _kept, ...command }) => command);
  const { runs } = await composeRuns(signer, commands, {
    signatureRanges: brokenLinks(commands),
    runsMax: limits.rescueRunsMax,
  });
  const chain = await db.chains.get(id);
  const body: RescueBody = {
    protocol: PROTOCOL,
    region,
    device: id,
    madeAt,
    runs,
    head: chain
      ? { seq: chain.seq, hash: chain.hash, signature: await signHead(signer, chain.seq, chain.hash) }
      : null,
  };
  const text = JSON.stringify(body);
  const last = runs[runs.length - 1];
  const head: RescueHead = {
    region,
    device: id,
    name: device.name,
    count: runs.reduce((sum, run) => sum + run.commands.length, 0),
    from: runs[0]?.fromSeq ?? 1,
    to: last ? last.fromSeq + last.commands.length - 1 : 1,
    madeAt,
    key: rescueKeyId(serverKey),
  };
  const open = rescueOpenLines(head);
  const plain = await pack(rescuePlain(await signer.sign(rescueText(id, text)), text));
  return {
    head,
    bytes: new Uint8Array(writeRescue(sha256, open, await sealRescue(serverKey, open, plain))),
  };
}

/** Where what is stored no longer gives the hash that was signed. */
function brokenLinks(commands: readonly OutgoingCommand[]): SeqRange[] {
  const broken = commands.filter(({ envelope, payload, salt, prevHash, hash }) => {
    const [before, salted] = [fromBase64url(prevHash), fromBase64url(salt)];
    if (!before || !salted) return true;
    return toBase64url(chainHash(sha256, before, envelope, payloadDigest(sha256, salted, payload))) !== hash;
  });
  return toRanges(broken.map(({ seq }) => seq));
}

async function pack(plain: Uint8Array): Promise<Uint8Array> {
  if (typeof CompressionStream === 'undefined') return plain;
  const zipped = new Blob([new Uint8Array(plain)]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}
