import { Migrator, sql } from 'kysely';
import type { Kysely } from 'kysely';
import { OperatorError } from '../operator-error.ts';
import { migrations } from './migrations/all.ts';

export interface MigrationState {
  /** Names in the database that this code does not know: the database is newer. */
  unknown: string[];
  /** Names in this code that the database lacks. */
  missing: string[];
}

export const knownMigrations: readonly string[] = Object.keys(migrations);

export interface MigrateOptions {
  /** Another schema than the one of the connection; for a restore. */
  schema?: string;
  /** The last step to take. */
  upTo?: string;
}

/** Brings the schema up to date and gives the names of what was applied. */
export async function migrate<DB>(db: Kysely<DB>, options: MigrateOptions = {}): Promise<string[]> {
  await requireKnownSchema(db);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    // Steps that were made side by side came in in another order than their numbers.
    allowUnorderedMigrations: true,
    ...(options.schema !== undefined && { migrationTableSchema: options.schema }),
  });
  const { error, results = [] } =
    options.upTo === undefined ? await migrator.migrateToLatest() : await migrator.migrateTo(options.upTo);
  if (error !== undefined) throw error;
  return results.filter((result) => result.status === 'Success').map((result) => result.migrationName);
}

export async function readMigrationState<DB>(db: Kysely<DB>): Promise<MigrationState> {
  const applied = await readApplied(db);
  return {
    unknown: applied.filter((name) => !(name in migrations)),
    missing: knownMigrations.filter((name) => !applied.includes(name)),
  };
}

async function requireKnownSchema<DB>(db: Kysely<DB>): Promise<void> {
  const { unknown } = await readMigrationState(db);
  if (unknown.length === 0) return;
  throw new OperatorError(
    `The database is newer than this version of Streekbalie (it holds the step ${unknown.join(', ')}): start the newer version, or restore a backup of this one.`,
  );
}

async function readApplied<DB>(db: Kysely<DB>): Promise<string[]> {
  const table = await sql<{
    found: boolean;
  }>`select to_regclass('kysely_migration') is not null as found`.execute(db);
  if (!table.rows[0]?.found) return [];
  const applied = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return applied.rows.map((row) => row.name);
}
