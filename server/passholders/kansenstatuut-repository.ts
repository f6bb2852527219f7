// The work list of the kansenstatuut: by the index of migration 020, which holds the days on which each one ends.
import { sql, type Kysely } from 'kysely';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import type { EndWindow } from '#domain/passholders/kansenstatuut-list.ts';
import type { ListedPerson } from '#domain/bulk-api.ts';
import type { Database } from '../db/tables.ts';
import { belongsTo } from './search-repository.ts';

export type ListAsked = {
  readonly regionId: number;
  readonly cardSystemId: string;
  readonly window: EndWindow;
  readonly today: CivilDay;
  readonly proof: string | undefined;
  /** Municipalities whose desk one works at; undefined: the whole region. */
  readonly scope: readonly string[] | undefined;
  readonly sort: 'until' | 'name';
  readonly max: number;
  readonly offset: number;
};

export type ListedRow = Omit<ListedPerson, 'status'>;

export async function listKansenstatuut(
  db: Kysely<Database>,
  asked: ListAsked,
): Promise<{ readonly people: readonly ListedRow[]; readonly total: number }> {
  const { rows } = await listQuery(asked).execute(db);
  return {
    people: rows.map(({ total: _, ...person }) => person),
    total: rows[0]?.total ?? (asked.offset === 0 ? 0 : await countListed(db, asked)),
  };
}

/** Whoever asks for a page beyond the last one still hears how many there are. */
const countListed = async (db: Kysely<Database>, asked: ListAsked): Promise<number> =>
  (await listKansenstatuut(db, { ...asked, max: 1, offset: 0 })).total;

/** Of a card system, and no more than `max`. */
export async function countEntitled(
  db: Kysely<Database>,
  regionId: number,
  cardSystemId: string,
  max: number,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from (
      select from membership where region_id = ${regionId} and card_system_id = ${cardSystemId}
        and kansenstatuut_until is not null and status = 'active' limit ${max}
    ) first_ones
  `.execute(db);
  return rows[0]?.count ?? 0;
}

/** By itself, so that its plan can be looked at. */
export const listQuery = ({
  regionId,
  cardSystemId,
  window: { from, to, suspended },
  today,
  proof,
  scope,
  sort,
  max,
  offset,
}: ListAsked) => {
  const isSuspended = sql`coalesce(m.kansenstatuut_suspended_until > ${today}::date, false)`;
  const conditions = [
    sql`m.region_id = ${regionId} and m.card_system_id = ${cardSystemId} and m.status = 'active'`,
    sql`m.kansenstatuut_until between ${from}::date and ${to}::date`,
    sql`(m.kansenstatuut_since is null or m.kansenstatuut_since <= ${today}::date)`,
    sql`(m.kansenstatuut_ended_on is null or m.kansenstatuut_ended_on > ${today}::date)`,
    ...(suspended === undefined ? [] : [suspended ? isSuspended : sql`not ${isSuspended}`]),
    ...(proof === undefined ? [] : [sql`m.kansenstatuut_proof = ${proof}`]),
    sql`p.state = 'active'`,
    ...(scope === undefined ? [] : [belongsTo(scope, today)]),
  ];
  const order = sort === 'until' ? sql`until, name_words, passholder_id` : sql`name_words, passholder_id`;
  return sql<ListedRow & { total: number }>`
    with listed as materialized (
      select m.passholder_id, m.kansenstatuut_until as until, m.kansenstatuut_suspended_until as suspended, m.kansenstatuut_proof as proof,
        p.first_name, p.last_name, p.name_words
      from membership m join passholder p on p.region_id = m.region_id and p.passholder_id = m.passholder_id
      where ${sql.join(conditions, sql` and `)}
    ), page as (
      select *, (select count(*)::integer from listed) as total from listed order by ${order} limit ${max} offset ${offset}
    )
    select passholder_id as "passholderId", first_name as "firstName", last_name as "lastName", until,
      case when suspended > ${today}::date then suspended end as "suspendedUntil", coalesce(proof, '') as proof, total,
      (select c.uitpas_number from card c where c.region_id = ${regionId} and c.passholder_id = page.passholder_id
        and c.card_system_id = ${cardSystemId} and c.state = 'active' limit 1) as number
    from page order by ${order}
  `;
};
