import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { CardState } from '#domain/cards/card-facts.ts';
import type { RosterHeader } from '#domain/cards/roster.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

/** Which cards, by which identifier. */
export type RosterScope = {
  readonly regionId: number;
  /** Sorted: the card systems of the enrolled activities. */
  readonly cardSystemIds: readonly string[];
  readonly of: RosterHeader['of'];
};

/** What decides which roster a phone gets. */
export type RosterTerms = {
  readonly regionId: number;
  readonly cardSystemIds: readonly string[];
  /** Another one after a restored backup: versions begin anew. */
  readonly feedEpoch: string;
  readonly lastEndsAt: number;
  readonly version: number;
};

/**
 * All changes by transactions before this one are in: the one after the newest change of any card of the region, or the
 * oldest that is still under way, because what that one changed may yet appear.
 */
const versionOf = (regionId: number): RawBuilder<number> => sql`
  least(pg_snapshot_xmin(pg_current_snapshot())::text::bigint, 1 + greatest(
    (select tx::text::bigint from card where region_id = ${regionId} order by tx desc limit 1),
    (select tx::text::bigint from roster_break where region_id = ${regionId}),
    0))`;

/** Undefined when the activities have no card system or no date. */
export async function readRosterTerms(
  db: Db,
  regionId: number,
  activityIds: readonly string[],
): Promise<RosterTerms | undefined> {
  const { rows } = await sql<{
    systems: string[] | null;
    epoch: string;
    last_ends_at: number | null;
    version: number;
  }>`
    select
      (select array_agg(distinct card_system_id order by card_system_id) from activity_card_system
        where region_id = ${regionId} and activity_id = any(${activityIds}::uuid[])) as systems,
      (select feed_epoch from region where region_id = ${regionId}) as epoch,
      (select max(ends_at) from occurrence
        where region_id = ${regionId} and activity_id = any(${activityIds}::uuid[])) as last_ends_at,
      ${versionOf(regionId)} as version
  `.execute(db);
  const [row] = rows;
  if (!row?.systems || row.last_ends_at === null) return undefined;
  const { systems, epoch, last_ends_at: lastEndsAt, version } = row;
  return { regionId, cardSystemIds: systems, feedEpoch: epoch, lastEndsAt, version };
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

export type RosterMoment = {
  readonly version: number;
  /** Changes before this one cannot be told one by one. */
  readonly tellableFrom: number;
};

export async function readRosterMoment(db: Db, regionId: number): Promise<RosterMoment> {
  const { rows } = await sql<RosterMoment>`
    select ${versionOf(regionId)} as version,
      coalesce((select tx::text::bigint + 1 from roster_break where region_id = ${regionId}), 0) as "tellableFrom"
  `.execute(db);
  return rows[0] ?? { version: 0, tellableFrom: 0 };
}

export type RosterCard = {
  readonly number: string;
  /** What its fingerprint is made of. */
  readonly identifier: string;
  readonly state: CardState;
  readonly groupPass: boolean;
};

/** Cards of the scope after `after`, in the order of their numbers. */
export async function readRosterCards(
  db: Db,
  scope: RosterScope,
  after: string,
  limit: number,
): Promise<RosterCard[]> {
  const { rows } = await sql<RosterCard>`
    select c.uitpas_number as number, ${identifierOf(scope)} as identifier, c.state, c.kind = 'group-pass' as "groupPass"
    from card c
    where c.region_id = ${scope.regionId} and c.uitpas_number > ${after} and ${identifierOf(scope)} is not null
      and ${isInScope(scope)}
    order by c.uitpas_number limit ${limit}
  `.execute(db);
  return rows;
}

export type ChangedCard = Pick<RosterCard, 'identifier' | 'state' | 'groupPass'> & {
  /** By which transaction. */
  readonly tx: number;
  readonly inScope: boolean;
};

/** Cards of the region that changed at `from` or later, the newest first: also those that left the scope with it. */
export async function readChangedCards(
  db: Db,
  scope: RosterScope,
  from: number,
  limit: number,
): Promise<ChangedCard[]> {
  const { rows } = await sql<ChangedCard>`
    select ${identifierOf(scope)} as identifier, c.state, c.kind = 'group-pass' as "groupPass",
      c.tx::text::bigint as tx, ${isInScope(scope)} as "inScope"
    from card c
    where c.region_id = ${scope.regionId} and c.tx >= ${String(from)}::text::xid8 and ${identifierOf(scope)} is not null
    order by c.tx desc limit ${limit}
  `.execute(db);
  return rows;
}

const identifierOf = ({ of }: RosterScope): RawBuilder<string> =>
  sql.ref(of === 'chip' ? 'c.chip_number' : 'c.uitpas_number');

/**
 * Cards whose holder is an active member of one of the card systems, those of any member that may not be used, so that
 * the door refuses a blocked card at once, and those without a holder (stock, group passes) of these systems.
 */
const isInScope = ({ cardSystemIds }: RosterScope): RawBuilder<boolean> => sql`
  (c.state <> 'deleted' and case when c.passholder_id is null then c.card_system_id = any(${cardSystemIds}::text[])
    else exists (
      select from membership m where m.region_id = c.region_id and m.passholder_id = c.passholder_id
        and m.card_system_id = any(${cardSystemIds}::text[])
        and (m.status = 'active' or c.state <> 'active'))
    end)`;
