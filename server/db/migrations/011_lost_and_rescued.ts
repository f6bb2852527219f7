// What went wrong with phones and was mended: a phone that was lost, unsent scans that came by another way than its own sync,
// a phone that takes the place of another, and a database that was put back from a backup.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table rescue (
      region_id integer not null references region,
      rescue_id uuid not null,
      -- Whose commands: what was in the bundle stands in "command", like everything of that phone.
      device_id uuid not null,
      -- SHA-256 of the bundle: the same one again is no second rescue.
      digest bytea not null,
      brought_by text not null,
      brought_at bigint not null,
      count integer not null,
      counted integer not null,
      already integer not null,
      known integer not null,
      to_look_at integer not null,
      primary key (region_id, rescue_id),
      unique (region_id, digest),
      foreign key (region_id, device_id) references device
    );
    create index rescue_brought on rescue (region_id, brought_at);

    alter table device add column lost_at bigint;
    alter table enrol_link add column replaces uuid;
    alter table region add column restored_at bigint, add column restored_from bigint;
  `.execute(db);
}
