// Until when somebody belongs to an association: a row for each registration and each renewal, which are only added and stopped.
import { sql, type Kysely } from 'kysely';
import type { AssociationKind, EndRule } from '#domain/associations/association.ts';
import type { StopReason, Term } from '#domain/associations/member-terms.ts';
import type { MemberView } from '#domain/association-api.ts';
import { addCivilDays, type CivilDay } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { Database } from '../db/tables.ts';
import { belongsTo } from '../passholders/search-repository.ts';

type Db = Kysely<Database>;
type By = { readonly at: number; readonly by: string };

export type OwnTerm = Term & {
  readonly associationId: string;
  readonly kind: AssociationKind;
  readonly name: string;
  readonly placeName: string | null;
  readonly endRule: EndRule;
  readonly endMonths: number | null;
  readonly endedOn: CivilDay | null;
  readonly stopReason: StopReason | null;
  readonly passholderId: string | null;
};

/** Of these files, the newest first. */
export const listTermsOf = (db: Db, regionId: number, passholderIds: readonly string[]): Promise<OwnTerm[]> =>
  db
    .selectFrom('association_term as t')
    .innerJoin('association as a', (join) =>
      join.onRef('a.region_id', '=', 't.region_id').onRef('a.association_id', '=', 't.association_id'),
    )
    .leftJoin('municipality as m', (join) =>
      join.onRef('m.region_id', '=', 'a.region_id').onRef('m.nis_code', '=', 'a.nis_code'),
    )
    .select([
      't.term_id as termId',
      't.passholder_id as passholderId',
      't.from_day as from',
      't.until_day as until',
      't.stopped_on as stoppedOn',
      't.stop_reason as stopReason',
      't.renews',
      'a.association_id as associationId',
      'a.kind',
      'a.name',
      'm.name as placeName',
      'a.end_rule as endRule',
      'a.end_months as endMonths',
      'a.ended_on as endedOn',
    ])
    .where('t.region_id', '=', regionId)
    .where('t.passholder_id', 'in', passholderIds)
    .orderBy('t.until_day', 'desc')
    .orderBy('t.added_at', 'desc')
    .orderBy('t.term_id')
    .execute();

export type FoundTerm = {
  readonly termId: string;
  readonly associationId: string;
  /** Null where all data of that person were erased. */
  readonly passholderId: string | null;
  readonly renews: string | null;
  readonly from: CivilDay;
  readonly until: CivilDay;
};

export const findTerms = (db: Db, regionId: number, termIds: readonly string[]): Promise<FoundTerm[]> =>
  db
    .selectFrom('association_term')
    .select([
      'term_id as termId',
      'association_id as associationId',
      'passholder_id as passholderId',
      'renews',
      'from_day as from',
      'until_day as until',
    ])
    .where('region_id', '=', regionId)
    .where('term_id', 'in', termIds)
    .execute();

/** False when the id of the term is taken. */
export async function insertTerm(
  db: Db,
  regionId: number,
  term: Omit<FoundTerm, 'passholderId'> & { readonly passholderId: string },
  { at, by }: By,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('association_term')
    .values({
      ...{ region_id: regionId, term_id: term.termId, association_id: term.associationId },
      ...{
        passholder_id: term.passholderId,
        from_day: term.from,
        until_day: term.until,
        renews: term.renews,
      },
      ...{ added_at: at, added_by: by },
      ...{ stopped_on: null, stop_reason: null, stopped_at: null, stopped_by: null },
    })
    .onConflict((conflict) => conflict.columns(['region_id', 'term_id']).doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function stopTerms(
  db: Db,
  regionId: number,
  termIds: readonly string[],
  stop: { readonly on: CivilDay; readonly reason: StopReason },
  { at, by }: By,
): Promise<void> {
  if (termIds.length === 0) return;
  await db
    .updateTable('association_term')
    .set({ stopped_on: stop.on, stop_reason: stop.reason, stopped_at: at, stopped_by: by })
    .where('region_id', '=', regionId)
    .where('term_id', 'in', termIds)
    .where('stopped_on', 'is', null)
    .execute();
}

export type MemberAsked = {
  readonly regionId: number;
  readonly associationId: string;
  readonly today: CivilDay;
  readonly view: MemberView;
  readonly text: string;
  /** Municipalities whose people one sees; undefined: everybody. */
  readonly scope: readonly string[] | undefined;
  readonly max: number;
  readonly offset: number;
};

export type MemberRow = {
  readonly termId: string;
  readonly passholderId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly dateOfBirth: CivilDay | null;
  readonly since: CivilDay;
  readonly until: CivilDay;
  /** By a renewal that can be taken back. */
  readonly renewed: boolean;
};

/** Who ends soon first, then whose end has passed, the latest first. */
export async function listMembers(
  db: Db,
  asked: MemberAsked,
): Promise<{ readonly rows: readonly MemberRow[]; readonly total: number }> {
  const { regionId, associationId, today, view, text, scope, max, offset } = asked;
  const soon = addCivilDays(today, limits.memberRenewDays);
  const conditions = [
    sql`p.state = 'active'`,
    ...(scope === undefined ? [] : [belongsTo(scope, today)]),
    ...(view === 'all' ? [] : [inView(view, today, soon)]),
    ...(text.trim() === ''
      ? []
      : [
          sql`(select coalesce(bool_and(exists (select from unnest(p.name_words) own where starts_with(own, word))), true)
            from unnest(string_to_array(name_form(${text}), ' ')) word where word <> '')`,
        ]),
  ];
  const { rows } = await sql<MemberRow & { total: number }>`
    with ${standing(regionId, associationId)}, listed as materialized (
      select s.*, p.first_name, p.last_name, p.date_of_birth, p.name_words
      from standing s join passholder p on p.region_id = ${regionId} and p.passholder_id = s.passholder_id
      where ${sql.join(conditions, sql` and `)}
    )
    select term_id as "termId", passholder_id as "passholderId", coalesce(first_name, '') as "firstName",
      coalesce(last_name, '') as "lastName", date_of_birth as "dateOfBirth", since, until_day as until, renewed,
      (select count(*)::integer from listed) as total
    from listed
    order by until_day < ${today}::date, abs(until_day - ${today}::date), name_words, passholder_id
    limit ${max} offset ${offset}
  `.execute(db);
  const [first] = rows;
  if (!first && offset > 0)
    return { rows: [], total: (await listMembers(db, { ...asked, max: 1, offset: 0 })).total };
  return { rows: rows.map(({ total: _, ...row }) => row), total: first?.total ?? 0 };
}

/** Members today whom these desks do not see. */
export async function countElsewhere(
  db: Db,
  { regionId, associationId, today, scope }: Omit<MemberAsked, 'view' | 'text' | 'max' | 'offset'>,
): Promise<number> {
  if (scope === undefined) return 0;
  const { rows } = await sql<{ count: number }>`
    with ${standing(regionId, associationId)}
    select count(*)::integer as count from standing s
    join passholder p on p.region_id = ${regionId} and p.passholder_id = s.passholder_id
    where p.state = 'active' and s.until_day >= ${today}::date and (${belongsTo(scope, today)}) is not true
  `.execute(db);
  return rows[0]?.count ?? 0;
}

const inView = (view: Exclude<MemberView, 'all'>, today: CivilDay, soon: CivilDay) =>
  ({
    active: sql`s.until_day >= ${today}::date`,
    soon: sql`s.until_day between ${today}::date and ${soon}::date`,
    expired: sql`s.until_day < ${today}::date`,
  })[view];

/** The newest term of each person that still counts. */
const standing = (regionId: number, associationId: string) => sql`
  standing as (
    select distinct on (t.passholder_id) t.passholder_id, t.term_id, t.until_day,
      min(t.from_day) over (partition by t.passholder_id) as since,
      exists (select from association_term b where b.region_id = t.region_id and b.term_id = t.renews and b.stopped_on is null) as renewed
    from association_term t
    where t.region_id = ${regionId} and t.association_id = ${associationId} and t.stopped_on is null
    order by t.passholder_id, t.until_day desc
  )`;
