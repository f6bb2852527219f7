// When an activity takes place as one rule (docs/adr/020), what a visit costs, and evenings that were called off.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table activity
      add column schedule jsonb not null default '{"kind": "dates"}',
      add column price_classes jsonb not null default '[]';
    -- Its row stays: who comes to the door asks why.
    alter table occurrence add column cancelled_because text;
    create index activity_that_goes_on on activity (region_id, activity_id)
      where schedule ->> 'kind' = 'opening-hours' and archived_at is null;
  `.execute(db);
}
