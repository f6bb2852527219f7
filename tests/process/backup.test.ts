// The commands as an operator types them: a backup beside a running server, a restore on another machine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readyDataDir } from '#tests/_support/prepared-data.ts';
import {
  connectToDatabase,
  makeDataDir,
  removeDataDir,
  runCommand,
  startServer,
} from '#tests/_support/server-process.ts';

const BACKUP_PASSPHRASE = 'vier woorden die niemand raadt';

let here: string;
let there: string;
beforeEach(async () => {
  here = await readyDataDir('empty');
  there = makeDataDir();
});
afterEach(async () => {
  await removeDataDir(here);
  await removeDataDir(there);
});

test('a backup beside a running server starts a server elsewhere', async () => {
  const file = join(there, 'region.backup');
  const server = await startServer({ dataDir: here });
  await nameRegion(here, 'Westhoek');

  const withoutPassphrase = await runCommand(['backup', file], { DATA_DIR: here });
  expect(withoutPassphrase.code).toBe(1);
  expect(withoutPassphrase.output).toContain('Set BACKUP_PASSPHRASE');
  expect(existsSync(file)).toBe(false);

  const backup = await runCommand(['backup', file], { DATA_DIR: here, BACKUP_PASSPHRASE });
  expect(backup.output).toContain('read back and whole');
  expect(backup.code).toBe(0);
  expect((await fetch(`${server.url}/readyz`)).ok).toBe(true);

  const beside = await runCommand(['restore', file, '--replace'], { DATA_DIR: here, BACKUP_PASSPHRASE });
  expect(beside.code).toBe(1);
  expect(beside.output).toContain('already uses the data folder');
  await server.stop();

  const restored = await runCommand(['restore', file], { DATA_DIR: there, BACKUP_PASSPHRASE });
  expect(restored.output).toContain('Restored');
  expect(restored.code).toBe(0);
  const elsewhere = await startServer({ dataDir: there });
  expect(await regionNames(there)).toEqual(['Westhoek']);
  await elsewhere.stop();
});

async function nameRegion(dataDir: string, name: string): Promise<void> {
  const client = await connectToDatabase(dataDir);
  await client.query(
    `insert into region (region_id, slug, name, feed_epoch) values (1, 'westhoek', $1, 'first')`,
    [name],
  );
  await client.end();
}

async function regionNames(dataDir: string): Promise<string[]> {
  const client = await connectToDatabase(dataDir);
  const found = await client.query<{ name: string }>('select name from region');
  await client.end();
  return found.rows.map((row) => row.name);
}
