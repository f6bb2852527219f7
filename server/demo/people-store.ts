// Thousands of rows in one statement a table.
import { sql, type Kysely } from 'kysely';
import type { Database } from '../db/tables.ts';
import type { DemoPeople } from './passholders.ts';

export async function insertPeople(
  db: Kysely<Database>,
  regionId: number,
  { passholders, memberships, cards }: DemoPeople,
  now: number,
): Promise<void> {
  await sql`
    insert into passholder (region_id, passholder_id, first_name, last_name, date_of_birth, postal_code, nis_code, created_at)
    select ${regionId}, id, first_name, last_name, born::date, postal_code, nis_code, since
    from unnest(
      ${passholders.map((p) => p.id)}::uuid[], ${passholders.map((p) => p.firstName)}::text[],
      ${passholders.map((p) => p.lastName)}::text[], ${passholders.map((p) => p.dateOfBirth)}::text[],
      ${passholders.map((p) => p.postalCode)}::text[], ${passholders.map((p) => p.nisCode)}::text[],
      ${passholders.map((p) => p.since ?? now)}::bigint[]
    ) as p (id, first_name, last_name, born, postal_code, nis_code, since)
  `.execute(db);
  await sql`
    insert into account (region_id, account_id, kind, balance)
    select ${regionId}, id, 'passholder', 0 from unnest(${passholders.map((p) => p.id)}::uuid[]) as p (id)
  `.execute(db);
  await sql`
    insert into membership (region_id, passholder_id, card_system_id, status, kansenstatuut_since, kansenstatuut_until,
      kansenstatuut_suspended_until)
    select ${regionId}, id, system, status, since::date, until::date, suspended::date
    from unnest(
      ${memberships.map((m) => m.passholderId)}::uuid[], ${memberships.map((m) => m.cardSystem)}::text[],
      ${memberships.map((m) => m.status)}::text[], ${memberships.map((m) => m.kansenstatuutUntil)}::text[],
      ${memberships.map((m) => m.suspendedUntil)}::text[], ${memberships.map((m) => m.kansenstatuutSince ?? null)}::text[]
    ) as m (id, system, status, until, suspended, since)
  `.execute(db);
  await sql`
    insert into card (region_id, uitpas_number, card_system_id, passholder_id, chip_number, kind, state, state_since, place_nis)
    select ${regionId}, number, system, holder, chip, kind, state, since, place
    from unnest(
      ${cards.map((c) => c.number)}::text[], ${cards.map((c) => c.cardSystem)}::text[],
      ${cards.map((c) => c.passholderId)}::uuid[], ${cards.map((c) => c.chip)}::text[],
      ${cards.map((c) => c.kind)}::text[], ${cards.map((c) => c.state)}::text[], ${cards.map((c) => c.since)}::bigint[],
      ${cards.map((c) => c.place ?? null)}::text[]
    ) as c (number, system, holder, chip, kind, state, since, place)
  `.execute(db);
}
