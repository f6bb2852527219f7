// Who may sign in, and for which place a role is granted. The auth_ tables have the columns that better-auth 1.7 asks
// for, under our own names (server/auth/sign-in.ts maps them). A person exists once, whatever regions grant a role: the
// auth_ tables and attempt are the only ones without region_id.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table auth_user (
      id uuid primary key default gen_random_uuid(),
      name text not null,
      email text not null unique check (email = lower(email)),
      email_verified boolean not null default false,
      image text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );

    create table auth_session (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null references auth_user on delete cascade,
      token text not null unique,
      expires_at timestamptz not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      ip_address text,
      user_agent text
    );
    create index auth_session_user on auth_session (user_id);

    create table auth_account (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null references auth_user on delete cascade,
      account_id text not null,
      provider_id text not null,
      access_token text,
      refresh_token text,
      id_token text,
      access_token_expires_at timestamptz,
      refresh_token_expires_at timestamptz,
      scope text,
      password text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create index auth_account_user on auth_account (user_id);

    -- One-time links; the identifier is a hash of the token.
    create table auth_verification (
      id uuid primary key default gen_random_uuid(),
      identifier text not null,
      value text not null,
      expires_at timestamptz not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create index auth_verification_identifier on auth_verification (identifier);

    create table role_grant (
      region_id integer not null references region,
      grant_id uuid not null,
      user_id uuid not null references auth_user on delete cascade,
      role text not null
        check (role in ('region-admin', 'municipality-desk', 'youth-worker', 'organisation-admin', 'auditor')),
      place_kind text not null check (place_kind in ('region', 'municipality', 'organisation')),
      nis_code text,
      organisation_id uuid,
      granted_at bigint not null,
      granted_by text not null,
      primary key (region_id, grant_id),
      foreign key (region_id, nis_code) references municipality,
      foreign key (region_id, organisation_id) references organisation,
      check ((place_kind = 'municipality') = (nis_code is not null)),
      check ((place_kind = 'organisation') = (organisation_id is not null)),
      unique nulls not distinct (region_id, user_id, role, place_kind, nis_code, organisation_id)
    );
    create index role_grant_user on role_grant (user_id);

    -- Counters of what may be tried only so often (server/attempts.ts). Losing them in a crash gives one fresh window.
    create unlogged table attempt (
      purpose text not null,
      subject bytea not null,
      window_start bigint not null,
      count integer not null,
      primary key (purpose, subject, window_start)
    );
    create index attempt_window on attempt (window_start);

    -- The desk of an organisation is one device with one chain of commands.
    create unique index device_one_desk on device (region_id, organisation_id) where kind = 'desk';
  `.execute(db);
}
