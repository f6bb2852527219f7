// A colleague is invited for one role at one place; the role begins when the invitation is accepted. Of the link only a hash
// is kept. `proved_at`: when the person of a session last showed again who he is (docs/adr/010, sensitive acts).
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table auth_session add column proved_at bigint;

    create table invitation (
      region_id integer not null references region,
      invitation_id uuid not null,
      email text not null check (email = lower(email)),
      role text not null
        check (role in ('region-admin', 'municipality-desk', 'youth-worker', 'organisation-admin', 'auditor')),
      place_kind text not null check (place_kind in ('region', 'municipality', 'organisation')),
      nis_code text,
      organisation_id uuid,
      token_hash bytea not null unique,
      created_at bigint not null,
      created_by text not null,
      expires_at bigint not null,
      accepted_at bigint,
      primary key (region_id, invitation_id),
      foreign key (region_id, nis_code) references municipality,
      foreign key (region_id, organisation_id) references organisation,
      check ((place_kind = 'municipality') = (nis_code is not null)),
      check ((place_kind = 'organisation') = (organisation_id is not null))
    );
    -- A second invitation for the same replaces the first: an old link is then worth nothing.
    create unique index invitation_open on invitation (region_id, email, role, place_kind, nis_code, organisation_id)
      nulls not distinct where accepted_at is null;
  `.execute(db);
}
