// Moving to and from another region (docs/adr/026): a task that another region asks, with a number and nothing else, and memberships
// that end by themselves on the day of a move.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table membership add column ends_on date;
    create index membership_ends on membership (region_id, ends_on) where ends_on is not null;

    alter table desk_task
      -- The region that asks, where it is another one; nothing: the region itself.
      add column from_region_id integer references region,
      -- What one region tells another one about a person is the number of a card.
      add constraint desk_task_between_regions check (from_region_id is null
        or (from_region_id <> region_id and passholder_id is null));
    create index desk_task_asked_there on desk_task (from_region_id, made_at) where from_region_id is not null;
    create index desk_task_number on desk_task (uitpas_number) where uitpas_number is not null;
    drop trigger desk_task_done_once on desk_task;
    create trigger desk_task_done_once before update on desk_task for each row
      when (old.done_at is not null or row (old.region_id, old.task_id, old.kind, old.from_region_id, old.from_nis, old.to_nis,
        old.passholder_id, old.uitpas_number, old.made_at, old.made_by) is distinct from row (new.region_id, new.task_id, new.kind,
        new.from_region_id, new.from_nis, new.to_nis, new.passholder_id, new.uitpas_number, new.made_at, new.made_by))
      execute function forbid_change();
  `.execute(db);
}
