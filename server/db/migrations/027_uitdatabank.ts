// Activities out of UiTdatabank (docs/adr/023): imports that are looked over before they are stored, which event became which
// activity and what was there the last time, whose organiser is which organisation, and the address that is asked.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table activity add column kind_id text, add column kind_name text;

    create table uitdatabank_source (
      region_id integer primary key references region,
      url text not null,
      -- The key that UiTdatabank gave, sealed (server/sealed-bytes.ts).
      key_id text,
      sealed bytea,
      changed_at bigint not null,
      changed_by text not null,
      check ((key_id is null) = (sealed is null))
    );

    create table uitdatabank_organiser (
      region_id integer not null,
      organiser_key text not null,
      organisation_id uuid not null,
      chosen_at bigint not null,
      chosen_by text not null,
      primary key (region_id, organiser_key),
      foreign key (region_id, organisation_id) references organisation
    );

    create table uitdatabank_event (
      region_id integer not null,
      event_id uuid not null,
      activity_id uuid not null,
      -- As it was there the last time: who differs from it has changed.
      facts jsonb not null,
      read_at bigint not null,
      primary key (region_id, event_id),
      unique (region_id, activity_id),
      foreign key (region_id, activity_id) references activity
    );

    create table uitdatabank_import (
      region_id integer not null references region,
      import_id uuid not null,
      organisation_id uuid not null,
      source text not null check (source in ('file', 'address')),
      name text not null,
      -- Known before the first page of a file, and after the first page of an address.
      total integer,
      state text not null check (state in ('reading', 'ready')),
      -- For events without an organiser.
      otherwise_id uuid,
      made_at bigint not null,
      made_by text not null,
      primary key (region_id, import_id),
      foreign key (region_id, organisation_id) references organisation,
      foreign key (region_id, otherwise_id) references organisation (region_id, organisation_id)
    );
    create index uitdatabank_import_by_time on uitdatabank_import (region_id, made_at desc);

    create table uitdatabank_row (
      region_id integer not null,
      import_id uuid not null,
      row_no integer not null,
      title text not null,
      event_id uuid,
      organiser_key text,
      facts jsonb,
      state text not null check (state in ('bad', 'organiser', 'new', 'changed', 'unchanged', 'stored')),
      code text,
      -- Fields to take over, fields that stay as they are here, moments that do not take place there.
      take text[] not null default '{}',
      kept text[] not null default '{}',
      call_off integer not null default 0,
      primary key (region_id, import_id, row_no),
      foreign key (region_id, import_id) references uitdatabank_import on delete cascade
    );
    create index uitdatabank_row_by_state on uitdatabank_row (region_id, import_id, state, row_no);
    create unique index uitdatabank_row_event on uitdatabank_row (region_id, import_id, event_id) where facts is not null;
    -- What is stored was stored once.
    create trigger uitdatabank_row_once before update on uitdatabank_row for each row
      when (old.state = 'stored' and new.state <> 'stored') execute function forbid_change();
  `.execute(db);
}
