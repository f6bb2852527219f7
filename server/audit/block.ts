// What a block of the audit promises: these entries, in this order, after that block, signed by this server (ADR 013).
import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyPair } from '../keys.ts';

/** As it stands in the database; `detail` is the text the database gives, to the last space. */
export type Entry = {
  readonly auditId: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
};

/** From and including `to`. */
export type IdRange = readonly [from: number, to: number];

type Content = {
  readonly regionId: number;
  readonly blockNo: number;
  readonly ranges: readonly IdRange[];
  /** 32 bytes for each entry, so that a change is found to the entry. */
  readonly entryHashes: Buffer;
  readonly previousHash: Buffer;
  readonly sealedAt: number;
};

export type Block = Content & {
  readonly hash: Buffer;
  readonly keyId: string;
  readonly signature: Buffer;
};

export const HASH_BYTES = 32;
/** What the first block follows. */
export const NOTHING_BEFORE = Buffer.alloc(HASH_BYTES);

export function sealBlock(content: Content, key: KeyPair): Block {
  const hash = hashBlock(content);
  const signature = sign('sha256', hash, { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return { ...content, hash, keyId: key.id, signature };
}

export const hashBlock = (block: Content): Buffer =>
  sha256([
    'streekbalie-audit-block-1',
    block.regionId,
    block.blockNo,
    block.ranges,
    block.entryHashes.toString('base64'),
    block.previousHash.toString('hex'),
    block.sealedAt,
  ]);

/** Without its number: that is its place, and the block holds places. So an entry that changed places is known again. */
export const hashEntry = (regionId: number, entry: Entry): Buffer =>
  sha256([
    'streekbalie-audit-entry-1',
    regionId,
    entry.at,
    entry.actor,
    entry.action,
    entry.subject,
    entry.detail,
  ]);

export function isSignedBy(block: Block, key: KeyPair): boolean {
  const publicKey = createPublicKey({ key: key.publicJwk, format: 'jwk' });
  return verify('sha256', block.hash, { key: publicKey, dsaEncoding: 'ieee-p1363' }, block.signature);
}

export function idsOf(ranges: readonly IdRange[]): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
}

/** `ids` in rising order. */
export function rangesOf(ids: readonly number[]): IdRange[] {
  const ranges: [number, number][] = [];
  for (const id of ids) {
    const last = ranges.at(-1);
    if (last && last[1] === id - 1) last[1] = id;
    else ranges.push([id, id]);
  }
  return ranges;
}

const sha256 = (parts: readonly unknown[]): Buffer =>
  createHash('sha256').update(JSON.stringify(parts)).digest();
