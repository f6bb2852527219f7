// Moving house: from the embedded database of a data folder to a PostgreSQL server of another version, as an operator types it.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '#server/demo/staff.ts';
import { openEmbeddedServer } from '#server/db/embedded/embedded-server.ts';
import { DeskOverHttp } from '#tests/_support/desk-over-http.ts';
import { startPostgres15 } from '#tests/_support/postgres-15.ts';
import { postgres15Programs } from '#tests/_support/postgres-15-suites.ts';
import { databaseUrl, runAsAdmin } from '#tests/_support/postgres-cluster.ts';
import { readyDataDir } from '#tests/_support/prepared-data.ts';
import { brokenLaws, regionIn } from '#tests/_support/region.ts';
import {
  connectToDatabase,
  makeDataDir,
  removeDataDir,
  runCommand,
  startServer,
} from '#tests/_support/server-process.ts';

const COUNTS = `select (select count(*)::int from command) as commands, (select count(*)::int from visit) as visits,
  (select sum(amount)::int from posting where amount > 0) as points, (select count(*)::int from audit_entry) as audited,
  (select count(*)::int from card) as cards`;

let here: string;
let thereDir: string;
let there: { adminUrl: string; stop(): Promise<void> };
let url: string;
beforeEach(async () => {
  here = makeDataDir();
  thereDir = makeDataDir();
  // A server of another version where this machine has one, else a second one of the same.
  there =
    postgres15Programs() === undefined
      ? await openEmbeddedServer({ dataDir: thereDir, role: 'owner', say: () => undefined })
      : await startPostgres15();
  const name = `region_${randomBytes(4).toString('hex')}`;
  await runAsAdmin(there.adminUrl, `create database ${name}`);
  url = databaseUrl(there.adminUrl, name);
});
afterEach(async () => {
  await there.stop();
  await removeDataDir(thereDir);
  await removeDataDir(here);
});

const move = () => runCommand(['move'], { DATA_DIR: here, DATABASE_URL: url });

async function readCounts(client: Client): Promise<unknown> {
  const { rows } = await client.query<Record<string, number>>(COUNTS);
  return rows[0];
}
async function countsAt(address: string): Promise<unknown> {
  const client = new Client({ connectionString: address });
  await client.connect();
  const counts = await readCounts(client);
  await client.end();
  return counts;
}

test('a region moves with everything it has, and works on from there', async () => {
  await removeDataDir(here);
  here = await readyDataDir('demo');
  const server = await startServer({ dataDir: here, env: { DEMO: '1' } });
  const client = await connectToDatabase(here);
  const before = await readCounts(client);
  await client.end();

  const beside = await move();
  expect([beside.code, beside.output]).toEqual([1, expect.stringContaining('already uses the data folder')]);
  await server.stop();

  const moved = await move();
  expect(moved.output).toContain('compared row by row');
  expect(moved.code).toBe(0);
  expect(await countsAt(url)).toEqual(before);

  // A second time there is something there.
  const again = await move();
  expect([again.code, again.output]).toEqual([1, expect.stringContaining('is not empty')]);

  const next = await startServer({ dataDir: here, env: { DATABASE_URL: url, DEMO: '0' } });
  const desk = await new DeskOverHttp(next.url).signIn('bib@demo.streekbalie.example', DEMO_PASSWORD);
  expect((await desk.findActivity('Jeugdboekenweek')).title).toBe('Jeugdboekenweek');
  const region = regionIn(url, '');
  expect(await brokenLaws(region.db)).toEqual([]);
  await region.close();
  await next.stop();

  // The old house stands as it was.
  const old = await startServer({ dataDir: here, env: { DEMO: '0' } });
  const unchanged = await connectToDatabase(here);
  expect(await readCounts(unchanged)).toEqual(before);
  await unchanged.end();
  await old.stop();
});

test('what cannot be moved, or not there, is said and changes nothing', async () => {
  const nowhere = await runCommand(['move'], { DATA_DIR: here });
  expect([nowhere.code, nowhere.output]).toEqual([1, expect.stringContaining('Set DATABASE_URL')]);
  const nothing = await move();
  expect([nothing.code, nothing.output]).toEqual([1, expect.stringContaining('There is no database in')]);

  await (await startServer({ dataDir: here })).stop();
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('create table of_somebody_else (id int)');
  const theirs = await move();
  expect([theirs.code, theirs.output]).toEqual([1, expect.stringContaining('holds something else')]);
  const { rows } = await client.query(
    "select tablename from pg_tables where schemaname not like 'pg_%' and schemaname <> 'information_schema'",
  );
  expect(rows).toEqual([{ tablename: 'of_somebody_else' }]);
  await client.end();
});
