// The picture of a pass holder, apart from the events of a file: what is replaced or taken away is gone (docs/adr/027).
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table passholder_picture (
      region_id integer not null references region,
      passholder_id uuid not null,
      bytes bytea not null check (octet_length(bytes) between 1 and 60000),
      media_type text not null check (media_type in ('image/jpeg', 'image/webp')),
      width integer not null check (width between 1 and 480),
      height integer not null check (height between 1 and 480),
      set_at bigint not null,
      set_by text not null,
      primary key (region_id, passholder_id),
      foreign key (region_id, passholder_id) references passholder
    );
  `.execute(db);
}
