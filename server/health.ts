import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { readMigrationState } from './db/migrate.ts';
import type { Database } from './db/tables.ts';

export type Readiness = { ready: true } | { ready: false; reason: 'database-away' | 'schema-differs' };

/** Ready: the database answers and holds exactly the schema of this code. */
export async function readReadiness(db: Kysely<Database>): Promise<Readiness> {
  try {
    await sql`select 1`.execute(db);
    const { unknown, missing } = await readMigrationState(db);
    if (unknown.length + missing.length > 0) return { ready: false, reason: 'schema-differs' };
    return { ready: true };
  } catch {
    return { ready: false, reason: 'database-away' }; // whatever the reason: this process cannot serve now
  }
}
