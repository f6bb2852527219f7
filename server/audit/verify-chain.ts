// Reads the whole audit again and says in sentences where it is not as it was sealed. Changes nothing.
import type { Context } from '../context.ts';
import { HASH_BYTES, NOTHING_BEFORE, hashBlock, hashEntry, idsOf, isSignedBy, rangesOf } from './block.ts';
import type { Block, Entry, IdRange } from './block.ts';
import { listRegions, readBlocks, readEntriesOf, readOutsideBlocks, readSealedTwice } from './repository.ts';

const BLOCKS_AT_ONCE = 100;
/** Clocks of several servers, and a transaction that takes its time. */
const SLACK_MS = 10 * 60_000;
/** A server that runs has sealed by then. */
const WAITING_MS_MAX = 3_600_000;

/** What someone keeps elsewhere: how far the list of a region went, and what it came to. */
export type Head = { readonly region: string; readonly blockNo: number; readonly hash: string };

export type Verification = {
  /** Each a sentence; none: everything is as it was. */
  readonly findings: readonly string[];
  /** What has an honest reason too, each a sentence: whoever runs the server must know which it was. */
  readonly remarks: readonly string[];
  readonly blocks: number;
  readonly entries: number;
  /** Entries of the last minutes, which no block holds yet. */
  readonly waiting: number;
};

type VerifyContext = Pick<Context, 'db' | 'keys' | 'clock'>;

export async function verifyAudit(context: VerifyContext, heads: readonly Head[]): Promise<Verification> {
  const regions = await listRegions(context.db);
  const total = { findings: [] as string[], remarks: [] as string[], blocks: 0, entries: 0, waiting: 0 };
  for (const region of regions) {
    const found = await verifyRegion(
      context,
      region,
      heads.filter((head) => head.region === region.slug),
    );
    total.findings.push(...found.findings.map((sentence) => `Region ${region.slug}: ${sentence}`));
    total.remarks.push(...found.remarks.map((sentence) => `Region ${region.slug}: ${sentence}`));
    total.blocks += found.blocks;
    total.entries += found.entries;
    total.waiting += found.waiting;
  }
  for (const { region } of heads)
    if (!regions.some(({ slug }) => slug === region))
      total.findings.push(`Region ${region} stands in the file and no longer in the database.`);
  return total;
}

async function verifyRegion(
  { db, keys, clock }: VerifyContext,
  { regionId }: { readonly regionId: number },
  heads: readonly Head[],
): Promise<Verification> {
  const findings: string[] = [];
  const remarks: string[] = [];
  let before: Block | undefined;
  let entries = 0;
  for (;;) {
    const blocks = await readBlocks(db, regionId, before?.blockNo ?? 0, BLOCKS_AT_ONCE);
    for (const block of blocks) {
      findings.push(...faultsOfBlock(block, before, keys), ...faultsOfHeads(block, heads));
      if (isWhole(block)) {
        const found = await readEntriesOf(db, block);
        findings.push(...faultsOfEntries(block, before, found));
        remarks.push(...remarksOnDelay(block, found));
        entries += idsOf(block.ranges).length;
      }
      before = block;
    }
    if (blocks.length < BLOCKS_AT_ONCE) break;
  }
  for (const { range, blockNo } of await readSealedTwice(db, regionId))
    findings.push(
      `entries ${rangesText([range])} of block ${blockNo} stand in another block too: sealed twice.`,
    );
  const newest = before?.blockNo ?? 0;
  for (const { blockNo } of heads.filter((head) => head.blockNo > newest)) {
    findings.push(
      `the file knows block ${blockNo}, and the list ends at block ${newest}: what came after it was removed, or an older backup was restored.`,
    );
  }
  const outside = await readOutsideBlocks(db, regionId);
  const inserted = outside.filter(
    ({ at }) =>
      at < clock.now() - WAITING_MS_MAX || (before !== undefined && at < before.sealedAt - SLACK_MS),
  );
  findings.push(
    ...inserted.map(
      ({ auditId }) =>
        `entry ${auditId} stands in no block: it was inserted later, or no server ran since it was written.`,
    ),
  );
  return { findings, remarks, blocks: newest, entries, waiting: outside.length - inserted.length };
}

function faultsOfBlock(block: Block, before: Block | undefined, keys: Context['keys']): string[] {
  const name = `block ${block.blockNo} (entries ${rangesText(block.ranges)})`;
  const faults: string[] = [];
  const expectedNo = (before?.blockNo ?? 0) + 1;
  if (block.blockNo > expectedNo) {
    const last = block.blockNo - 1;
    faults.push(last === expectedNo ? `block ${last} is gone.` : `blocks ${expectedNo} to ${last} are gone.`);
  } else if (!block.previousHash.equals(before?.hash ?? NOTHING_BEFORE)) {
    faults.push(`${name} does not follow the block before it: one of the two was changed or replaced.`);
  }
  const key = keys.auditSealing.find(({ id }) => id === block.keyId);
  if (!hashBlock(block).equals(block.hash)) faults.push(`${name} was changed itself.`);
  else if (!key)
    faults.push(`${name} is signed with the key ${block.keyId}, which the key file does not hold.`);
  else if (!isSignedBy(block, key)) faults.push(`${name} does not carry the signature of this server.`);
  return faults;
}

/** As many hashes as entries; someone may have written a range of a thousand million. */
const isWhole = ({ ranges, entryHashes }: Block): boolean =>
  ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0) * HASH_BYTES === entryHashes.length;

function faultsOfEntries(
  block: Block,
  before: Block | undefined,
  entries: ReadonlyMap<number, Entry>,
): string[] {
  const places = idsOf(block.ranges).map((auditId, i) => {
    const entry = entries.get(auditId);
    return {
      auditId,
      sealed: block.entryHashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES).toString('hex'),
      entry,
      found: entry && hashEntry(block.regionId, entry).toString('hex'),
    };
  });
  const wrong = places.filter(({ sealed, found }) => sealed !== found);
  const faults = wrong.map(({ auditId, found }) => {
    if (found === undefined) return `entry ${auditId} is gone.`;
    const origin = wrong.find((other) => other.sealed === found);
    return origin
      ? `entry ${auditId} holds what was entry ${origin.auditId}: they changed places.`
      : `entry ${auditId} was changed after it was sealed in block ${block.blockNo}.`;
  });
  for (const { auditId, entry } of places)
    if (before && entry && entry.at < before.sealedAt - SLACK_MS)
      faults.push(
        `entry ${auditId} says it is older than block ${before.blockNo}, and was written after it: it was inserted later, or the clock was set back.`,
      );
  return faults;
}

/** Removed blocks and edited entries are sealed anew by the server itself: all that shows then is that it was late. */
function remarksOnDelay({ blockNo, sealedAt }: Block, entries: ReadonlyMap<number, Entry>): string[] {
  const late = [...entries.values()].filter(({ at }) => at < sealedAt - WAITING_MS_MAX);
  if (late.length === 0) return [];
  const ranges = rangesOf(late.map(({ auditId }) => auditId).sort((a, b) => a - b));
  const hours = Math.floor(Math.max(...late.map(({ at }) => sealedAt - at)) / 3_600_000);
  return [
    `block ${blockNo} sealed entries ${rangesText(ranges)} up to ${hours} hours after they were written: no server ran, or blocks were removed and their entries sealed again.`,
  ];
}

function faultsOfHeads(block: Block, heads: readonly Head[]): string[] {
  return heads
    .filter(({ blockNo, hash }) => blockNo === block.blockNo && hash !== block.hash.toString('hex'))
    .map(
      () =>
        `block ${block.blockNo} is another one than in the file: everything up to it may have been rewritten, or an older backup was restored and work went on.`,
    );
}

const rangesText = (ranges: readonly IdRange[]): string =>
  ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
