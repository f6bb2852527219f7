import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What must hold on the oldest PostgreSQL too: the schema, taking in and ruling, card lists, backup, sign-in, the audit. */
export const POSTGRES_15_SUITES = [
  'tests/integration/db/database.test.ts',
  'tests/integration/ingest.test.ts',
  'tests/integration/roster.test.ts',
  'tests/integration/backup/backup.test.ts',
  'tests/integration/streams.test.ts',
  'tests/integration/server/housekeeping.test.ts',
  'tests/integration/sign-in-at-provider.test.ts',
];

/** The folder of its programs, where this machine has them. */
export function postgres15Programs(): string | undefined {
  const folders = [process.env['POSTGRES_15_BIN'], '/usr/lib/postgresql/15/bin', '/usr/pgsql-15/bin'];
  return folders.find((folder) => folder !== undefined && existsSync(join(folder, 'postgres')));
}
