import { sql } from 'kysely';
import { readMigrationState } from './db/migrate.ts';
import type { Context } from './context.ts';

export type Readiness =
  { ready: true } | { ready: false; reason: 'stopping' | 'database-away' | 'schema-differs' };

/** Ready: the database answers and holds exactly the schema of this code, and nobody asked us to stop. */
export async function readReadiness({ db, stopping }: Pick<Context, 'db' | 'stopping'>): Promise<Readiness> {
  if (stopping.aborted) return { ready: false, reason: 'stopping' };
  try {
    await sql`select 1`.execute(db);
    const { unknown, missing } = await readMigrationState(db);
    if (unknown.length + missing.length > 0) return { ready: false, reason: 'schema-differs' };
    return { ready: true };
  } catch {
    return { ready: false, reason: 'database-away' }; // whatever the reason: this process cannot serve now
  }
}
