import { sql, type Kysely } from 'kysely';
import type { CardState } from '#domain/cards/card-facts.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

/** What decides which roster a phone gets. */
export type RosterScope = {
  readonly regionId: number;
  /** Sorted: the card systems of the enrolled activities. */
  readonly cardSystemIds: readonly string[];
  readonly lastEndsAt: number;
  /** Highest version of any card of the region: rises with every change. */
  readonly version: number;
};

/** Undefined when the activities have no card system or no date. */
export async function readRosterScope(
  db: Db,
  regionId: number,
  activityIds: readonly string[],
): Promise<RosterScope | undefined> {
  const { rows } = await sql<{ systems: string[] | null; last_ends_at: number | null; version: number }>`
    select
      (select array_agg(distinct card_system_id order by card_system_id) from activity_card_system
        where region_id = ${regionId} and activity_id = any(${activityIds}::uuid[])) as systems,
      (select max(ends_at) from occurrence
        where region_id = ${regionId} and activity_id = any(${activityIds}::uuid[])) as last_ends_at,
      (select coalesce(max(newest.version), 0) from card_system s cross join lateral (
        select max(c.version) as version from card c
        where c.region_id = s.region_id and c.card_system_id = s.card_system_id
      ) newest where s.region_id = ${regionId}) as version
  `.execute(db);
  const [row] = rows;
  if (!row?.systems || row.last_ends_at === null) return undefined;
  return { regionId, cardSystemIds: row.systems, lastEndsAt: row.last_ends_at, version: row.version };
}

export async function readCardSystemIds(
  db: Db,
  regionId: number,
  activityIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct card_system_id as id from activity_card_system
    where region_id = ${regionId} and activity_id = any(${activityIds}::uuid[]) order by 1
  `.execute(db);
  return rows.map(({ id }) => id);
}

export type RosterCard = {
  readonly number: string;
  readonly state: CardState;
  readonly groupPass: boolean;
};

/**
 * Cards of the scope after `after`, in the order of their numbers: those whose holder is an active member of one of its
 * card systems, those of any member that may not be used, so that the door refuses a blocked card at once, and those
 * without a holder (stock, group passes) of these systems.
 */
export async function readRosterCards(
  db: Db,
  { regionId, cardSystemIds }: RosterScope,
  after: string,
  limit: number,
): Promise<RosterCard[]> {
  const { rows } = await sql<RosterCard>`
    select c.uitpas_number as number, c.state, c.kind = 'group-pass' as "groupPass"
    from card c
    where c.region_id = ${regionId} and c.uitpas_number > ${after} and c.state <> 'deleted'
      and case when c.passholder_id is null then c.card_system_id = any(${cardSystemIds}::text[])
        else exists (
          select from membership m where m.region_id = c.region_id and m.passholder_id = c.passholder_id
            and m.card_system_id = any(${cardSystemIds}::text[])
            and (m.status = 'active' or c.state <> 'active'))
        end
    order by c.uitpas_number limit ${limit}
  `.execute(db);
  return rows;
}
