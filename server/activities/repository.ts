import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely';
import type { CheckInLimit, Occurrence } from '#domain/checkins/activity-policy.ts';
import type { MarginStep } from '#domain/checkins/activity-window.ts';
import type { Schedule } from '#domain/checkins/activity-schedule.ts';
import type { PriceClass } from '#domain/checkins/price-class.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { MarginKey } from '#domain/settings/margin-steps.ts';
import type { ActivityKind } from '#domain/uitdatabank/event-facts.ts';
import type { Database } from '../db/tables.ts';
import type { ActivityTime } from './activity-time.ts';

type Db = Kysely<Database>;

/** One date of an activity, without its check-in window. */
export type Moment = Pick<Occurrence, 'occurrenceId' | 'startsAt' | 'endsAt'> & {
  /** Why it does not take place. */
  readonly cancelledBecause?: string | undefined;
};

export type Activity = {
  readonly activityId: string;
  readonly organisationId: string;
  readonly organisationName: string;
  readonly organisationKind: 'municipality' | 'organiser' | 'region';
  readonly nisCode?: string;
  readonly version: number;
  readonly title: string;
  readonly place: string;
  readonly points: number;
  readonly limit: CheckInLimit | null;
  readonly marginBeforeMin: number | null;
  readonly marginAfterMin: number | null;
  readonly sells: boolean;
  readonly schedule: Schedule;
  readonly priceClasses: readonly PriceClass[];
  readonly cardSystemIds: readonly string[];
  readonly moments: readonly Moment[];
  /** In the words of UiTdatabank; null where nobody said one. */
  readonly kind: ActivityKind | null;
};

export type ActivityFilter = {
  readonly organisationIds: readonly string[];
  readonly text: string;
  readonly when: ActivityTime;
  readonly now: number;
  readonly dayStartsAt: number;
  readonly dayEndsAt: number;
  /** Of the region. */
  readonly margins: readonly MarginStep[];
  /** Something of it between these, called off or not; the second not included. */
  readonly fromAt?: number | undefined;
  readonly untilAt?: number | undefined;
  readonly limit: number;
  readonly offset: number;
};

/** Which activities, soonest first; what is over comes last, latest first. */
export async function findActivityIds(
  db: Db,
  regionId: number,
  filter: ActivityFilter,
): Promise<{ ids: string[]; total: number }> {
  const { now, when } = filter;
  const text = `%${filter.text.replace(/[\\%_]/g, '\\$&')}%`;
  const inTime = {
    open: sql`exists (select from occurrence o where o.region_id = a.region_id and o.activity_id = a.activity_id
      and o.cancelled_because is null
      and o.starts_at - coalesce(a.margin_before_min, ${marginIn(filter, 'beforeMin')}) * 60000::bigint <= ${now}
      and o.ends_at + coalesce(a.margin_after_min, ${marginIn(filter, 'afterMin')}) * 60000::bigint > ${now})`,
    today: sql`exists (select from occurrence o where o.region_id = a.region_id and o.activity_id = a.activity_id
      and o.starts_at < ${filter.dayEndsAt} and o.ends_at > ${filter.dayStartsAt})`,
    coming: sql`t.next_at > ${now}`,
    // Not over: only those can still be mended.
    attention: sql`(t.last_end > ${now} or t.last_end is null)`,
    past: sql`t.last_end <= ${now}`,
    all: sql`true`,
  }[when];
  const { rows } = await sql<{ activity_id: string; total: number }>`
    select a.activity_id, count(*) over () as total
    from activity a
    left join lateral (
      select min(o.starts_at) filter (where o.ends_at > ${now}) as next_at, max(o.ends_at) as last_end
      from occurrence o where o.region_id = a.region_id and o.activity_id = a.activity_id
        and o.cancelled_because is null
    ) t on true
    where a.region_id = ${regionId} and a.archived_at is null
      and a.organisation_id = any(${filter.organisationIds}::uuid[])
      and (a.title ilike ${text} or a.place ilike ${text})
      and ${inTime} and ${between(filter)}
    order by t.next_at asc nulls last, t.last_end desc, a.activity_id
    limit ${filter.limit} offset ${filter.offset}
  `.execute(db);
  return { ids: rows.map((row) => row.activity_id), total: rows[0]?.total ?? 0 };
}

/** Of the region, for the moment of that row. */
const marginIn = ({ margins }: ActivityFilter, side: 'beforeMin' | 'afterMin'): RawBuilder<unknown> =>
  margins.reduce(
    (older, step) =>
      sql`case when o.starts_at >= ${step.fromAt} then ${step[side]}::integer else ${older} end`,
    sql`0`,
  );

const between = ({ fromAt, untilAt }: ActivityFilter) =>
  fromAt === undefined && untilAt === undefined
    ? sql`true`
    : sql`exists (select from occurrence o where o.region_id = a.region_id and o.activity_id = a.activity_id
        and o.ends_at > ${fromAt ?? 0} and o.starts_at < ${untilAt ?? limits.instantMax})`;

/** In the order of the ids; those that do not exist are left out. */
export async function readActivities(db: Db, regionId: number, ids: readonly string[]): Promise<Activity[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<ActivityRow>`
    select a.*, o.name as organisation_name, o.kind as organisation_kind, o.nis_code,
      (select coalesce(array_agg(s.card_system_id order by s.card_system_id), '{}') from activity_card_system s
        where s.region_id = a.region_id and s.activity_id = a.activity_id) as card_system_ids,
      (select coalesce(json_agg(json_build_object(
          'occurrenceId', m.occurrence_id, 'startsAt', m.starts_at, 'endsAt', m.ends_at,
          'cancelledBecause', m.cancelled_because) order by m.starts_at), '[]')
        from occurrence m where m.region_id = a.region_id and m.activity_id = a.activity_id) as moments
    from activity a
    join organisation o on o.region_id = a.region_id and o.organisation_id = a.organisation_id
    where a.region_id = ${regionId} and a.activity_id = any(${ids}::uuid[])
  `.execute(db);
  const byId = new Map(rows.map((row) => [row.activity_id, activityOf(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

export async function findActivity(
  db: Db,
  regionId: number,
  activityId: string,
): Promise<Activity | undefined> {
  return (await readActivities(db, regionId, [activityId]))[0];
}

/** The version that stands, with the row locked until the end of the transaction. */
export async function lockActivityVersion(
  trx: Transaction<Database>,
  regionId: number,
  activityId: string,
): Promise<number | undefined> {
  const row = await trx
    .selectFrom('activity')
    .select('version')
    .where('region_id', '=', regionId)
    .where('activity_id', '=', activityId)
    .forUpdate()
    .executeTakeFirst();
  return row?.version;
}

export type ActivityWrite = Omit<Activity, 'organisationName' | 'organisationKind' | 'nisCode' | 'sells'> & {
  readonly changedAt: number;
  readonly changedBy: string;
};

export async function insertActivity(db: Db, regionId: number, activity: ActivityWrite): Promise<void> {
  await db
    .insertInto('activity')
    .values({
      region_id: regionId,
      activity_id: activity.activityId,
      organisation_id: activity.organisationId,
      created_at: activity.changedAt,
      archived_at: null,
      ...columnsOf(activity),
    })
    .execute();
  await writeCardSystems(db, regionId, activity);
  await writeMoments(db, regionId, activity);
}

export async function updateActivity(db: Db, regionId: number, activity: ActivityWrite): Promise<void> {
  await db
    .updateTable('activity')
    .set(columnsOf(activity))
    .where('region_id', '=', regionId)
    .where('activity_id', '=', activity.activityId)
    .execute();
  await writeCardSystems(db, regionId, activity);
  await writeMoments(db, regionId, activity);
}

/** What it promises to the phones; a scan is judged by the version its phone held. */
export type ActivityVersion = {
  readonly activityId: string;
  readonly version: number;
  readonly points: number;
  readonly occurrences: readonly Occurrence[];
};

export async function insertActivityVersions(
  db: Db,
  regionId: number,
  versions: readonly (ActivityVersion & { readonly since: number })[],
): Promise<void> {
  if (versions.length === 0) return;
  await db
    .insertInto('activity_version')
    .values(
      versions.map(({ activityId, version, points, occurrences, since }) => ({
        region_id: regionId,
        activity_id: activityId,
        version,
        points,
        occurrences: JSON.stringify(occurrences),
        since,
      })),
    )
    .execute();
}

export async function readStandingVersions(
  db: Db,
  regionId: number,
  activityIds: readonly string[],
): Promise<Map<string, ActivityVersion>> {
  if (activityIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('activity as a')
    .innerJoin('activity_version as v', (join) =>
      join
        .onRef('v.region_id', '=', 'a.region_id')
        .onRef('v.activity_id', '=', 'a.activity_id')
        .onRef('v.version', '=', 'a.version'),
    )
    .select(['v.activity_id as activityId', 'v.version', 'v.points', 'v.occurrences'])
    .where('a.region_id', '=', regionId)
    .where('a.activity_id', 'in', activityIds)
    .execute();
  return new Map(rows.map((row) => [row.activityId, row]));
}

/** Activities without that margin of their own that have something from then on, as of `fromAt`. */
const followers = (db: Db, regionId: number, key: MarginKey, fromAt: number) =>
  db
    .selectFrom('activity as a')
    .where('a.region_id', '=', regionId)
    .where('a.archived_at', 'is', null)
    .where(key === 'marginBeforeMin' ? 'a.margin_before_min' : 'a.margin_after_min', 'is', null)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('occurrence as o')
          .select('o.occurrence_id')
          .whereRef('o.region_id', '=', 'a.region_id')
          .whereRef('o.activity_id', '=', 'a.activity_id')
          .where('o.cancelled_because', 'is', null)
          .where('o.starts_at', '>=', fromAt),
      ),
    );

/** Their rows stay locked until the end of the transaction. */
export async function lockFollowers(
  trx: Transaction<Database>,
  regionId: number,
  key: MarginKey,
  fromAt: number,
): Promise<string[]> {
  const rows = await followers(trx, regionId, key, fromAt)
    .select('a.activity_id')
    .orderBy('a.activity_id')
    .forUpdate()
    .execute();
  return rows.map((row) => row.activity_id);
}

export async function countFollowers(
  db: Db,
  regionId: number,
  key: MarginKey,
  fromAt: number,
): Promise<number> {
  const row = await followers(db, regionId, key, fromAt)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

export async function raiseVersions(
  trx: Transaction<Database>,
  regionId: number,
  activityIds: readonly string[],
): Promise<void> {
  await trx
    .updateTable('activity')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .where('region_id', '=', regionId)
    .where('activity_id', 'in', activityIds)
    .execute();
}

/** Visits since then that count (not undone, not a second one), by activity. */
export async function countVisits(
  db: Db,
  regionId: number,
  activityIds: readonly string[],
  since: number,
): Promise<Map<string, number>> {
  if (activityIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('visit')
    .select(['activity_id', (eb) => eb.fn.countAll<number>().as('count')])
    .where('region_id', '=', regionId)
    .where('activity_id', 'in', activityIds)
    .where('at', '>=', since)
    .where('slot', 'is not', null)
    .groupBy('activity_id')
    .execute();
  return new Map(rows.map((row) => [row.activity_id, row.count]));
}

/** Phones that scan for it: enrolled and not revoked, by activity. */
export async function countPhones(
  db: Db,
  regionId: number,
  activityIds: readonly string[],
): Promise<Map<string, number>> {
  if (activityIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('device_activity as e')
    .innerJoin('device as d', (join) =>
      join.onRef('d.region_id', '=', 'e.region_id').onRef('d.device_id', '=', 'e.device_id'),
    )
    .select(['e.activity_id', (eb) => eb.fn.countAll<number>().as('count')])
    .where('e.region_id', '=', regionId)
    .where('e.activity_id', 'in', activityIds)
    .where('d.kind', '=', 'phone')
    .where('d.state', '=', 'active')
    .groupBy('e.activity_id')
    .execute();
  return new Map(rows.map((row) => [row.activity_id, row.count]));
}

/** Opening hours whose last planned moment starts before that time. */
export async function listEndingBefore(
  db: Db,
  lastStartBefore: number,
  limit: number,
): Promise<{ regionId: number; activityId: string }[]> {
  const { rows } = await sql<{ regionId: number; activityId: string }>`
    select a.region_id as "regionId", a.activity_id as "activityId" from activity a
    where a.schedule ->> 'kind' = 'opening-hours' and a.archived_at is null
      -- Hours with an end that was reached are done.
      and coalesce(a.schedule ->> 'untilDay', '9999') > to_char(to_timestamp(${lastStartBefore} / 1000.0), 'YYYY-MM-DD')
      and not exists (select from occurrence o where o.region_id = a.region_id and o.activity_id = a.activity_id
        and o.starts_at >= ${lastStartBefore})
    limit ${limit}
  `.execute(db);
  return rows;
}

async function writeCardSystems(
  db: Db,
  regionId: number,
  { activityId, cardSystemIds }: Pick<Activity, 'activityId' | 'cardSystemIds'>,
): Promise<void> {
  await db
    .deleteFrom('activity_card_system')
    .where('region_id', '=', regionId)
    .where('activity_id', '=', activityId)
    .execute();
  if (cardSystemIds.length === 0) return;
  await db
    .insertInto('activity_card_system')
    .values(cardSystemIds.map((id) => ({ region_id: regionId, activity_id: activityId, card_system_id: id })))
    .execute();
}

async function writeMoments(
  db: Db,
  regionId: number,
  { activityId, moments }: Pick<Activity, 'activityId' | 'moments'>,
): Promise<void> {
  await db
    .deleteFrom('occurrence')
    .where('region_id', '=', regionId)
    .where('activity_id', '=', activityId)
    .execute();
  if (moments.length === 0) return;
  await db
    .insertInto('occurrence')
    .values(
      moments.map((moment) => ({
        region_id: regionId,
        occurrence_id: moment.occurrenceId,
        activity_id: activityId,
        starts_at: moment.startsAt,
        ends_at: moment.endsAt,
        cancelled_because: moment.cancelledBecause ?? null,
      })),
    )
    .execute();
}

const columnsOf = (activity: ActivityWrite) => ({
  version: activity.version,
  title: activity.title,
  place: activity.place,
  points: activity.points,
  limit_volume: activity.limit?.volume ?? null,
  limit_period: activity.limit?.period ?? null,
  margin_before_min: activity.marginBeforeMin,
  margin_after_min: activity.marginAfterMin,
  schedule: JSON.stringify(activity.schedule),
  price_classes: JSON.stringify(activity.priceClasses),
  kind_id: activity.kind?.id ?? null,
  kind_name: activity.kind?.name ?? null,
  changed_at: activity.changedAt,
  changed_by: activity.changedBy,
});

type ActivityRow = Omit<
  Database['activity'],
  'sells' | 'schedule' | 'price_classes' | 'kind_id' | 'kind_name'
> & {
  sells: boolean;
  kind_id: string | null;
  kind_name: string | null;
  schedule: Schedule;
  price_classes: PriceClass[];
  organisation_name: string;
  organisation_kind: Activity['organisationKind'];
  nis_code: string | null;
  card_system_ids: string[];
  moments: (Moment & { cancelledBecause: string | null })[];
};

const activityOf = (row: ActivityRow): Activity => ({
  activityId: row.activity_id,
  organisationId: row.organisation_id,
  organisationName: row.organisation_name,
  organisationKind: row.organisation_kind,
  ...(row.nis_code !== null && { nisCode: row.nis_code }),
  version: row.version,
  title: row.title,
  place: row.place,
  points: row.points,
  limit:
    row.limit_volume !== null && row.limit_period !== null
      ? { volume: row.limit_volume, period: row.limit_period }
      : null,
  marginBeforeMin: row.margin_before_min,
  marginAfterMin: row.margin_after_min,
  sells: row.sells,
  cardSystemIds: row.card_system_ids,
  schedule: row.schedule,
  priceClasses: row.price_classes,
  kind: row.kind_id === null ? null : { id: row.kind_id, name: row.kind_name ?? '' },
  moments: row.moments.map(({ cancelledBecause, ...moment }) => ({
    ...moment,
    ...(cancelledBecause !== null && { cancelledBecause }),
  })),
});
