// What the live list of the desk asks: the visits of a day, and the few commands that did not become one.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    -- The constraint visit_slot starts with the same columns, so this one paid for nothing.
    drop index visit_group;
    create index visit_day on visit (region_id, activity_id, at);

    -- Few rows: an accepted scan costs nothing here.
    create index ruling_trouble on ruling (region_id, device_id, ruled_at)
      where outcome in ('refused', 'pending', 'quarantined');
  `.execute(db);
}
