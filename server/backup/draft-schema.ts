import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { pipeline } from 'node:stream/promises';
import { createDatabase, createPool } from '../db/database.ts';
import { knownMigrations, migrate } from '../db/migrate.ts';
import { OperatorError } from '../operator-error.ts';
import { Manifest, Sequence, TableEnd, TableStart, decodeFrames, readJson } from './frames.ts';
import type { Frame } from './frames.ts';
import { damaged } from './sealed-file.ts';
import { columnList, hasRows, listTables, qualified } from './tables.ts';
import type { Table } from './tables.ts';

// A whole database poured into a schema of its own beside the present one, which takes its place at the end in one
// transaction: whatever fails before leaves everything as it was. What comes in are the frames of a backup.

const SCHEMA = 'public';
export const DRAFT = 'restoring';
const OTHERS = ['streekbalie', 'streekbalie news'];

export interface DraftTarget {
  databaseUrl: string;
  /** Put in every region, so that no phone believes a cursor of before: transaction numbers are other ones here. */
  feedEpoch: string;
  /** The server goes back in time, and says so from now on; undefined: nothing is missing. */
  restoredAt: Date | undefined;
  /** Whether rows that are there may go. */
  replace: boolean;
}

export interface DraftSummary {
  tables: number;
  rows: number;
  madeAt: string;
}

type Fill = (frames: AsyncIterable<Uint8Array>) => Promise<DraftSummary>;

/** `pour` brings the frames; `check` looks at the rows as they came, before later migrations, and throws to stop. */
export async function fillAndTakePlace(
  target: DraftTarget,
  pour: (fill: Fill) => Promise<DraftSummary>,
  check: (client: Client) => Promise<void> = async () => undefined,
): Promise<DraftSummary> {
  const client = new Client({
    connectionString: target.databaseUrl,
    application_name: 'streekbalie restore',
  });
  await client.connect();
  try {
    await requireAlone(client);
    if (!target.replace) await requireEmpty(client);
    await client.query(`drop schema if exists ${DRAFT} cascade`);
    const summary = await pour((frames) => fill(client, target, decodeFrames(frames), check));
    await takePlace(client);
    return summary;
  } catch (error) {
    // The first error matters, also when this one follows from it.
    await client.query(`drop schema if exists ${DRAFT} cascade`).catch(() => undefined);
    throw error;
  } finally {
    await client.end();
  }
}

async function fill(
  client: Client,
  target: DraftTarget,
  frames: AsyncGenerator<Frame>,
  check: (client: Client) => Promise<void>,
): Promise<DraftSummary> {
  const manifest = readJson(await nextFrame(frames, 'manifest'), Manifest);
  await makeSchema(target.databaseUrl, manifest);
  const tables = await listTables(client, DRAFT);
  // Rows that a migration itself puts in come back with the backup.
  await client.query(`truncate ${tables.map((table) => qualified(DRAFT, table.name)).join(', ')}`);
  // The rows come back as they were: what triggers would write at a change is among them already.
  await switchTriggers(client, tables, 'disable');
  const summary = { tables: 0, rows: 0, madeAt: manifest.createdAt };
  for (;;) {
    const frame = await nextFrame(frames);
    if (frame.kind === 'end') break;
    if (frame.kind === 'table') {
      summary.rows += await fillTable(client, tables, readJson(frame, TableStart), frames);
      summary.tables += 1;
    } else if (frame.kind === 'sequence') {
      const { name, lastValue, isCalled } = readJson(frame, Sequence);
      await client.query('select setval($1::regclass, $2::bigint, $3)', [
        qualified(DRAFT, name),
        lastValue,
        isCalled,
      ]);
    } else {
      throw damaged();
    }
  }
  if (summary.tables !== tables.length) throw damaged();
  await check(client);
  await switchTriggers(client, tables, 'enable');
  await finishSchema(target.databaseUrl);
  // After the last migration: the columns are of a later version than an old backup.
  await client.query(`update ${qualified(DRAFT, 'region')} set feed_epoch = $1`, [target.feedEpoch]);
  if (target.restoredAt !== undefined) {
    await client.query(`update ${qualified(DRAFT, 'region')} set restored_at = $1, restored_from = $2`, [
      target.restoredAt.getTime(),
      Date.parse(manifest.createdAt),
    ]);
  }
  return summary;
}

async function switchTriggers(
  client: Client,
  tables: readonly Table[],
  to: 'enable' | 'disable',
): Promise<void> {
  for (const { name } of tables)
    await client.query(`alter table ${qualified(DRAFT, name)} ${to} trigger user`);
}

async function fillTable(
  client: Client,
  tables: readonly Table[],
  start: TableStart,
  frames: AsyncGenerator<Frame>,
): Promise<number> {
  const known = tables.find((table) => table.name === start.name);
  if (!known || start.columns.some((column) => !known.columns.includes(column))) throw damaged();
  let promised = -1;
  async function* rows(): AsyncGenerator<Buffer> {
    for (;;) {
      const frame = await nextFrame(frames);
      if (frame.kind === 'tableEnd') {
        promised = readJson(frame, TableEnd).rows;
        return;
      }
      if (frame.kind !== 'rows') throw damaged();
      yield frame.bytes;
    }
  }
  const sink = client.query(
    copyFrom(`copy ${qualified(DRAFT, start.name)} (${columnList(start)}) from stdin`),
  );
  await pipeline(rows(), sink);
  if (sink.rowCount !== promised) throw damaged();
  return promised;
}

/** The schema as it was when the backup was made; later migrations follow on the restored rows. */
async function makeSchema(databaseUrl: string, manifest: Manifest): Promise<void> {
  const unknown = manifest.migrations.filter((name) => !knownMigrations.includes(name));
  if (unknown.length > 0) {
    throw new OperatorError(
      `The backup was made by a newer Streekbalie (${manifest.version}, step ${unknown.join(', ')}): restore it with that version.`,
    );
  }
  const upTo = manifest.migrations.at(-1);
  if (upTo === undefined) throw damaged();
  await inDraft(databaseUrl, (db) => migrate(db, { schema: DRAFT, upTo }));
}

async function finishSchema(databaseUrl: string): Promise<void> {
  await inDraft(databaseUrl, (db) => migrate(db, { schema: DRAFT }));
}

async function inDraft(
  databaseUrl: string,
  work: (db: ReturnType<typeof createDatabase>) => Promise<unknown>,
): Promise<void> {
  const pool = createPool(databaseUrl, { searchPath: DRAFT });
  const db = createDatabase(pool);
  try {
    await work(db);
  } finally {
    await db.destroy();
  }
}

async function takePlace(client: Client): Promise<void> {
  await client.query('begin');
  await client.query(`drop schema ${SCHEMA} cascade`);
  await client.query(`alter schema ${DRAFT} rename to ${SCHEMA}`);
  await client.query('commit');
  await client.query('analyze');
}

async function requireAlone(client: Client): Promise<void> {
  const found = await client.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = any ($1)`,
    [OTHERS],
  );
  if (found.rows[0]?.n === 0) return;
  throw new OperatorError('A server still uses this database: stop it first, then restore.');
}

async function requireEmpty(client: Client): Promise<void> {
  for (const table of await listTables(client, SCHEMA)) {
    if (!(await hasRows(client, SCHEMA, table.name))) continue;
    throw new OperatorError(
      `The database is not empty (there are rows in ${table.name}): restore into an empty one, or add --replace to lose what is there.`,
    );
  }
}

async function nextFrame(frames: AsyncGenerator<Frame>, kind?: Frame['kind']): Promise<Frame> {
  const next = await frames.next();
  if (next.done === true || (kind !== undefined && next.value.kind !== kind)) throw damaged();
  return next.value;
}
