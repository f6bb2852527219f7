// The last page of the write-ahead log was half written when the power went: what was acknowledged is all there, what
// was not leaves no trace, and the start needs no hand.
import { openSync, readdirSync, statSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pollUntil } from '#server/poll.ts';
import { readyDataDir } from '#tests/_support/prepared-data.ts';
import {
  clusterRoot,
  connectToDatabase,
  removeDataDir,
  startServer,
} from '#tests/_support/server-process.ts';

const ROWS = 100;

let dataDir: string;
beforeEach(async () => {
  dataDir = await readyDataDir('empty');
});
afterEach(() => removeDataDir(dataDir));

test('a torn tail of the log costs nothing that was committed', async () => {
  const first = await startServer({ dataDir });
  const client = await connectToDatabase(dataDir);
  client.on('error', () => undefined); // its server is killed below
  const insert = (from: number): Promise<unknown> =>
    client.query(
      `insert into region (region_id, slug, name, feed_epoch)
       select n, 'region-' || n, 'Region', 'first' from generate_series($1::int, $1::int + $2::int - 1) n`,
      [from, ROWS],
    );
  const position = async (of: 'insert' | 'flush'): Promise<{ file: string; offset: number; at: number }> => {
    const lsn = of === 'insert' ? 'pg_current_wal_insert_lsn()' : 'pg_current_wal_flush_lsn()';
    const { rows } = await client.query<{ file: string; offset: number; at: string }>(
      `select file_name as file, file_offset as offset, (${lsn} - '0/0'::pg_lsn)::text as at from pg_walfile_name_offset(${lsn})`,
    );
    const [row] = rows;
    if (!row) throw new Error('no position');
    return { ...row, at: Number(row.at) };
  };
  await insert(1);
  const committed = await position('insert');
  await client.query('begin');
  await insert(1_000);
  const written = await position('insert');
  // The log's own writer has it on the disk soon, committed or not.
  await pollUntil(async () => ((await position('flush')).at > committed.at ? true : undefined), {
    timeoutMs: 20_000,
    onTimeout: () => new Error('the log is not written'),
  });
  process.kill(first.postgresPid(), 'SIGKILL');
  await first.kill9();
  tear(committed.file, committed.offset, written.at - committed.at);

  const second = await startServer({ dataDir });
  const after = await connectToDatabase(dataDir);
  const { rows } = await after.query<{ n: number }>('select count(*)::int as n from region');
  expect(rows).toEqual([{ n: ROWS }]);
  await after.end();
  await second.stop();
});

/** From the middle of what was not committed: noise, as a disk leaves it that lost its power. */
function tear(name: string, from: number, length: number): void {
  const folder = join(clusterRoot(dataDir), logFolder());
  const path = join(folder, name);
  const start = from + Math.floor(length / 2);
  const noise = Buffer.alloc(Math.min(8_192, statSync(path).size - start), 0xa5);
  const file = openSync(path, 'r+');
  writeSync(file, noise, 0, noise.length, start);
  closeSync(file);
}

/** `…/pg_wal`, wherever the cluster stands below its root. */
function logFolder(): string {
  const found = readdirSync(clusterRoot(dataDir), { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith('pg_wal'),
  );
  if (found === undefined) throw new Error('no write-ahead log');
  return found;
}
