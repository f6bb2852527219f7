// One person, one file (docs/adr/022): the national number, sealed and found by a keyed hash only; where a file went that was merged;
// notes on a file, as they stand.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table passholder_insz (
      region_id integer not null references region,
      passholder_id uuid not null,
      sealed bytea not null,
      key_id text not null,
      -- Keyed hash: who has the database alone can neither read nor try out a number.
      match bytea not null,
      written_at bigint not null,
      written_by text not null,
      primary key (region_id, passholder_id),
      constraint passholder_insz_once unique (region_id, match),
      foreign key (region_id, passholder_id) references passholder
    );

    alter table passholder
      drop constraint passholder_state_check,
      add column merged_into uuid,
      add column notes jsonb not null default '[]',
      add constraint passholder_state_check check (state in ('active', 'erased', 'merged')),
      add constraint passholder_merged_check check (state <> 'merged' or merged_into is not null);
    create index passholder_merged on passholder (region_id, merged_into) where merged_into is not null;

    -- Points of a merged file went to that account; nothing is posted here any more.
    alter table account add column merged_into uuid;
  `.execute(db);
}
