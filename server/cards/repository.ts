import { sql, type Kysely } from 'kysely';
import type { CardState } from '#domain/cards/card-facts.ts';
import type { Outcome, RulingCode } from '#domain/sync/ruling.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

export type Card = {
  readonly number: string;
  readonly cardSystemName: string;
  readonly passholderId: string | null;
  readonly firstName: string | null;
  readonly kind: 'card' | 'digital' | 'group-pass';
  readonly state: CardState;
  readonly stateSince: number;
  readonly balance: number | null;
};

/** What is printed on it, or its chip. */
export type CardKey = { readonly number: string } | { readonly chip: string };

export async function findCard(db: Db, regionId: number, key: CardKey): Promise<Card | undefined> {
  const isIt = 'number' in key ? sql`c.uitpas_number = ${key.number}` : sql`c.chip_number = ${key.chip}`;
  const { rows } = await sql<Card>`
    select c.uitpas_number as number, s.name as "cardSystemName", c.passholder_id as "passholderId",
      p.first_name as "firstName", c.kind, c.state, c.state_since as "stateSince", a.balance
    from card c
    join card_system s on s.region_id = c.region_id and s.card_system_id = c.card_system_id
    left join passholder p on p.region_id = c.region_id and p.passholder_id = c.passholder_id
    left join account a on a.region_id = c.region_id and a.account_id = c.passholder_id
    where c.region_id = ${regionId} and ${isIt}
  `.execute(db);
  return rows[0];
}

export type PastVisit = {
  readonly commandId: string;
  readonly at: number;
  readonly receivedAt: number;
  readonly title: string;
  readonly organisationName: string;
  readonly deviceName: string;
  readonly outcome: Outcome;
  readonly code: RulingCode | null;
  readonly points: number;
  readonly undone: boolean;
};

/** Newest first. */
export async function listPastVisits(
  db: Db,
  regionId: number,
  accountId: string,
  limit: number,
): Promise<PastVisit[]> {
  const { rows } = await sql<PastVisit>`
    select v.command_id as "commandId", v.at, c.received_at as "receivedAt", t.title, o.name as "organisationName",
      d.name as "deviceName", r.outcome, r.code, r.points, v.undone
    from (
      select * from visit where region_id = ${regionId} and account_id = ${accountId} order by at desc limit ${limit}
    ) v
    join command c on c.region_id = v.region_id and c.command_id = v.command_id
    join device d on d.region_id = v.region_id and d.device_id = v.device_id
    join activity t on t.region_id = v.region_id and t.activity_id = v.activity_id
    join organisation o on o.region_id = t.region_id and o.organisation_id = t.organisation_id
    join lateral (
      select * from ruling r where r.region_id = v.region_id and r.command_id = v.command_id order by r.n desc limit 1
    ) r on true
    order by v.at desc
  `.execute(db);
  return rows;
}

export async function countCountedVisits(
  db: Db,
  regionId: number,
  accountId: string,
  from: number,
): Promise<number> {
  const { count } = await db
    .selectFrom('visit')
    .select((eb) => eb.fn.count<number>('slot').as('count'))
    .where('region_id', '=', regionId)
    .where('account_id', '=', accountId)
    .where('at', '>=', from)
    .executeTakeFirstOrThrow();
  return count;
}

/** The balance just before each of these moments: a sum of postings, as every balance. */
export async function readBalancesBefore(
  db: Db,
  regionId: number,
  accountId: string,
  moments: readonly number[],
): Promise<number[]> {
  const { rows } = await sql<{ balance: number }>`
    select coalesce((select sum(p.amount) from posting p
      where p.region_id = ${regionId} and p.account_id = ${accountId} and p.posted_at < m.at), 0)::bigint as balance
    from unnest(${moments}::bigint[]) with ordinality as m (at, place) order by m.place
  `.execute(db);
  return rows.map(({ balance }) => balance);
}
