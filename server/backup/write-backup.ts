import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { OperatorError, codeOf, reasonOf } from '../operator-error.ts';
import { TableEnd, decodeFrames, encodeFrame, readJson } from './frames.ts';
import type { Sequence } from './frames.ts';
import { damaged, seal, unseal } from './sealed-file.ts';
import { columnList, listSequences, listTables, qualified } from './tables.ts';
import type { Table } from './tables.ts';

// A backup is one snapshot of every table, beside a server that goes on working; it is read back before it counts.

const SCHEMA = 'public';

export interface BackupSummary {
  tables: number;
  rows: number;
  bytes: number;
}

export interface BackupSource {
  databaseUrl: string;
  passphrase: string;
  version: string;
  now: Date;
}

export async function writeBackup(source: BackupSource, file: string): Promise<BackupSummary> {
  const draft = `${file}.partial`;
  await requireNewFile(file, draft);
  const client = new Client({ connectionString: source.databaseUrl, application_name: 'streekbalie backup' });
  await client.connect();
  try {
    await client.query('begin transaction isolation level repeatable read, read only');
    await pipeline(
      readDatabase(client, source),
      createGzip(),
      (plain: AsyncIterable<Buffer>) => seal(plain, source.passphrase),
      createWriteStream(draft, { mode: 0o600, flags: 'wx' }),
    );
    await client.query('commit');
    const summary = await readBack(draft, source.passphrase);
    await flush(draft);
    await rename(draft, file);
    await flush(dirname(file));
    return summary;
  } catch (error) {
    await rm(draft, { force: true });
    throw codeOf(error) === 'ENOSPC' ? new OperatorError(`There is no room for the backup ${file}.`) : error;
  } finally {
    await client.end();
  }
}

/** Every table as frames, in the snapshot of the transaction that the client is in. */
export async function* readDatabase(
  client: Client,
  source: Pick<BackupSource, 'version' | 'now'>,
): AsyncGenerator<Buffer> {
  const migrations = await client.query<{ name: string }>('select name from kysely_migration order by name');
  yield encodeFrame('manifest', {
    createdAt: source.now.toISOString(),
    version: source.version,
    migrations: migrations.rows.map((row) => row.name),
  });
  for (const table of await listTables(client, SCHEMA)) yield* readTable(client, table);
  for (const name of await listSequences(client, SCHEMA)) {
    const state = await client.query<Omit<Sequence, 'name'>>(
      `select last_value::text as "lastValue", is_called as "isCalled" from ${qualified(SCHEMA, name)}`,
    );
    yield encodeFrame('sequence', { name, ...state.rows[0] });
  }
  yield encodeFrame('end');
}

async function* readTable(client: Client, table: Table): AsyncGenerator<Buffer> {
  yield encodeFrame('table', table);
  const rows = client.query(copyTo(`copy ${qualified(SCHEMA, table.name)} (${columnList(table)}) to stdout`));
  for await (const piece of rows as AsyncIterable<Buffer>) yield encodeFrame('rows', piece);
  yield encodeFrame('tableEnd', { rows: rows.rowCount });
}

/** A backup that cannot be read is found now and not after the fire. */
async function readBack(file: string, passphrase: string): Promise<BackupSummary> {
  const sealed = createReadStream(file);
  return pipeline(
    sealed,
    (bytes: AsyncIterable<Buffer>) => unseal(bytes, passphrase),
    createGunzip(),
    async (plain: AsyncIterable<Buffer>) => {
      const summary = { tables: 0, rows: 0 };
      let ended = false;
      for await (const frame of decodeFrames(plain)) {
        if (frame.kind === 'tableEnd') {
          summary.tables += 1;
          summary.rows += readJson(frame, TableEnd).rows;
        }
        ended = frame.kind === 'end';
      }
      if (!ended) throw damaged();
      return { ...summary, bytes: sealed.bytesRead };
    },
  );
}

async function requireNewFile(file: string, draft: string): Promise<void> {
  try {
    await (await open(file, 'wx', 0o600)).close();
    await rm(file);
    await rm(draft, { force: true });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      throw new OperatorError(`${file} exists already: a backup never overwrites a file.`);
    }
    throw new OperatorError(`The backup ${file} cannot be written (${reasonOf(error)}).`);
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
