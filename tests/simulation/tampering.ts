// Somebody opens the phone's storage with the tools of a browser and changes what the server does not have yet, or has
// without the phone knowing. The key cannot be read out; whoever holds the phone can still use it.
import { fromBase64url, toBase64url } from '#domain/kernel/bytes.ts';
import { chainHash, headText, payloadDigest } from '#domain/sync/command.ts';
import { sha256 } from '#server/devices/device-signatures.ts';
import type { ChainRow, DeviceRow, OutboxRow } from '../../src/lib/db/phone-db.ts';
import { signBytes } from '../../src/lib/db/device-keys.ts';
import { seal, unsealText } from '../../src/lib/db/seal.ts';
import type { Dice } from './dice.ts';
import type { PhoneDisk } from './phone-disk.ts';
import { REGION } from './sim-server.ts';

export const TAMPERINGS = ['garbled', 'deleted', 'swapped', 'rewritten'] as const;
export type Tampering = {
  readonly how: (typeof TAMPERINGS)[number];
  /** The command it was done to, as it was. */
  readonly device: string;
  readonly seq: number;
  readonly hash: string;
};

/** Says what was done; undefined when there was nothing that the server would have to notice. */
export async function tamper(
  disk: PhoneDisk,
  deviceId: string,
  dice: Dice,
  isOnServer: (row: OutboxRow) => boolean,
): Promise<Tampering | undefined> {
  const rows = disk
    .rows<OutboxRow>('outbox')
    .filter(({ device, state }) => device === deviceId && state === 'unsent')
    .sort((a, b) => a.seq - b.seq);
  if (rows.length === 0) return undefined;
  const how = dice.pick(TAMPERINGS);
  const [row, next] = rows.slice(dice.int(0, rows.length - 1));
  if (!row) return undefined;
  const { device, seq, hash } = row;
  const done = { how, device, seq, hash };
  switch (how) {
    case 'garbled': {
      const bytes = new Uint8Array(row.payload.bytes.slice(0));
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      put(disk, { ...row, payload: { ...row.payload, bytes: bytes.buffer } });
      return done;
    }
    case 'deleted':
      if (isOnServer(row)) return undefined;
      disk.tables.outbox.delete(keyOf(row));
      return done;
    case 'swapped':
      if (!next) return undefined;
      put(disk, { ...next, seq: row.seq });
      put(disk, { ...row, seq: next.seq });
      return done;
    case 'rewritten': {
      // What the server never had can be rewritten by who holds the phone: that is as if it had been scanned so.
      if (!isOnServer(row)) return undefined;
      await rewriteFrom(disk, rows, row, dice);
      return done;
    }
  }
}

/** Another card in one command, and everything after it hashed and signed anew. */
async function rewriteFrom(
  disk: PhoneDisk,
  rows: readonly OutboxRow[],
  from: OutboxRow,
  dice: Dice,
): Promise<void> {
  const device = disk.rows<DeviceRow>('devices').find(({ id }) => id === from.device);
  if (!device) return;
  const chance = { bytes: (count: number) => dice.bytes(count), fraction: () => dice.fraction() };
  let prevHash = from.prevHash;
  let seq = from.seq;
  for (const row of rows.filter((other) => other.seq >= from.seq)) {
    const text = await unsealText(device.storageKey, row.payload);
    const payload = row === from ? text.replace(/"way":"\w+"/, '"way":"typed"').concat(' ') : text;
    const digest = payloadDigest(sha256, fromBase64url(row.salt) ?? new Uint8Array(), payload);
    const previous = fromBase64url(prevHash) ?? new Uint8Array();
    const hash = toBase64url(chainHash(sha256, previous, row.envelope, digest));
    const signature = await signBytes(device.signKey, headText(REGION, row.device, row.seq, hash));
    put(disk, { ...row, payload: await seal(device.storageKey, chance, payload), prevHash, hash, signature });
    prevHash = hash;
    seq = row.seq;
  }
  const chain: ChainRow = { device: from.device, seq, hash: prevHash };
  const known = disk.rows<ChainRow>('chains').find((row) => row.device === from.device);
  if (known?.seq === seq) disk.tables.chains.set(JSON.stringify(from.device), { ...chain });
}

const keyOf = ({ device, seq }: OutboxRow): string => JSON.stringify([device, seq]);

function put(disk: PhoneDisk, row: OutboxRow): void {
  disk.tables.outbox.set(keyOf(row), { ...row });
}
