import { sql, type Selectable } from 'kysely';
import type { Database } from '../db/tables.ts';
import type { Db } from './repository.ts';

export type CountRow = Selectable<Database['card_count']>;

export const findCount = (db: Db, regionId: number, countId: string): Promise<CountRow | undefined> =>
  db
    .selectFrom('card_count')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('count_id', '=', countId)
    .executeTakeFirst();

/** False when a count with this id is there already. */
export async function insertCount(db: Db, row: CountRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('card_count')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** The newest of each kind in each cupboard. */
export async function listNewestCounts(db: Db, regionId: number): Promise<CountRow[]> {
  const { rows } = await sql<CountRow>`
    select distinct on (place_nis, card_system_id, kansenstatuut) * from card_count
    where region_id = ${regionId} order by place_nis, card_system_id, kansenstatuut, at desc
  `.execute(db);
  return rows;
}
