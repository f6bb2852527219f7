// What becomes of somebody's terms when a file goes into another one, or when all data of somebody are erased. The caller holds the person.
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import type { Database } from '../db/tables.ts';

type By = { readonly at: number; readonly day: CivilDay; readonly actor: string };

/** The file that stays is a member for as long as the other one was, unless it is longer one itself; a pupil goes to one school. */
export async function carryTerms(
  db: Kysely<Database>,
  regionId: number,
  from: string,
  into: string,
  { at, day, actor }: By,
): Promise<void> {
  await sql`
    with gone as (
      update association_term set stopped_on = ${day}::date, stop_reason = 'merged', stopped_at = ${at}, stopped_by = ${actor}
      where region_id = ${regionId} and passholder_id = ${from} and stopped_on is null
      returning association_id, from_day, until_day
    ), newest as (
      select distinct on (association_id) association_id, from_day, until_day from gone order by association_id, until_day desc
    ), there as (
      select t.association_id, t.until_day, a.kind from association_term t
      join association a on a.region_id = t.region_id and a.association_id = t.association_id
      where t.region_id = ${regionId} and t.passholder_id = ${into} and t.stopped_on is null
    )
    insert into association_term (region_id, term_id, association_id, passholder_id, from_day, until_day, added_at, added_by)
    select ${regionId}::integer, gen_random_uuid(), n.association_id, ${into}::uuid, n.from_day, n.until_day, ${at}::bigint, ${actor}
    from newest n
    join association a on a.region_id = ${regionId} and a.association_id = n.association_id
    where not exists (select from there t where t.association_id = n.association_id and t.until_day >= n.until_day)
      and not (a.kind = 'school' and exists (
        select from there t where t.kind = 'school' and t.association_id <> n.association_id and t.until_day >= ${day}::date))
  `.execute(db);
}

/** That there was a member stays; who it was does not. */
export async function forgetTerms(
  db: Kysely<Database>,
  own: RawBuilder<boolean>,
  { at, day, actor }: By,
): Promise<void> {
  await sql`
    update association_term set passholder_id = null, stopped_on = coalesce(stopped_on, ${day}::date),
      stop_reason = coalesce(stop_reason, 'erased'), stopped_at = coalesce(stopped_at, ${at}), stopped_by = coalesce(stopped_by, ${actor})
    where ${own}
  `.execute(db);
}
