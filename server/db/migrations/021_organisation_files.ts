// The file of an organisation (docs/adr/020): who it is, its agreements, and to which account money goes.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table organisation
      add column version integer not null default 1,
      add column kbo_number text,
      add column contact_name text not null default '',
      add column contact_email text not null default '',
      add column contact_phone text not null default '',
      add column iban text;

    create table organisation_card_system (
      region_id integer not null,
      organisation_id uuid not null,
      card_system_id text not null,
      primary key (region_id, organisation_id, card_system_id),
      foreign key (region_id, organisation_id) references organisation,
      foreign key (region_id, card_system_id) references card_system
    );

    create table organisation_agreement (
      region_id integer not null,
      agreement_id uuid not null,
      organisation_id uuid not null,
      from_day text not null,
      until_day text,
      note text not null,
      made_at bigint not null,
      made_by text not null,
      primary key (region_id, agreement_id),
      foreign key (region_id, organisation_id) references organisation,
      check (until_day is null or until_day >= from_day)
    );
    create index organisation_agreement_of on organisation_agreement (region_id, organisation_id, from_day);
    create trigger organisation_agreement_for_ever before update or delete on organisation_agreement
      for each row execute function forbid_change();

    -- Ended earlier than it said; may be ended earlier again.
    create table organisation_agreement_end (
      region_id integer not null,
      agreement_id uuid not null,
      n integer not null,
      until_day text not null,
      because text not null,
      at bigint not null,
      by text not null,
      primary key (region_id, agreement_id, n),
      foreign key (region_id, agreement_id) references organisation_agreement
    );
    create trigger organisation_agreement_end_for_ever before update or delete on organisation_agreement_end
      for each row execute function forbid_change();

    create table organisation_iban_change (
      region_id integer not null,
      change_id uuid not null,
      organisation_id uuid not null,
      iban text not null,
      because text not null,
      state text not null check (state in ('proposed', 'confirmed', 'withdrawn')),
      proposed_at bigint not null,
      proposed_by text not null,
      closed_at bigint,
      closed_by text,
      closed_because text,
      primary key (region_id, change_id),
      foreign key (region_id, organisation_id) references organisation,
      check ((state = 'proposed') = (closed_at is null)),
      -- Four eyes, also for who comes past the service.
      check (state <> 'confirmed' or closed_by <> proposed_by)
    );
    create unique index organisation_iban_waits on organisation_iban_change (region_id, organisation_id)
      where state = 'proposed';
    create trigger organisation_iban_change_stays before delete on organisation_iban_change
      for each row execute function forbid_change();
    create trigger organisation_iban_change_closes_once before update on organisation_iban_change for each row
      when (old.state <> 'proposed' or row (old.region_id, old.change_id, old.organisation_id, old.iban, old.because,
        old.proposed_at, old.proposed_by) is distinct from row (new.region_id, new.change_id, new.organisation_id, new.iban,
        new.because, new.proposed_at, new.proposed_by))
      execute function forbid_change();
  `.execute(db);
}
