import { sql, type Kysely } from 'kysely';
import type { Picture } from '#domain/passholder-api.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';
import type { PictureHeader } from '#domain/passholders/picture.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

export async function readPictureOf(db: Db, regionId: number, passholderId: string): Promise<Picture | null> {
  const row = await db
    .selectFrom('passholder_picture')
    .select(['bytes', 'media_type as mediaType', 'set_at as at'])
    .where('region_id', '=', regionId)
    .where('passholder_id', '=', passholderId)
    .executeTakeFirst();
  return row ? { mediaType: row.mediaType, data: toBase64url(row.bytes), at: row.at } : null;
}

/** What was there before is gone. */
export async function storePicture(
  db: Db,
  regionId: number,
  passholderId: string,
  { mediaType, width, height, ...of }: PictureHeader & { bytes: Uint8Array; at: number; actor: string },
): Promise<void> {
  const row = {
    bytes: Buffer.from(of.bytes),
    media_type: mediaType,
    width,
    height,
    set_at: of.at,
    set_by: of.actor,
  };
  await db
    .insertInto('passholder_picture')
    .values({ region_id: regionId, passholder_id: passholderId, ...row })
    .onConflict((conflict) => conflict.columns(['region_id', 'passholder_id']).doUpdateSet(row))
    .execute();
}

/** The kept file keeps its own picture, and has the other one's where it had none. */
export async function movePicture(db: Db, regionId: number, from: string, into: string): Promise<void> {
  await sql`
    insert into passholder_picture
    select region_id, ${into}, bytes, media_type, width, height, set_at, set_by
      from passholder_picture where region_id = ${regionId} and passholder_id = ${from}
    on conflict (region_id, passholder_id) do nothing
  `.execute(db);
  await deletePicture(db, regionId, from);
}

/** True when there was one. */
export async function deletePicture(db: Db, regionId: number, passholderId: string): Promise<boolean> {
  const [gone] = await db
    .deleteFrom('passholder_picture')
    .where('region_id', '=', regionId)
    .where('passholder_id', '=', passholderId)
    .execute();
  return (gone?.numDeletedRows ?? 0n) > 0n;
}
