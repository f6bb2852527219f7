// The audit in sealed blocks: whoever changes, removes, adds or moves something afterwards is found, to the entry.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import { makeRegion } from '#server/organisations/new-region.ts';
import { appendAudit } from '#server/audit.ts';
import { runAudit } from '#server/audit/audit-cli.ts';
import { sealAudit } from '#server/audit/seal.ts';
import { verifyAudit } from '#server/audit/verify-chain.ts';
import { restoreBackup } from '#server/backup/restore-backup.ts';
import { writeBackup } from '#server/backup/write-backup.ts';
import { createDatabase, createPool } from '#server/db/database.ts';
import { freshDatabase } from '#tests/_support/database.ts';
import { openTestContext, testKeys, type TestServer } from '#tests/_support/test-context.ts';

const WHOLE = { findings: [], remarks: [] };
const START = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'streekbalie-audit-'));

let server: TestServer;
let now: number;
let regionId: number;

beforeAll(async () => {
  server = await openTestContext(START);
});
afterAll(() => server.close());

/** Three blocks of three entries, in a region of its own. */
beforeEach(async () => {
  await asIntruder('truncate audit_block, audit_entry restart identity');
  now = START;
  server.setNow(now);
  regionId = (await regions())[0] ?? (await makeRegion(server.context, 'Proef')).regionId;
  for (let block = 0; block < 3; block += 1) {
    for (let i = 0; i < 3; i += 1) await write(`did-${block}-${i}`);
    await sealAudit(server.context);
    forward(30 * MINUTE);
  }
});

const regions = async (): Promise<number[]> =>
  (await server.context.db.selectFrom('region').select('region_id').execute()).map((row) => row.region_id);

function forward(ms: number): void {
  now += ms;
  server.setNow(now);
}

/** Under names of its own: the chain does not care. */
const write = (name: string, db = server.context.db): Promise<void> => {
  const action = name as AuditAction;
  return appendAudit(db, { regionId, at: now, actor: 'user:1', action, subject: 'card:1', detail: { n: 1 } });
};

/** One who owns the database: no trigger stops him. */
async function asIntruder(statement: string): Promise<void> {
  await server.context.db.connection().execute(async (db) => {
    await sql`alter table audit_entry disable trigger user`.execute(db);
    await sql`alter table audit_block disable trigger user`.execute(db);
    await sql.raw(statement).execute(db);
    await sql`alter table audit_entry enable trigger user`.execute(db);
    await sql`alter table audit_block enable trigger user`.execute(db);
  });
}

const findings = async (): Promise<readonly string[]> => (await verifyAudit(server.context, [])).findings;

it('is whole when nobody touched it, and counts what waits', async () => {
  await write('just-now');
  expect(await verifyAudit(server.context, [])).toEqual({ ...WHOLE, blocks: 3, entries: 9, waiting: 1 });
});

it('refuses a change through the database as the server uses it', async () => {
  const { db } = server.context;
  for (const statement of ['update audit_block set sealed_at = 0', 'delete from audit_block'])
    await expect(sql.raw(statement).execute(db)).rejects.toThrow(/never changed or deleted/);
});

describe('changed in the database', () => {
  it.each([
    ["update audit_entry set actor = 'user:2' where audit_id = 5", 'entry 5 was changed'],
    ["update audit_entry set action = action || ' ' where audit_id = 1", 'entry 1 was changed'],
    ["update audit_entry set subject = 'card:2' where audit_id = 9", 'entry 9 was changed'],
    ['update audit_entry set at = at + 1 where audit_id = 4', 'entry 4 was changed'],
    [`update audit_entry set detail = '{"n": 2}' where audit_id = 6`, 'entry 6 was changed'],
    ['delete from audit_entry where audit_id = 5', 'entry 5 is gone'],
    ['delete from audit_entry where audit_id = 9', 'entry 9 is gone'],
    ['delete from audit_block where block_no = 2', 'block 2 is gone'],
    ['delete from audit_block where block_no < 3', 'blocks 1 to 2 are gone'],
    [
      'update audit_block set sealed_at = sealed_at + 1 where block_no = 2',
      'block 2 (entries 4-6) was changed',
    ],
    ["update audit_block set entries = '{[4,6)}' where block_no = 2", 'block 2 (entries 4-5) was changed'],
    ["update audit_block set entries = '{[4,9999999999)}' where block_no = 2", 'was changed itself'],
    [
      "update audit_block set key_id = 'other' where block_no = 3",
      'block 3 (entries 7-9) is signed with the key',
    ],
    [
      'update audit_block set signature = (select signature from audit_block where block_no = 1) where block_no = 3',
      'block 3 (entries 7-9) does not carry the signature',
    ],
    [
      `insert into audit_entry overriding system value select region_id, 100, at - 3600000, actor, action, subject, detail
         from audit_entry where audit_id = 5`,
      'entry 100 stands in no block: it was inserted',
    ],
  ])('%s', async (statement, sentence) => {
    await asIntruder(statement);
    const found = await findings();
    expect(found.join('\n')).toContain(sentence);
  });

  it('each byte of a block', async () => {
    for (const column of ['entry_hashes', 'previous_hash', 'hash', 'signature']) {
      for (const at of [0, 31]) {
        const flip = `update audit_block set ${column} = set_byte(${column}, ${at}, get_byte(${column}, ${at}) # 1) where block_no = 2`;
        await asIntruder(flip);
        expect((await findings()).join('\n')).toContain('block 2 (entries 4-6)');
        await asIntruder(flip);
        expect(await findings()).toEqual([]);
      }
    }
  });

  it('two entries that changed places are both named', async () => {
    await asIntruder(
      `create temp table moved as select * from audit_entry where audit_id in (4, 6);
       delete from audit_entry where audit_id in (4, 6);
       insert into audit_entry overriding system value
         select region_id, 10 - audit_id, at, actor, action, subject, detail from moved;
       drop table moved`,
    );
    expect(await findings()).toEqual([
      'Region proef: entry 4 holds what was entry 6: they changed places.',
      'Region proef: entry 6 holds what was entry 4: they changed places.',
    ]);
  });

  it('an old date that is slipped in is told also when a block sealed it', async () => {
    await asIntruder(
      `insert into audit_entry (region_id, at, actor, action, subject) values (${regionId}, ${START}, 'user:1', 'x', 'y')`,
    );
    await sealAudit(server.context);
    expect((await findings()).join()).toContain('entry 10 says it is older than block 3');
  });

  it('an entry that stands in two blocks', async () => {
    await asIntruder("update audit_block set entries = '{[3,6)}' where block_no = 2");
    expect((await findings()).join('\n')).toContain('entries 3 of block 2 stand in another block too');
  });

  it('last blocks removed, entries edited, and all of it sealed again by the server: that it was late', async () => {
    forward(2 * 60 * MINUTE);
    await asIntruder(
      "delete from audit_block where block_no > 1; update audit_entry set actor = 'user:2' where audit_id = 5",
    );
    await sealAudit(server.context);
    const { findings: found, remarks } = await verifyAudit(server.context, []);
    expect(found).toEqual([]);
    expect(remarks).toEqual([
      'Region proef: block 2 sealed entries 4-9 up to 3 hours after they were written: no server ran, or blocks were removed and their entries sealed again.',
    ]);
  });
});

describe('the file that is kept elsewhere', () => {
  const said: string[] = [];
  const run = (...args: string[]): Promise<number> => {
    said.length = 0;
    return runAudit(args, server.context, (line) => void said.push(line));
  };

  it('shows a list that was rewritten from the beginning with the right key', async () => {
    const file = join(folder, 'heads.json');
    expect(await run('export', file)).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      heads: [{ region: 'proef', blockNo: 3 }],
    });
    expect(await run('verify', file)).toBe(0);

    await asIntruder("update audit_entry set actor = 'user:2'; truncate audit_block");
    await sealAudit(server.context);
    expect(await run('verify')).toBe(0);
    expect(await run('verify', file)).toBe(1);
    expect(said.join()).toContain('the file knows block 3, and the list ends at block 1');
  });

  it('shows a list that ends too early, and one that is as long but another', async () => {
    const file = join(folder, 'heads-2.json');
    await run('export', file);
    await asIntruder(
      'delete from audit_block where block_no = 3; delete from audit_entry where audit_id > 6',
    );
    expect(await run('verify')).toBe(0);
    expect(await run('verify', file)).toBe(1);
    await write('something else');
    await sealAudit(server.context);
    expect(await run('verify', file)).toBe(1);
    expect(said.join()).toContain('block 3 is another one than in the file');
  });

  it('is never written over another file, and a wrong file is refused with a sentence', async () => {
    const file = join(folder, 'heads-3.json');
    await run('export', file);
    await expect(run('export', file)).rejects.toThrow('is there already');
    await expect(run('verify', join(folder, 'none.json'))).rejects.toThrow('There is no file');
    await expect(run('something')).rejects.toThrow('npm run audit');
  });
});

it('holds in a backup that is restored, and goes on there', async () => {
  const target = await freshDatabase();
  const file = join(folder, 'audit.backup');
  const passphrase = 'vier woorden die niemand raadt';
  const databaseUrl = server.context.config.databaseUrl ?? '';
  await writeBackup({ databaseUrl, passphrase, version: '0.1.0', now: new Date(now) }, file);
  await restoreBackup(
    { databaseUrl: target.url, passphrase, feedEpoch: 'after', now: new Date(now), replace: false },
    file,
  );
  const db = createDatabase(createPool(target.url));
  const restored = { ...server.context, db };
  expect(await verifyAudit(restored, [])).toEqual({ ...WHOLE, blocks: 3, entries: 9, waiting: 0 });
  await write('after the restore', db);
  expect((await sealAudit(restored)).map(({ blockNo, ranges }) => [blockNo, ranges])).toEqual([
    [4, [[10, 10]]],
  ]);
  expect((await verifyAudit(restored, [])).findings).toEqual([]);
  await db.destroy();
  await target.drop();
});

describe('sealing', () => {
  it('does not pass over an entry whose transaction commits late', async () => {
    const pool = createPool(server.context.config.databaseUrl ?? '');
    const other = createDatabase(pool);
    const slow = await other.startTransaction().execute();
    await write('slow', slow);
    await write('quick');
    expect((await sealAudit(server.context)).map(({ ranges }) => ranges)).toEqual([[[11, 11]]]);
    await slow.commit().execute();
    expect((await sealAudit(server.context)).map(({ ranges }) => ranges)).toEqual([[[10, 10]]]);
    expect(await sealAudit(server.context)).toEqual([]);
    await other.destroy();
    expect(await verifyAudit(server.context, [])).toMatchObject({ ...WHOLE, blocks: 5, entries: 11 });

    // Also a day later, when the newest old block is that of the late one, with the low number.
    forward(24 * 60 * MINUTE + 1);
    expect(await sealAudit(server.context)).toEqual([]);
    await write('the next day');
    expect((await sealAudit(server.context)).map(({ ranges }) => ranges)).toEqual([[[12, 12]]]);
    expect(await verifyAudit(server.context, [])).toMatchObject({ ...WHOLE, blocks: 6, entries: 12 });
  });

  it('by several servers at once makes one list', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, i) => write(`many-${i}`)));
    await Promise.all(Array.from({ length: 5 }, () => sealAudit(server.context)));
    expect(await verifyAudit(server.context, [])).toEqual({
      ...WHOLE,
      blocks: 4,
      entries: 49,
      waiting: 0,
    });
  });

  it('cuts a long list in blocks', async () => {
    await sql`
      insert into audit_entry (region_id, at, actor, action, subject)
      select ${regionId}, ${now}, 'user:1', 'many', n::text from generate_series(1, 1200) n
    `.execute(server.context.db);
    await sealAudit(server.context);
    expect(await verifyAudit(server.context, [])).toMatchObject({ findings: [], blocks: 6, entries: 1_209 });
  });

  it('goes on with a new key; what the old one sealed still holds', async () => {
    const { keys } = server.context;
    const rotated = { ...keys, auditSealing: [...testKeys().auditSealing, ...keys.auditSealing] as const };
    const [newest] = rotated.auditSealing;
    const context = {
      ...server.context,
      keys: { ...rotated, auditSealing: [{ ...newest, id: 'second' }, ...keys.auditSealing] as const },
    };
    await write('after');
    await sealAudit(context);
    expect((await verifyAudit(context, [])).findings).toEqual([]);
    expect((await findings()).join()).toContain('signed with the key second');
  });
});
