import { Client } from 'pg';
import { OperatorError } from '../operator-error.ts';
import { differences, readLedger, readSums } from './compare.ts';
import { DRAFT, fillAndTakePlace, type DraftSummary } from './draft-schema.ts';
import { listTables } from './tables.ts';
import { readDatabase } from './write-backup.ts';

// Moving house: the embedded database of a data folder, poured into a PostgreSQL server in one go. One snapshot is read, written
// into a draft, compared with the snapshot, and only then in place. Nothing in the source changes.

const SCHEMA = 'public';

export interface Move {
  from: string;
  to: string;
  feedEpoch: string;
  version: string;
  now: Date;
}

export interface MoveSummary extends DraftSummary {
  ledger: string;
}

export async function moveDatabase({ from, to, feedEpoch, version, now }: Move): Promise<MoveSummary> {
  const source = new Client({ connectionString: from, application_name: 'streekbalie move' });
  await source.connect();
  try {
    await source.query('begin transaction isolation level repeatable read, read only');
    const tables = await listTables(source, SCHEMA);
    if (!tables.some(({ name }) => name === 'region')) {
      throw new OperatorError('There is nothing to move: the database in DATA_DIR was never used.');
    }
    await requireOurs(to);
    const sums = await readSums(source, SCHEMA, tables);
    const ledger = await readLedger(source, SCHEMA);
    const summary = await fillAndTakePlace(
      { databaseUrl: to, feedEpoch, restoredAt: undefined, replace: false },
      (fill) => fill(readDatabase(source, { version, now })),
      async (target) => {
        const differ = differences(sums, await readSums(target, DRAFT, tables));
        if (differ.length === 0 && ledger === (await readLedger(target, DRAFT))) return;
        throw new OperatorError(
          `The copy differs from the original (${differ.join(', ')}): nothing was changed on either side. Try again.`,
        );
      },
    );
    await source.query('commit');
    return { ...summary, ledger };
  } finally {
    await source.end();
  }
}

/** The draft takes the place of the schema: tables of another program there would go, also when they are empty. */
async function requireOurs(databaseUrl: string): Promise<void> {
  const target = new Client({ connectionString: databaseUrl, application_name: 'streekbalie move' });
  await target.connect();
  try {
    const { rows } = await target.query<{ ours: boolean; name: string }>(
      `select to_regclass('public.kysely_migration') is not null as ours, relname::text as name
         from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')`,
    );
    const [first] = rows;
    if (!first || first.ours) return;
    throw new OperatorError(
      `The database of DATABASE_URL holds something else (${first.name}): make a database of its own for Streekbalie.`,
    );
  } finally {
    await target.end();
  }
}
