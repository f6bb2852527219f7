import { sql, type Kysely } from 'kysely';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

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

export async function deletePicture(db: Db, regionId: number, passholderId: string): Promise<void> {
  await db
    .deleteFrom('passholder_picture')
    .where('region_id', '=', regionId)
    .where('passholder_id', '=', passholderId)
    .execute();
}
