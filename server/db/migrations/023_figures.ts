// Visits by month for the figures: they are stored nearly in the order of time, so that a few bytes for each stretch will do.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`create index visit_by_time on visit using brin (at) with (pages_per_range = 32)`.execute(db);
}
