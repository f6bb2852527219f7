// Seals the audit, once a minute, by one of the server processes. Whoever writes an entry waits for nothing of this.
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#domain/kernel/limits.ts';
import type { Context } from '../context.ts';
import { NOTHING_BEFORE, hashEntry, rangesOf, sealBlock, type Block } from './block.ts';
import { insertBlock, listRegions, readNewestBlock, readUnsealed, takeSealLock } from './repository.ts';

const EVERY_MS = 60_000;

type SealContext = Pick<Context, 'db' | 'clock' | 'keys'>;

/** Ends when the server stops; resolves after the block under way. */
export async function runSealing(context: SealContext & Pick<Context, 'log' | 'stopping'>): Promise<void> {
  const { log, stopping } = context;
  while (!stopping.aborted) {
    try {
      for (const { regionId, blockNo, hash } of await sealAudit(context)) {
        // In the log too: who rewrites the database afterwards does not reach the logs kept elsewhere.
        log.info({ regionId, blockNo, hash: hash.toString('hex') }, 'audit sealed');
      }
    } catch (error) {
      log.warn({ err: error }, 'sealing the audit failed; trying again in a minute');
    }
    await delay(EVERY_MS, undefined, { signal: stopping }).catch(() => undefined); // stopping ends it
  }
}

/** Seals what is there, in all regions, and gives the new blocks. */
export async function sealAudit(context: SealContext): Promise<Block[]> {
  const sealed: Block[] = [];
  for (const { regionId } of await listRegions(context.db)) {
    for (;;) {
      const block = await sealNext(context, regionId);
      if (block) sealed.push(block);
      if (!block || block.entryHashes.length < limits.auditBlockEntriesMax * NOTHING_BEFORE.length) break;
    }
  }
  return sealed;
}

async function sealNext({ db, clock, keys }: SealContext, regionId: number): Promise<Block | undefined> {
  return db.transaction().execute(async (trx) => {
    if (!(await takeSealLock(trx))) return undefined;
    const now = clock.now();
    const entries = await readUnsealed(trx, regionId, now);
    if (entries.length === 0) return undefined;
    const before = await readNewestBlock(trx, regionId);
    const block = sealBlock(
      {
        regionId,
        blockNo: (before?.blockNo ?? 0) + 1,
        ranges: rangesOf(entries.map(({ auditId }) => auditId)),
        entryHashes: Buffer.concat(entries.map((entry) => hashEntry(regionId, entry))),
        previousHash: before?.hash ?? NOTHING_BEFORE,
        sealedAt: now,
      },
      keys.auditSealing[0],
    );
    await insertBlock(trx, block);
    return block;
  });
}
