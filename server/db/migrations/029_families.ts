// Families: who lives together, from which day and until which (docs/adr/024). Nobody is taken out of the table: somebody leaves.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table family (
      region_id integer not null references region,
      family_id uuid not null,
      n integer not null,
      contact_id uuid,
      consent_id uuid,
      request_digest bytea not null,
      organisation_id uuid not null,
      made_at bigint not null,
      made_by text not null,
      primary key (region_id, family_id),
      foreign key (region_id, organisation_id) references organisation
    );
    create trigger family_stays before delete on family for each row execute function forbid_change();

    create table family_member (
      region_id integer not null,
      family_id uuid not null,
      member_id uuid not null,
      -- Nothing once all data of that person were erased.
      passholder_id uuid,
      from_day date not null,
      until_day date,
      added_at bigint not null,
      added_by text not null,
      ended_at bigint,
      ended_by text,
      primary key (region_id, member_id),
      foreign key (region_id, family_id) references family,
      foreign key (region_id, passholder_id) references passholder,
      check (until_day >= from_day),
      check ((until_day is null) = (ended_at is null)),
      check (passholder_id is not null or until_day is not null)
    );
    create index family_member_family on family_member (region_id, family_id);
    create index family_member_person on family_member (region_id, passholder_id) where passholder_id is not null;
    create unique index family_member_once on family_member (region_id, family_id, passholder_id) where until_day is null;
    create trigger family_member_stays before delete on family_member for each row execute function forbid_change();
    -- Ends once, and may then be anybody: for the rest as it was made.
    create trigger family_member_ends_once before update on family_member for each row
      when (row (old.region_id, old.family_id, old.member_id, old.from_day, old.added_at, old.added_by)
          is distinct from row (new.region_id, new.family_id, new.member_id, new.from_day, new.added_at, new.added_by)
        or (old.until_day is not null and row (old.until_day, old.ended_at, old.ended_by)
          is distinct from row (new.until_day, new.ended_at, new.ended_by))
        or (new.passholder_id is not null and new.passholder_id is distinct from old.passholder_id))
      execute function forbid_change();
  `.execute(db);
}
