// Cupboards that somebody counted by hand: what should have been there, what was, and why that differs (docs/adr/018).
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table card_count (
      region_id integer not null references region,
      count_id uuid not null,
      card_system_id text not null,
      -- Of a municipality; nothing for the region's own cupboard.
      place_nis text,
      kansenstatuut boolean not null,
      expected integer not null check (expected >= 0),
      counted integer not null check (counted >= 0),
      why text not null check (why <> '' or counted = expected),
      at bigint not null,
      actor text not null,
      primary key (region_id, count_id),
      foreign key (region_id, card_system_id) references card_system
    );
    create index card_count_newest on card_count (region_id, place_nis, card_system_id, kansenstatuut, at desc);
    create trigger card_count_for_ever before update or delete on card_count
      for each row execute function forbid_change();
  `.execute(db);
}
