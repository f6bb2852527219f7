// What the operator can mend is said in one sentence, with an exit code that is not 0.
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readyDataDir } from '#tests/_support/prepared-data.ts';
import {
  clusterRoot,
  connectToDatabase,
  makeDataDir,
  removeDataDir,
  runCommand,
  startServer,
} from '#tests/_support/server-process.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = makeDataDir();
});
afterEach(() => removeDataDir(dataDir));

test('a second process on the same folder', async () => {
  await removeDataDir(dataDir);
  dataDir = await readyDataDir('empty');
  const first = await startServer({ dataDir });
  const second = await runCommand(['start'], { DATA_DIR: dataDir });
  expect(second.code).toBe(1);
  expect(second.output).toContain(`Another process (${first.pid}) already uses the data folder ${dataDir}`);
  expect((await fetch(`${first.url}/readyz`)).ok).toBe(true);
  await first.stop();
});

test('two first starts at the same moment: one runs, the other says so', async () => {
  const [a, b] = await Promise.allSettled([startServer({ dataDir }), startServer({ dataDir })]);
  const started = [a, b].flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const refused = [a, b].flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  expect(started.length).toBe(1);
  expect(refused[0]).toContain('already uses the data folder');
  expect(await started[0]?.stop()).toBe(0);
});

test('a port in use', async () => {
  const other = createServer();
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
  const { port } = other.address() as AddressInfo;
  const result = await runCommand(['start'], { DATA_DIR: dataDir, PORT: String(port) });
  other.close();
  expect(result.code).toBe(1);
  expect(result.output).toContain(`Port ${port} is in use by another program`);
  expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
});

test('a data folder that cannot be written', async () => {
  // A file in its place: root may write in any folder, so permissions prove nothing here.
  const file = join(dataDir, 'a-file');
  writeFileSync(file, '');
  const result = await runCommand(['start'], { DATA_DIR: file });
  expect(result.code).toBe(1);
  expect(result.output).toContain(`The data folder ${file} cannot be written`);
});

test('a folder of another PostgreSQL major version', async () => {
  const cluster = join(dataDir, 'postgres', 'cluster');
  mkdirSync(cluster, { recursive: true });
  writeFileSync(join(cluster, 'PG_VERSION'), '15\n');
  const result = await runCommand(['start'], { DATA_DIR: dataDir });
  expect(result.code).toBe(1);
  expect(result.output).toMatch(
    /made by PostgreSQL 15 and this version brings PostgreSQL \d+: make a backup/,
  );
});

test('a database that is newer than the code', async () => {
  await removeDataDir(dataDir);
  dataDir = await readyDataDir('empty');
  const server = await startServer({ dataDir });
  const client = await connectToDatabase(dataDir);
  await client.query(`insert into kysely_migration (name, timestamp) values ('999_of_next_year', '2099')`);
  await client.end();
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
  await server.stop();

  const result = await runCommand(['start'], { DATA_DIR: dataDir });
  expect(result.code).toBe(1);
  expect(result.output).toContain('The database is newer than this version of Streekbalie');
  expect(result.output).toContain('999_of_next_year');
});

test('the passwords of the database are gone', async () => {
  await removeDataDir(dataDir);
  dataDir = await readyDataDir('empty');
  await (await startServer({ dataDir })).stop();
  rmSync(join(dataDir, 'postgres-passwords.json'));
  const result = await runCommand(['start'], { DATA_DIR: dataDir });
  expect(result.code).toBe(1);
  expect(result.output).toContain('The passwords of the database in this data folder are missing');
});

test('serve without settings lists all that is missing, and without keys makes none', async () => {
  const bare = await runCommand(['serve'], {});
  expect(bare.code).toBe(1);
  expect(bare.output).toContain('APP_URL is missing');
  expect(bare.output).toContain('DATA_DIR is missing');

  const settings = { DATA_DIR: dataDir, APP_URL: 'https://uitpas.example.be' };
  const withoutKeys = await runCommand(['serve'], settings);
  expect(withoutKeys.code).toBe(1);
  expect(withoutKeys.output).toContain('run npm run serve -- --init-keys once');
  expect(existsSync(join(dataDir, 'keys.json'))).toBe(false);

  expect((await runCommand(['serve', '--init-keys'], settings)).code).toBe(0);
  expect(existsSync(join(dataDir, 'keys.json'))).toBe(true);
});

test('demo sign-ins on an address that others can reach need a yes', async () => {
  const result = await runCommand(['start'], { DATA_DIR: dataDir, HOST: '0.0.0.0', DEMO: '1' });
  expect(result.code).toBe(1);
  expect(result.output).toContain('set DEMO_PUBLIC=1');
});

test('below a folder that only root can enter, the database files stand elsewhere, and stay', async () => {
  const closed = join(dataDir, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  chmodSync(dataDir, 0o755);
  const inside = join(closed, 'data');
  await (await startServer({ dataDir: inside })).stop();
  const again = await startServer({ dataDir: inside });
  expect(again.output()).not.toContain('Making the database');
  await again.stop();
  if (process.getuid?.() === 0) expect(clusterRoot(inside)).toMatch(/^\/var\/lib\/streekbalie\//);
  await removeDataDir(inside);
});
