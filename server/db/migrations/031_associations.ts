// Associations and schools, and until when somebody belongs to one (docs/adr/025). A registration and a renewal are a row each: nothing
// is taken out and no day is changed; a row may be stopped, and may then be anybody.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table association (
      region_id integer not null references region,
      association_id uuid not null,
      n integer not null,
      kind text not null check (kind in ('association', 'school')),
      name text not null,
      -- Nothing where the region keeps it.
      nis_code text,
      organisation_id uuid,
      organisation_reads boolean not null,
      organisation_writes boolean not null,
      end_rule text not null check (end_rule in ('custom', 'birth-date', 'registration-date', 'school-year')),
      end_months integer,
      ended_on date,
      request_digest bytea not null,
      made_at bigint not null,
      made_by text not null,
      primary key (region_id, association_id),
      foreign key (region_id, nis_code) references municipality,
      foreign key (region_id, organisation_id) references organisation,
      check ((end_months is not null) = (end_rule in ('birth-date', 'registration-date'))),
      check ((kind = 'school') = (end_rule = 'school-year')),
      -- Who goes to a school here is poor: that is for the desk of the municipality alone.
      check (kind = 'association' or organisation_id is null),
      check (organisation_id is not null or not (organisation_reads or organisation_writes))
    );
    create trigger association_stays before delete on association for each row execute function forbid_change();

    create table association_term (
      region_id integer not null,
      term_id uuid not null,
      association_id uuid not null,
      -- Nothing once all data of that person were erased.
      passholder_id uuid,
      from_day date not null,
      until_day date not null,
      -- The term that was renewed; nothing for a registration.
      renews uuid,
      added_at bigint not null,
      added_by text not null,
      stopped_on date,
      stop_reason text,
      stopped_at bigint,
      stopped_by text,
      primary key (region_id, term_id),
      foreign key (region_id, association_id) references association,
      foreign key (region_id, passholder_id) references passholder,
      check (until_day >= from_day),
      check ((stopped_on is null) = (stopped_at is null) and (stopped_on is null) = (stop_reason is null)),
      check (passholder_id is not null or stopped_on is not null)
    );
    create index association_term_association on association_term (region_id, association_id) where stopped_on is null;
    create index association_term_person on association_term (region_id, passholder_id) where passholder_id is not null;
    create unique index association_term_once on association_term (region_id, association_id, passholder_id, until_day)
      where stopped_on is null;
    create trigger association_term_stays before delete on association_term for each row execute function forbid_change();
    create trigger association_term_stops_once before update on association_term for each row
      when (row (old.region_id, old.term_id, old.association_id, old.from_day, old.until_day, old.renews, old.added_at, old.added_by)
          is distinct from
          row (new.region_id, new.term_id, new.association_id, new.from_day, new.until_day, new.renews, new.added_at, new.added_by)
        or (old.stopped_on is not null and row (old.stopped_on, old.stop_reason, old.stopped_at, old.stopped_by)
          is distinct from row (new.stopped_on, new.stop_reason, new.stopped_at, new.stopped_by))
        or (new.passholder_id is not null and new.passholder_id is distinct from old.passholder_id))
      execute function forbid_change();
  `.execute(db);
}
