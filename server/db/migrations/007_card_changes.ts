// When was a card changed: by which transaction, so that the change between two versions of a roster can be read and a
// row that commits late is never passed over. A number from a sequence could not promise that: 10 may commit after 11.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table card add column tx xid8 not null default pg_current_xact_id();
    drop index card_version;
    alter table card drop column version;
    drop sequence card_version_no;
    create index card_tx on card (region_id, tx);

    -- The newest change that leaves nothing to tell by: a deleted card, a chip that was taken off one. What a phone held
    -- of it is known to nobody any more, so no delta starts before it. No number is kept for that.
    create table roster_break (
      region_id integer primary key references region,
      tx xid8 not null default pg_current_xact_id()
    );

    create function card_is_changed() returns trigger language plpgsql as $$
    begin
      new.tx := pg_current_xact_id();
      return new;
    end $$;
    create trigger card_is_changed before update on card
      for each row when (old.* is distinct from new.*) execute function card_is_changed();

    create function card_is_gone() returns trigger language plpgsql as $$
    begin
      insert into roster_break (region_id) values (old.region_id)
        on conflict (region_id) do update set tx = greatest(roster_break.tx, excluded.tx)
          where roster_break.tx <> excluded.tx;
      return null;
    end $$;
    create trigger card_is_gone after delete on card for each row execute function card_is_gone();
    create trigger card_left_its_number after update of region_id, uitpas_number, chip_number on card for each row
      when (old.region_id <> new.region_id or old.uitpas_number <> new.uitpas_number
        or old.chip_number is not null and old.chip_number is distinct from new.chip_number)
      execute function card_is_gone();

    -- Who is a member decides which cards a phone holds.
    create function membership_is_changed() returns trigger language plpgsql as $$
    begin
      update card c set tx = pg_current_xact_id() from changed m
        where c.region_id = m.region_id and c.passholder_id = m.passholder_id and c.tx <> pg_current_xact_id();
      return null;
    end $$;
    create trigger membership_is_added after insert on membership
      referencing new table as changed for each statement execute function membership_is_changed();
    create trigger membership_is_changed after update on membership
      referencing new table as changed for each statement execute function membership_is_changed();
    create trigger membership_was_changed after update on membership
      referencing old table as changed for each statement execute function membership_is_changed();
    create trigger membership_is_gone after delete on membership
      referencing old table as changed for each statement execute function membership_is_changed();
  `.execute(db);
}
