import { sql, type Kysely } from 'kysely';
import type { Database } from '../db/tables.ts';
import type { SealedBytes } from '../sealed-bytes.ts';

type Db = Kysely<Database>;

export type StoredInsz = SealedBytes & { readonly writtenAt: number };

export async function findInsz(
  db: Db,
  regionId: number,
  passholderId: string,
): Promise<StoredInsz | undefined> {
  const row = await db
    .selectFrom('passholder_insz')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('passholder_id', '=', passholderId)
    .executeTakeFirst();
  return row && { keyId: row.key_id, sealed: row.sealed, writtenAt: row.written_at };
}

/** `matches`: of the number under each key that is known. */
export async function findByInsz(
  db: Db,
  regionId: number,
  matches: readonly Buffer[],
): Promise<string | undefined> {
  const row = await db
    .selectFrom('passholder_insz')
    .select('passholder_id')
    .where('region_id', '=', regionId)
    .where('match', 'in', matches)
    .executeTakeFirst();
  return row?.passholder_id;
}

/** Of two who write the same number under different keys one waits for the other. */
export async function lockNumber(db: Db, regionId: number, oldestMatch: Buffer): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext(${`insz ${regionId} ${oldestMatch.toString('hex')}`}))`.execute(
    db,
  );
}

export async function storeInsz(
  db: Db,
  regionId: number,
  passholderId: string,
  { keyId, sealed, match }: SealedBytes & { readonly match: Buffer },
  written: { readonly at: number; readonly by: string },
): Promise<void> {
  const row = { sealed, key_id: keyId, match, written_at: written.at, written_by: written.by };
  await db
    .insertInto('passholder_insz')
    .values({ region_id: regionId, passholder_id: passholderId, ...row })
    .onConflict((conflict) => conflict.columns(['region_id', 'passholder_id']).doUpdateSet(row))
    .execute();
}

export async function deleteInsz(db: Db, regionId: number, passholderId: string): Promise<void> {
  await db
    .deleteFrom('passholder_insz')
    .where('region_id', '=', regionId)
    .where('passholder_id', '=', passholderId)
    .execute();
}
