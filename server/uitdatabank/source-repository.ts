import type { SealedBytes } from '../sealed-bytes.ts';
import type { Db } from './repository.ts';

export type StoredSource = { readonly url: string; readonly key: SealedBytes | null };

export async function findSource(db: Db, regionId: number): Promise<StoredSource | undefined> {
  const row = await db
    .selectFrom('uitdatabank_source')
    .select(['url', 'key_id', 'sealed'])
    .where('region_id', '=', regionId)
    .executeTakeFirst();
  if (!row) return undefined;
  const { url, key_id: keyId, sealed } = row;
  return { url, key: keyId !== null && sealed !== null ? { keyId, sealed } : null };
}

export async function writeSource(
  db: Db,
  regionId: number,
  { url, key, at, by }: StoredSource & { readonly at: number; readonly by: string },
): Promise<void> {
  const columns = {
    url,
    key_id: key?.keyId ?? null,
    sealed: key?.sealed ?? null,
    changed_at: at,
    changed_by: by,
  };
  await db
    .insertInto('uitdatabank_source')
    .values({ region_id: regionId, ...columns })
    .onConflict((conflict) => conflict.column('region_id').doUpdateSet(columns))
    .execute();
}

export async function deleteSource(db: Db, regionId: number): Promise<void> {
  await db.deleteFrom('uitdatabank_source').where('region_id', '=', regionId).execute();
}
