// Work on many people at once (docs/adr/021): lists that are looked over, carried out row by row, stopped and resumed. And what the
// work list of the kansenstatuut is found by.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table bulk_list (
      region_id integer not null references region,
      list_id uuid not null,
      title text not null,
      work jsonb not null,
      organisation_id uuid not null,
      request_digest bytea not null,
      state text not null check (state in ('draft', 'running', 'stopped', 'done', 'withdrawn')),
      made_at bigint not null,
      made_by text not null,
      -- On whose behalf its rows are carried out: who started it last.
      run_by text,
      started_at bigint,
      ended_at bigint,
      stopped_because text check (stopped_because in ('asked', 'not-allowed')),
      primary key (region_id, list_id),
      check (state <> 'running' or run_by is not null)
    );
    create index bulk_list_running on bulk_list (region_id, started_at) where state = 'running';
    create index bulk_list_own on bulk_list (region_id, made_by, made_at desc);

    create table bulk_row (
      region_id integer not null,
      list_id uuid not null,
      row_no integer not null,
      -- As it stood in the list.
      given text not null,
      uitpas_number text,
      -- Only of people whom the maker of the list may change.
      passholder_id uuid,
      wanted jsonb not null,
      state text not null check (state in ('bad', 'ready', 'done', 'refused')),
      code text,
      detail jsonb not null,
      -- Turns that broke off: after some of them the others go on without it.
      tries integer not null default 0,
      answered_at bigint,
      primary key (region_id, list_id, row_no),
      foreign key (region_id, list_id) references bulk_list on delete cascade
    );
    create index bulk_row_by_state on bulk_row (region_id, list_id, state, row_no);
    create index bulk_row_person on bulk_row (region_id, passholder_id) where passholder_id is not null;
    -- A row is answered once.
    create trigger bulk_row_once before update on bulk_row for each row
      when (old.state <> 'ready' and new.state <> old.state) execute function forbid_change();

    -- Whose kansenstatuut ends when; and who is of a municipality, without reading the rest of the person.
    create index membership_kansenstatuut on membership (region_id, card_system_id, kansenstatuut_until, passholder_id)
      where kansenstatuut_until is not null and status = 'active';
  `.execute(db);
}
