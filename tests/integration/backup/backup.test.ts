// The rehearsal: what a backup took is what a restore gives, row by row; and what is not a whole, true backup of ours
// changes nothing.
import { randomBytes } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import { restoreBackup } from '#server/backup/restore-backup.ts';
import { seal, unseal } from '#server/backup/sealed-file.ts';
import { listSequences, listTables } from '#server/backup/tables.ts';
import { writeBackup } from '#server/backup/write-backup.ts';
import { createDatabase, createPool } from '#server/db/database.ts';
import { readMigrationState } from '#server/db/migrate.ts';
import { pollUntil } from '#server/poll.ts';
import { prepareDemo } from '#server/demo/prepare.ts';
import type { FreshDatabase } from '#tests/_support/database.ts';
import { freshDatabase } from '#tests/_support/database.ts';
import { openRegion } from '#tests/_support/region.ts';
import { openTestContext } from '#tests/_support/test-context.ts';
import type { TestServer } from '#tests/_support/test-context.ts';

const PASSPHRASE = 'vier woorden die niemand raadt';
const NOW = Date.UTC(2026, 10, 20, 19, 0, 0);

let folder: string;
let source: TestServer;
let sourceUrl: string;
let file: string;
/** A region with little in it, and its backup: for what is to be refused, again and again. */
let littleRegion: FreshDatabase;
let small: string;
let target: FreshDatabase;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'streekbalie-backup-'));
  source = await openTestContext(NOW);
  sourceUrl = source.context.config.databaseUrl ?? '';
  await prepareDemo(source.context, () => undefined);
  file = join(folder, 'region.backup');
  await writeBackup(
    { databaseUrl: sourceUrl, passphrase: PASSPHRASE, version: '0.1.0', now: new Date(NOW) },
    file,
  );
  littleRegion = await makeLittleRegion();
  small = await writeSmallBackup();
});

afterAll(async () => {
  await littleRegion.drop();
  await source.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  target = await freshDatabase();
});

afterEach(async () => {
  await target.drop();
});

const CHANGED_BY_RESTORE = ['feed_epoch', 'restored_at', 'restored_from'];
const RESTORED_AT = new Date(Date.UTC(2026, 10, 24));

const restoreInto = (url: string, from = file, options: { passphrase?: string; replace?: boolean } = {}) =>
  restoreBackup(
    {
      databaseUrl: url,
      passphrase: PASSPHRASE,
      feedEpoch: 'epoch-after',
      now: RESTORED_AT,
      replace: false,
      ...options,
    },
    from,
  );

test('a restored database holds the same rows, sequences and schema, and a new feed epoch', async () => {
  const done = await restoreInto(target.url);
  expect(done.rows).toBeGreaterThan(5_000);

  const [before, after] = await Promise.all([fingerprints(sourceUrl), fingerprints(target.url)]);
  expect(Object.keys(after).length).toBeGreaterThan(20);
  expect(after).toEqual(before);
  expect(await feedEpochs(target.url)).toEqual(['epoch-after']);
  expect(await column(target.url, 'select restored_at::text as value from region')).toEqual([
    String(RESTORED_AT.getTime()),
  ]);

  const db = createDatabase(createPool(target.url));
  expect(await readMigrationState(db)).toEqual({ unknown: [], missing: [] });
  await db.destroy();
  // The rules that the database keeps itself are there again too.
  await withClient(target.url, async (client) => {
    await expect(client.query('delete from posting')).rejects.toThrow(/never changed or deleted/);
  });
});

test('a backup is a snapshot: what is written while it is made is in it wholly or not at all', async () => {
  const busy = join(folder, 'busy.backup');
  let writing = true;
  let pairs = 0;
  const writer = withClient(littleRegion.url, async (client) => {
    for (; writing; pairs++) {
      // One transaction, one row in an early table, where a backup takes a while, and one in a late one.
      await client.query('begin');
      await client.query(`insert into card_system values (1, $1, 'pair')`, [`pair-${pairs}`]);
      await client.query(
        `insert into municipality (region_id, nis_code, name, postal_codes, uitpas) values (1, $1, 'pair', '{}', false)`,
        [`pair-${pairs}`],
      );
      await client.query('commit');
    }
  });
  await pollUntil(() => (pairs > 10 ? true : undefined), {
    timeoutMs: 10_000,
    onTimeout: () => new Error('nothing is written'),
  });
  await writeBackup(
    { databaseUrl: littleRegion.url, passphrase: PASSPHRASE, version: '0.1.0', now: new Date(NOW) },
    busy,
  );
  writing = false;
  await writer;
  await restoreInto(target.url, busy);
  await withClient(target.url, async (client) => {
    const counted = await client.query<{ systems: string; places: string }>(
      `select (select count(*) from card_system where name = 'pair') as systems,
              (select count(*) from municipality where name = 'pair') as places`,
    );
    expect(Number(counted.rows[0]?.systems)).toBeGreaterThan(10);
    expect(counted.rows[0]?.systems).toBe(counted.rows[0]?.places);
  });
});

test('nothing of a backup can be read without its passphrase', () => {
  const sealed = readFileSync(file);
  for (const word of ['Westhoek', 'demo.streekbalie', 'passholder', 'create table']) {
    expect(sealed.includes(word)).toBe(false);
  }
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a wrong passphrase is refused, and nothing changes', async () => {
  await expect(restoreInto(target.url, small, { passphrase: 'een heel ander wachtwoord' })).rejects.toThrow(
    /BACKUP_PASSPHRASE is not the one/,
  );
  expect(await tablesWithRows(target.url)).toEqual([]);
});

test.each([
  ['in the head', 3],
  ['in the salt', 25],
  ['at the start of the data', 70],
  ['in the middle', 'middle'],
  ['in the last byte', 'last'],
] as const)('one flipped bit is refused: %s', async (_, place) => {
  const damagedFile = join(folder, 'flipped.backup');
  const bytes = readFileSync(small);
  const at = place === 'middle' ? bytes.length >> 1 : place === 'last' ? bytes.length - 1 : place;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(damagedFile, bytes);
  await expect(restoreInto(target.url, damagedFile)).rejects.toThrow(/damaged|not the one|no backup/);
  expect(await tablesWithRows(target.url)).toEqual([]);
  expect(await schemas(target.url)).toEqual(['public']);
});

test.each([1, 40, 60, 1_000])('a backup that lost its last %i bytes is refused', async (lost) => {
  const shortFile = join(folder, 'short.backup');
  writeFileSync(shortFile, readFileSync(small));
  truncateSync(shortFile, statSync(shortFile).size - lost);
  await expect(restoreInto(target.url, shortFile)).rejects.toThrow(/damaged/);
  expect(await tablesWithRows(target.url)).toEqual([]);
});

test('a database with rows is only replaced when that is asked, and keeps them when the backup is damaged', async () => {
  await restoreInto(target.url, small);
  await withClient(target.url, async (client) => {
    await client.query(`update region set name = 'of before'`);
  });
  await expect(restoreInto(target.url, small)).rejects.toThrow(/not empty.*--replace/);

  const shortFile = join(folder, 'half.backup');
  writeFileSync(shortFile, readFileSync(small));
  truncateSync(shortFile, statSync(shortFile).size >> 1);
  await expect(restoreInto(target.url, shortFile, { replace: true })).rejects.toThrow(/damaged/);
  expect(await regionNames(target.url)).toEqual(['of before']);

  await restoreInto(target.url, small, { replace: true });
  expect(await regionNames(target.url)).toEqual(['Westhoek']);
});

test('a server that still uses the database holds a restore back', async () => {
  const pool = createPool(target.url);
  await pool.query('select 1');
  await expect(restoreInto(target.url)).rejects.toThrow(/A server still uses this database/);
  await pool.end();
});

test('a backup never overwrites a file', async () => {
  await expect(
    writeBackup(
      { databaseUrl: sourceUrl, passphrase: PASSPHRASE, version: '0.1.0', now: new Date(NOW) },
      file,
    ),
  ).rejects.toThrow(/exists already/);
});

async function makeLittleRegion(): Promise<FreshDatabase> {
  const database = await freshDatabase();
  const region = await openRegion(database.url);
  await region.activity();
  await region.cards(50);
  for (const n of [1, 2, 3, 4])
    await region.db
      .insertInto('card_system')
      .values({ region_id: 1, card_system_id: `large-${n}`, name: randomBytes(200_000).toString('base64') })
      .execute();
  await region.close();
  return database;
}

/** In several pieces, so that rows are there already when a later one turns out to be damaged; sealed at little cost. */
async function writeSmallBackup(): Promise<string> {
  const usual = join(folder, 'usual.backup');
  await writeBackup(
    { databaseUrl: littleRegion.url, passphrase: PASSPHRASE, version: '0.1.0', now: new Date(NOW) },
    usual,
  );
  const cheap = join(folder, 'small.backup');
  await pipeline(
    createReadStream(usual),
    (sealed: AsyncIterable<Buffer>) => unseal(sealed, PASSPHRASE),
    (plain: AsyncIterable<Buffer>) => seal(plain, PASSPHRASE, 10),
    createWriteStream(cheap),
  );
  expect(statSync(cheap).size).toBeGreaterThan(3 * 256 * 1024);
  return cheap;
}

/** One hash of all rows for each table, and the state of each sequence. */
async function fingerprints(url: string): Promise<Record<string, string>> {
  return withClient(url, async (client) => {
    const found: Record<string, string> = {};
    for (const table of await listTables(client, 'public')) {
      const columns = table.columns.filter((column) => !CHANGED_BY_RESTORE.includes(column)).join(', ');
      const answer = await client.query<{ print: string }>(
        `select count(*) || ':' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') as print
           from (select ${columns} from ${table.name}) t`,
      );
      found[table.name] = answer.rows[0]?.print ?? '';
    }
    for (const name of await listSequences(client, 'public')) {
      const answer = await client.query<{ print: string }>(
        `select last_value || ':' || is_called as print from ${name}`,
      );
      found[name] = answer.rows[0]?.print ?? '';
    }
    return found;
  });
}

const feedEpochs = (url: string) => column(url, 'select feed_epoch as value from region');
const regionNames = (url: string) => column(url, 'select name as value from region');
const schemas = (url: string) =>
  column(
    url,
    `select nspname as value from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`,
  );

async function tablesWithRows(url: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const names: string[] = [];
    for (const { name } of await listTables(client, 'public')) {
      const answer = await client.query(`select 1 from ${name} limit 1`);
      if (answer.rows.length > 0) names.push(name);
    }
    return names;
  });
}

async function column(url: string, query: string): Promise<string[]> {
  return withClient(url, async (client) =>
    (await client.query<{ value: string }>(query)).rows.map((row) => row.value),
  );
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
