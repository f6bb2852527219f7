// Pass holders as what happened to them (docs/adr/016): one row for each event, never changed; what it says of the person
// can be erased. The tables of before are their sum. And settings, in force from a day.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table passholder alter column first_name drop not null;
    alter table passholder alter column last_name drop not null;
    alter table passholder alter column date_of_birth drop not null;
    alter table passholder alter column postal_code drop not null;
    alter table passholder
      -- Events so far; 0: known from before there were events, and not touched since.
      add column n integer not null default 0,
      add column state text not null default 'active' check (state in ('active', 'erased')),
      -- The rest of the person, as the domain writes it down; null where nobody has written it yet.
      add column person jsonb;

    create table passholder_home (
      region_id integer not null references region,
      passholder_id uuid not null,
      from_day date not null,
      nis_code text,
      primary key (region_id, passholder_id, from_day),
      foreign key (region_id, passholder_id) references passholder
    );

    alter table membership
      add column kansenstatuut_since date,
      add column kansenstatuut_proof text,
      add column kansenstatuut_ended_on date,
      add column kansenstatuut_ended_by_move boolean not null default false;

    alter table card
      -- Where it lies while it is in stock: a municipality, or nothing for the region's own cupboard.
      add column place_nis text,
      add column replaced_by text;

    create table passholder_event (
      region_id integer not null references region,
      passholder_id uuid not null,
      n integer not null,
      act_id uuid not null,
      kind text not null,
      at bigint not null,
      day date not null,
      actor text not null,
      organisation_id uuid not null,
      facts jsonb not null,
      -- Who it is, and the proofs: can be erased; what happened to cards and rights stays.
      personal jsonb,
      primary key (region_id, passholder_id, n)
    );
    create index passholder_event_act on passholder_event (region_id, act_id);
    create index passholder_event_counter on passholder_event (region_id, organisation_id, at);
    create trigger passholder_event_stays before delete on passholder_event
      for each row execute function forbid_change();
    create trigger passholder_event_for_ever before update on passholder_event for each row
      when (row (old.*) is distinct from row (new.region_id, new.passholder_id, new.n, new.act_id, new.kind, new.at, new.day,
          new.actor, new.organisation_id, new.facts, old.personal)
        or (new.personal is not null and new.personal is distinct from old.personal))
      execute function forbid_change();

    -- A request of a desk, by the id that its screen gave it: a second time it gets the same answer.
    create table desk_act (
      region_id integer not null references region,
      act_id uuid not null,
      passholder_id uuid not null,
      request_digest bytea not null,
      at bigint not null,
      primary key (region_id, act_id)
    );

    create table setting (
      region_id integer not null references region,
      setting_id bigint generated always as identity,
      key text not null,
      nis_code text,
      value jsonb not null,
      from_day date not null,
      set_at bigint not null,
      set_by text not null,
      reason text not null,
      primary key (region_id, setting_id)
    );
    create trigger setting_for_ever before update or delete on setting for each row execute function forbid_change();
  `.execute(db);
}
