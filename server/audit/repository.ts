import { sql, type Kysely } from 'kysely';
import { limits } from '#domain/kernel/limits.ts';
import type { Database } from '../db/tables.ts';
import { idsOf, type Block, type Entry, type IdRange } from './block.ts';

type Db = Kysely<Database>;

/** An entry commits within minutes: what was never sealed below blocks this old is passed over (verify-chain.ts tells it). */
const LATE_MS_MAX = 24 * 3_600_000;

const ENTRY = sql`audit_id as "auditId", at, actor, action, subject, detail::text as detail`;

/**
 * Entries that stand in no block yet, in the order of their numbers: also those that committed late. The newest old block may be
 * such a late one, with low numbers: what counts is how high any of them reached.
 */
export async function readUnsealed(db: Db, regionId: number, now: number): Promise<Entry[]> {
  const { rows } = await sql<Entry>`
    with old as (
      select upper(entries) as below from audit_block
      where region_id = ${regionId} and sealed_at < ${now - LATE_MS_MAX} order by upper(entries) desc limit 1
    ), sealed as (
      select coalesce(range_agg(part), '{}') as ids from audit_block, unnest(entries) part
      where region_id = ${regionId} and upper(entries) > coalesce((select below from old), 0)
    )
    select ${ENTRY} from audit_entry
    where region_id = ${regionId} and audit_id >= coalesce((select below from old), 0)
      and not audit_id <@ (select ids from sealed)
    order by audit_id limit ${limits.auditBlockEntriesMax}
  `.execute(db);
  return rows;
}

export async function readNewestBlock(db: Db, regionId: number): Promise<Block | undefined> {
  const row = await db
    .selectFrom('audit_block')
    .selectAll()
    .where('region_id', '=', regionId)
    .orderBy('block_no', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && toBlock(row);
}

export async function insertBlock(db: Db, block: Block): Promise<void> {
  await db
    .insertInto('audit_block')
    .values({
      region_id: block.regionId,
      block_no: block.blockNo,
      entries: `{${block.ranges.map(([from, to]) => `[${from},${to}]`).join(',')}}`,
      entry_hashes: block.entryHashes,
      previous_hash: block.previousHash,
      hash: block.hash,
      sealed_at: block.sealedAt,
      key_id: block.keyId,
      signature: block.signature,
    })
    .execute();
}

export async function readBlocks(db: Db, regionId: number, afterNo: number, count: number): Promise<Block[]> {
  const rows = await db
    .selectFrom('audit_block')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('block_no', '>', afterNo)
    .orderBy('block_no')
    .limit(count)
    .execute();
  return rows.map(toBlock);
}

export async function readEntriesOf(db: Db, block: Block): Promise<Map<number, Entry>> {
  const ids = idsOf(block.ranges);
  const { rows } = await sql<Entry>`
    select ${ENTRY} from audit_entry where region_id = ${block.regionId} and audit_id = any(${ids}::bigint[])
  `.execute(db);
  return new Map(rows.map((entry) => [entry.auditId, entry]));
}

/** Of all times, the oldest numbers first. */
export async function readOutsideBlocks(
  db: Db,
  regionId: number,
): Promise<{ auditId: number; at: number }[]> {
  const { rows } = await sql<{ auditId: number; at: number }>`
    with sealed as (
      select coalesce(range_agg(part), '{}') as ids from audit_block, unnest(entries) part
      where region_id = ${regionId}
    )
    select audit_id as "auditId", at from audit_entry
    where region_id = ${regionId} and not audit_id <@ (select ids from sealed) order by audit_id
  `.execute(db);
  return rows;
}

/** Numbers that stand in more than one block, each time with one block that holds them. */
export async function readSealedTwice(
  db: Db,
  regionId: number,
): Promise<{ range: IdRange; blockNo: number }[]> {
  const { rows } = await sql<{ from: number; to: number; blockNo: number }>`
    with parts as (
      select block_no, lower(part) as low, upper(part) as high,
        max(upper(part)) over (order by lower(part), block_no rows between unbounded preceding and 1 preceding) as reached
      from audit_block, unnest(entries) part where region_id = ${regionId}
    )
    select low as "from", least(high, reached) - 1 as "to", block_no as "blockNo" from parts
    where low < reached order by low, block_no
  `.execute(db);
  return rows.map(({ from, to, blockNo }) => ({ range: [from, to], blockNo }));
}

export async function listRegions(db: Db): Promise<{ regionId: number; slug: string }[]> {
  return db.selectFrom('region').select(['region_id as regionId', 'slug']).orderBy('region_id').execute();
}

/** Of several server processes one seals: false when another one does. For the transaction `trx`. */
export async function takeSealLock(trx: Db): Promise<boolean> {
  const { rows } = await sql<{ ours: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('streekbalie audit seal')) as ours
  `.execute(trx);
  return rows[0]?.ours === true;
}

type Row = {
  region_id: number;
  block_no: number;
  entries: string;
  entry_hashes: Buffer;
  previous_hash: Buffer;
  hash: Buffer;
  sealed_at: number;
  key_id: string;
  signature: Buffer;
};

const toBlock = (row: Row): Block => ({
  regionId: row.region_id,
  blockNo: row.block_no,
  ranges: parseRanges(row.entries),
  entryHashes: row.entry_hashes,
  previousHash: row.previous_hash,
  hash: row.hash,
  sealedAt: row.sealed_at,
  keyId: row.key_id,
  signature: row.signature,
});

/** The database writes whole numbers as `{[1,50),[51,61)}`: each part without its upper end. */
const parseRanges = (text: string): IdRange[] =>
  [...text.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from, end]) => [Number(from), Number(end) - 1]);
