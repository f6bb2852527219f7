import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

export type Poster = { readonly code: string; readonly madeAt: number };

export async function findPoster(db: Db, regionId: number, activityId: string): Promise<Poster | undefined> {
  const row = await db
    .selectFrom('activity_poster')
    .select(['code', 'made_at'])
    .where('region_id', '=', regionId)
    .where('activity_id', '=', activityId)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst();
  return row && { code: row.code, madeAt: row.made_at };
}

/** Of any region: who scans a poster knows none. */
export async function findByCode(
  db: Db,
  code: string,
): Promise<{ regionId: number; activityId: string } | undefined> {
  const row = await db
    .selectFrom('activity_poster')
    .select(['region_id', 'activity_id'])
    .where('code', '=', code)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst();
  return row && { regionId: row.region_id, activityId: row.activity_id };
}

export async function replacePoster(
  trx: Transaction<Database>,
  regionId: number,
  poster: { activityId: string; code: string; at: number; by: string },
): Promise<void> {
  await trx
    .updateTable('activity_poster')
    .set({ withdrawn_at: poster.at })
    .where('region_id', '=', regionId)
    .where('activity_id', '=', poster.activityId)
    .where('withdrawn_at', 'is', null)
    .execute();
  await trx
    .insertInto('activity_poster')
    .values({
      region_id: regionId,
      code: poster.code,
      activity_id: poster.activityId,
      made_at: poster.at,
      made_by: poster.by,
      withdrawn_at: null,
    })
    .execute();
}

/** Whose card it is, and when that person was born; undefined where either is not known. */
export async function findOwner(
  db: Db,
  regionId: number,
  number: string,
): Promise<{ passholderId: string; bornOn: string } | undefined> {
  const row = await db
    .selectFrom('card as c')
    .innerJoin('passholder as p', (join) =>
      join.onRef('p.region_id', '=', 'c.region_id').onRef('p.passholder_id', '=', 'c.passholder_id'),
    )
    .select(['p.passholder_id', 'p.date_of_birth'])
    .where('c.region_id', '=', regionId)
    .where('c.uitpas_number', '=', number)
    .where('p.state', '=', 'active')
    .executeTakeFirst();
  if (!row || row.date_of_birth === null) return undefined;
  return { passholderId: row.passholder_id, bornOn: row.date_of_birth };
}
