// Posters of activities: the code in the QR. One at a time; an old one stays known, so that nothing else gets its code.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table activity_poster (
      region_id integer not null,
      code text not null,
      activity_id uuid not null,
      made_at bigint not null,
      made_by text not null,
      withdrawn_at bigint,
      primary key (region_id, code),
      foreign key (region_id, activity_id) references activity
    );
    create unique index activity_poster_code on activity_poster (code);
    create unique index activity_poster_one on activity_poster (region_id, activity_id) where withdrawn_at is null;
  `.execute(db);
}
