// Each pass holder has a points account from the start, so that a first check-in opens none; a balance changes with every
// check-in, and with room left on its page that touches no index.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table account set (fillfactor = 70);

    insert into account (region_id, account_id, kind, balance)
    select region_id, passholder_id, 'passholder', 0 from passholder
    on conflict do nothing;
  `.execute(db);
}
