import { sql, type Kysely } from 'kysely';
import type { CivilDay, Instant } from '#domain/kernel/civil-time.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

/** People of one home with the same kansenstatuut, counted together: the rule is asked once for each such group. */
export type PeopleGroup = {
  readonly nisCode: string | null;
  readonly until: CivilDay | null;
  readonly suspendedUntil: CivilDay | null;
  readonly endedOn: CivilDay | null;
  readonly people: number;
};

/** Whoever is a member of a card system; of several the membership whose kansenstatuut lasts longest. */
export async function countPeople(db: Db, regionId: number, nisCode: string | null): Promise<PeopleGroup[]> {
  const { rows } = await sql<PeopleGroup>`
    select p.nis_code as "nisCode", m.kansenstatuut_until as "until",
      m.kansenstatuut_suspended_until as "suspendedUntil", m.kansenstatuut_ended_on as "endedOn", count(*)::int as "people"
    from passholder p
    join lateral (
      select kansenstatuut_until, kansenstatuut_suspended_until, kansenstatuut_ended_on from membership m
      where m.region_id = p.region_id and m.passholder_id = p.passholder_id and m.status = 'active'
      order by kansenstatuut_ended_on is not null, kansenstatuut_until desc nulls last limit 1
    ) m on true
    where p.region_id = ${regionId} and p.state = 'active'
      and (${nisCode}::text is null or p.nis_code = ${nisCode})
    group by 1, 2, 3, 4
  `.execute(db);
  return rows;
}

export type MonthRow = {
  readonly month: number;
  readonly visits: number;
  readonly newcomers: number;
  readonly visitors: number;
};

/** `starts`: the first moment of each month, and the end of the last one. New is who never came before that month. */
export async function countVisits(
  db: Db,
  regionId: number,
  nisCode: string | null,
  starts: readonly Instant[],
): Promise<MonthRow[]> {
  const { rows } = await sql<MonthRow>`
    with counted as (
      select v.account_id, width_bucket(v.at, ${starts}::bigint[]) as month, count(*) as visits
      from visit v ${homeOf(nisCode)}
      where v.region_id = ${regionId} and v.slot is not null and not v.undone
        and v.at >= ${starts[0] ?? 0} and v.at < ${starts.at(-1) ?? 0}
      group by 1, 2
    )
    select c.month, sum(c.visits)::int as "visits", count(*)::int as "visitors",
      count(*) filter (where not exists (
        select from visit b where b.region_id = ${regionId} and b.account_id = c.account_id
          and b.at < (${starts}::bigint[])[c.month] and b.slot is not null and not b.undone
      ))::int as "newcomers"
    from counted c group by c.month order by c.month
  `.execute(db);
  return rows;
}

export async function countByOrganiser(
  db: Db,
  regionId: number,
  nisCode: string | null,
  from: Instant,
  until: Instant,
): Promise<{ name: string; visits: number }[]> {
  const { rows } = await sql<{ name: string; visits: number }>`
    select o.name, count(*)::int as "visits"
    from visit v ${homeOf(nisCode)}
    join activity a on a.region_id = v.region_id and a.activity_id = v.activity_id
    join organisation o on o.region_id = a.region_id and o.organisation_id = a.organisation_id
    where v.region_id = ${regionId} and v.slot is not null and not v.undone and v.at >= ${from} and v.at < ${until}
    group by o.organisation_id, o.name order by count(*) desc, o.name
  `.execute(db);
  return rows;
}

/** Null: activities of which nobody said a kind. */
export async function countByKind(
  db: Db,
  regionId: number,
  nisCode: string | null,
  from: Instant,
  until: Instant,
): Promise<{ name: string | null; visits: number }[]> {
  const { rows } = await sql<{ name: string | null; visits: number }>`
    select max(a.kind_name) as "name", count(*)::int as "visits"
    from visit v ${homeOf(nisCode)}
    join activity a on a.region_id = v.region_id and a.activity_id = v.activity_id
    where v.region_id = ${regionId} and v.slot is not null and not v.undone and v.at >= ${from} and v.at < ${until}
    group by a.kind_id order by a.kind_id is null, count(*) desc, 1
  `.execute(db);
  return rows;
}

/** Of the people who live there now. */
const homeOf = (nisCode: string | null) =>
  nisCode === null
    ? sql``
    : sql`join passholder p on p.region_id = v.region_id and p.passholder_id = v.account_id and p.nis_code = ${nisCode}`;
