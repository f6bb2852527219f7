// How high the numbers in each block of the audit reach: sealing asks it every minute, for ever.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`create index audit_block_reach on audit_block (region_id, upper(entries))`.execute(db);
}
