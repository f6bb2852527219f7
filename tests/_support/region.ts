// The smallest region that can check in: one organisation, two card systems, activities and cards as a test asks.
import { randomUUID } from 'node:crypto';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Pool } from 'pg';
import { makeUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { CardState } from '#domain/cards/card-facts.ts';
import type { CheckInLimit } from '#domain/checkins/activity-policy.ts';
import { valueParsers } from '#server/db/database.ts';
import type { Database } from '#server/db/tables.ts';
import type { PublicKey } from '#domain/sync/exchange.ts';

export const REGION_ID = 1;
/** A Friday evening in Brussels: 2026-11-20 19:00 UTC. */
export const EVENING = Date.UTC(2026, 10, 20, 19, 0, 0);
const HOUR = 3_600_000;

export type TestRegion = ReturnType<typeof regionIn>;

/** Makes the region in an empty database. */
export async function openRegion(url: string, slug = 'westhoek') {
  const region = regionIn(url, randomUUID());
  const { db, organisationId } = region;
  await db
    .insertInto('region')
    .values({ region_id: REGION_ID, slug, name: 'Westhoek', feed_epoch: 'epoch-1' })
    .execute();
  for (const [id, name] of [
    ['uitpas-westhoek', 'UITPAS Westhoek'],
    ['testregio', 'Testregio'],
  ] as const) {
    await db.insertInto('card_system').values({ region_id: REGION_ID, card_system_id: id, name }).execute();
  }
  await db
    .insertInto('organisation')
    .values({
      region_id: REGION_ID,
      organisation_id: organisationId,
      name: 'Bibliotheek Ieper',
      kind: 'organiser',
      nis_code: null,
    })
    .execute();
  return region;
}

/** The region of a database in which it was made before. */
export function regionIn(url: string, organisationId: string) {
  const pool = new Pool({ connectionString: url, types: valueParsers, max: 12 });
  // The database may be dropped before the last idle connection has heard that it is over.
  pool.on('error', () => undefined);
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  let serial = 100;
  return {
    db,
    pool,
    organisationId,
    close: () => db.destroy(),

    /** Open from one hour before EVENING until five hours after it, unless said otherwise. */
    async activity(
      over: {
        limit?: CheckInLimit | null;
        points?: number;
        startsAt?: number;
        endsAt?: number;
        cardSystems?: string[];
      } = {},
    ): Promise<string> {
      const activityId = randomUUID();
      const limit = over.limit === undefined ? ({ volume: 1, period: 'DAY' } as const) : over.limit;
      const startsAt = over.startsAt ?? EVENING;
      const endsAt = over.endsAt ?? EVENING + 4 * HOUR;
      const occurrenceId = randomUUID();
      const base = { region_id: REGION_ID, activity_id: activityId };
      await db
        .insertInto('activity')
        .values({
          ...base,
          organisation_id: organisationId,
          version: 1,
          title: 'Jeugdboekenweek',
          place: 'Bibliotheek',
          points: over.points ?? 1,
          limit_volume: limit?.volume ?? null,
          limit_period: limit?.period ?? null,
          margin_before_min: null,
          margin_after_min: null,
          created_at: 0,
          changed_at: 0,
          changed_by: null,
          archived_at: null,
        })
        .execute();
      for (const system of over.cardSystems ?? ['uitpas-westhoek']) {
        await db
          .insertInto('activity_card_system')
          .values({ ...base, card_system_id: system })
          .execute();
      }
      await db
        .insertInto('occurrence')
        .values({ ...base, occurrence_id: occurrenceId, starts_at: startsAt, ends_at: endsAt })
        .execute();
      await db
        .insertInto('activity_version')
        .values({
          ...base,
          version: 1,
          points: over.points ?? 1,
          occurrences: JSON.stringify([
            { occurrenceId, startsAt, endsAt, opensAt: startsAt - HOUR, closesAt: endsAt + HOUR },
          ]),
          since: 0,
        })
        .execute();
      return activityId;
    },

    /** Many active cards at once; every call gives others. */
    /** Of people without a name: nobody searches for them, and a name takes half a millisecond. */
    async cards(count: number): Promise<UitpasNumber[]> {
      const numbers = Array.from({ length: count }, () =>
        makeUitpasNumber(String(serial++).padStart(11, '0'), '0'),
      );
      await sql`
        with n as (select number, gen_random_uuid() as id from unnest(${numbers}::text[]) as t (number)),
        p as (insert into passholder (region_id, passholder_id, created_at) select ${REGION_ID}, id, 0 from n),
        a as (insert into account (region_id, account_id, kind, balance) select ${REGION_ID}, id, 'passholder', 0 from n),
        m as (insert into membership (region_id, passholder_id, card_system_id, status)
          select ${REGION_ID}, id, 'uitpas-westhoek', 'active' from n)
        insert into card (region_id, uitpas_number, card_system_id, passholder_id, kind, state, state_since)
          select ${REGION_ID}, number, 'uitpas-westhoek', id, 'card', 'active', 0 from n
      `.execute(db);
      return numbers;
    },

    async card(
      over: { state?: CardState; since?: number; system?: string } = {},
    ): Promise<{ number: UitpasNumber; passholderId: string }> {
      const passholderId = randomUUID();
      const number = makeUitpasNumber(String(serial++).padStart(11, '0'), '0');
      const system = over.system ?? 'uitpas-westhoek';
      await db
        .insertInto('passholder')
        .values({
          region_id: REGION_ID,
          passholder_id: passholderId,
          first_name: 'Noor',
          last_name: 'Voorbeeld',
          date_of_birth: '2014-04-03',
          postal_code: '8900',
          nis_code: null,
          created_at: 0,
          upstream_reason: null,
        })
        .execute();
      await db
        .insertInto('account')
        .values({ region_id: REGION_ID, account_id: passholderId, kind: 'passholder', balance: 0 })
        .execute();
      await db
        .insertInto('membership')
        .values({
          region_id: REGION_ID,
          passholder_id: passholderId,
          card_system_id: system,
          status: 'active',
          kansenstatuut_until: null,
          kansenstatuut_suspended_until: null,
        })
        .execute();
      await db
        .insertInto('card')
        .values({
          region_id: REGION_ID,
          uitpas_number: number,
          card_system_id: system,
          passholder_id: passholderId,
          chip_number: null,
          kind: 'card',
          state: over.state ?? 'active',
          state_since: over.since ?? 0,
          upstream_reason: null,
        })
        .execute();
      return { number, passholderId };
    },

    async enrol(
      phone: { readonly id: string; readonly publicKey: PublicKey },
      activityIds: readonly string[],
      name = 'Inkom 1',
    ): Promise<void> {
      await db
        .insertInto('device')
        .values({
          region_id: REGION_ID,
          device_id: phone.id,
          organisation_id: organisationId,
          name,
          kind: 'phone',
          state: 'active',
          public_key: JSON.stringify(phone.publicKey),
          enrolled_by: null,
          requested_at: EVENING - 24 * HOUR,
          enrolled_at: EVENING - 24 * HOUR,
          revoked_at: null,
          replaces: null,
          last_seen_at: null,
          report: null,
          broken_at_seq: null,
          revoked_after_seq: null,
          token_hash: null,
          token_expires_at: null,
        })
        .execute();
      for (const activityId of activityIds) {
        await db
          .insertInto('device_activity')
          .values({ region_id: REGION_ID, device_id: phone.id, activity_id: activityId })
          .execute();
      }
    },

    async balance(accountId: string): Promise<number | undefined> {
      const row = await db
        .selectFrom('account')
        .select('balance')
        .where('account_id', '=', accountId)
        .executeTakeFirst();
      return row?.balance ?? undefined;
    },

    /** Latest ruling of each command, as outcome or outcome:code. */
    async standing(): Promise<Map<string, string>> {
      const rows = await db
        .selectFrom('ruling')
        .select(['command_id', 'outcome', 'code'])
        .orderBy('command_id')
        .orderBy('n')
        .execute();
      return new Map(
        rows.map((row) => [row.command_id, row.code ? `${row.outcome}:${row.code}` : row.outcome]),
      );
    },

    brokenLaws: () => brokenLaws(db),
  };
}

/** What must hold after whatever happened; empty when it does. */
export async function brokenLaws(db: Kysely<Database>): Promise<string[]> {
  const laws: Record<string, ReturnType<typeof sql>> = {
    'every entry sums to zero': sql`select command_id from posting group by region_id, command_id, n, unit having sum(amount) <> 0`,
    'stored balance is the sum of postings': sql`
      select a.account_id from account a where a.balance is not null
        and a.balance <> coalesce((select sum(p.amount) from posting p where p.region_id = a.region_id and p.account_id = a.account_id), 0)`,
    'no balance below zero': sql`select account_id from account where balance < 0`,
    'every command has a ruling': sql`
      select c.command_id from command c where not exists (select 1 from ruling r where r.region_id = c.region_id and r.command_id = c.command_id)`,
    'rulings are numbered without a gap': sql`select command_id from ruling group by region_id, command_id having max(n) <> count(*) or min(n) <> 1`,
    'points ruled are points posted': sql`
      select r.command_id from (select distinct on (region_id, command_id) * from ruling order by region_id, command_id, n desc) r
      left join (select region_id, command_id, sum(amount) filter (where amount > 0 and line = 0 or amount < 0 and line = 0) as points
        from posting group by region_id, command_id) p on p.region_id = r.region_id and p.command_id = r.command_id
      where r.points <> coalesce(p.points, 0)`,
    'never more visits than the limit': sql`
      select v.account_id from visit v join activity a on a.region_id = v.region_id and a.activity_id = v.activity_id
      where v.slot is not null and a.limit_volume is not null group by v.account_id, v.activity_id, v.period_key, a.limit_volume
      having count(*) > a.limit_volume`,
  };
  const broken: string[] = [];
  for (const [law, query] of Object.entries(laws))
    if ((await query.execute(db)).rows.length > 0) broken.push(law);
  return broken;
}
