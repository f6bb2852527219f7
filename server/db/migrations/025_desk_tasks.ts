// Tasks of one counter for another one: what they carry is all that the other side needs.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table desk_task (
      region_id integer not null references region,
      task_id uuid not null,
      kind text not null,
      -- Municipalities; null: the region's own desk.
      from_nis text,
      to_nis text,
      passholder_id uuid,
      uitpas_number text,
      made_at bigint not null,
      made_by text not null,
      done_at bigint,
      done_by text,
      primary key (region_id, task_id),
      check ((passholder_id is null) <> (uitpas_number is null)),
      check ((done_at is null) = (done_by is null))
    );
    create index desk_task_open on desk_task (region_id, to_nis, made_at) where done_at is null;
    create index desk_task_person on desk_task (region_id, passholder_id) where passholder_id is not null;
    -- Asked twice before it is done, it is one task.
    create unique index desk_task_once on desk_task
      (region_id, kind, coalesce(to_nis, ''), coalesce(passholder_id::text, uitpas_number)) where done_at is null;
    create trigger desk_task_done_once before update on desk_task for each row
      when (old.done_at is not null or row (old.region_id, old.task_id, old.kind, old.from_nis, old.to_nis, old.passholder_id,
        old.uitpas_number, old.made_at, old.made_by) is distinct from row (new.region_id, new.task_id, new.kind, new.from_nis,
        new.to_nis, new.passholder_id, new.uitpas_number, new.made_at, new.made_by))
      execute function forbid_change();
  `.execute(db);
}
