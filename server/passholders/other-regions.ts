// What a desk may know of another region of this server: which municipalities it has, which are public, and to whom a task goes about
// a card that somebody holds in the hand. Nothing of a person ever comes from there (docs/adr/026).
import type { Kysely } from 'kysely';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import type { TaskSide } from '#domain/tasks/desk-task.ts';
import type { Database } from '../db/tables.ts';
import { readPassholder } from './repository.ts';
import { targetOf } from './target.ts';

type Db = Kysely<Database>;

type OtherTown = {
  readonly regionId: number;
  readonly regionName: string;
  readonly nisCode: string;
  readonly name: string;
  readonly postalCodes: readonly string[];
};

export const listOtherTowns = (db: Db, regionId: number): Promise<OtherTown[]> =>
  db
    .selectFrom('municipality as m')
    .innerJoin('region as r', 'r.region_id', 'm.region_id')
    .select(['m.region_id as regionId', 'r.name as regionName', 'm.nis_code as nisCode', 'm.name'])
    .select('m.postal_codes as postalCodes')
    .where('m.region_id', '<>', regionId)
    .where('m.uitpas', '=', true)
    .orderBy('m.region_id')
    .orderBy('m.name')
    .execute();

type CardElsewhere = {
  readonly regionId: number;
  readonly regionName: string;
  /** Somebody is a member there with it. */
  readonly passholderId: string | null;
};

/** A card of another region of this server. */
export const findCardElsewhere = (
  db: Db,
  regionId: number,
  number: string,
): Promise<CardElsewhere | undefined> =>
  db
    .selectFrom('region as r')
    .innerJoin('card as c', (join) =>
      join.onRef('c.region_id', '=', 'r.region_id').on('c.uitpas_number', '=', number),
    )
    .leftJoin('membership as m', (join) =>
      join
        .onRef('m.region_id', '=', 'c.region_id')
        .onRef('m.passholder_id', '=', 'c.passholder_id')
        .onRef('m.card_system_id', '=', 'c.card_system_id')
        .on('m.status', '=', 'active'),
    )
    .select(['r.region_id as regionId', 'r.name as regionName', 'm.passholder_id as passholderId'])
    .where('r.region_id', '<>', regionId)
    .orderBy('r.region_id')
    .executeTakeFirst();

/** Whose file it is over there. */
export async function sideOf(
  db: Db,
  { regionId, passholderId }: CardElsewhere,
  at: number,
): Promise<TaskSide> {
  if (passholderId === null) return null;
  const file = await readPassholder(db, regionId, passholderId, false);
  return (await targetOf(db, regionId, file, civilDayOf(at)))?.nisCode ?? null;
}
