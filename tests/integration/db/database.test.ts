import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, createPool } from '#server/db/database.ts';
import { migrate, readMigrationState } from '#server/db/migrate.ts';
import { freshDatabase } from '#tests/_support/database.ts';
import type { FreshDatabase } from '#tests/_support/database.ts';

let fresh: FreshDatabase;
let db: ReturnType<typeof createDatabase>;

beforeAll(async () => {
  fresh = await freshDatabase();
  db = createDatabase(createPool(fresh.url));
});

afterAll(async () => {
  await db.destroy();
  await fresh.drop();
});

test('a fresh database is migrated and migrating again applies nothing', async () => {
  expect(await readMigrationState(db)).toEqual({ unknown: [], missing: [] });
  expect(await migrate(db)).toEqual([]);
});

test('bigint comes as a number, and refuses to round', async () => {
  const read = async (text: string) =>
    (await sql<{ n: number }>`select ${sql.lit(text)}::bigint as n`.execute(db)).rows[0]?.n;
  expect(await read('9007199254740991')).toBe(9_007_199_254_740_991);
  await expect(read('9007199254740992')).rejects.toThrow(RangeError);
});

test('a civil day stays the text it is', async () => {
  const answer = await sql<{ day: string }>`select date '2026-10-25' as day`.execute(db);
  expect(answer.rows[0]?.day).toBe('2026-10-25');
});

test('a step that this code does not know is a newer database', async () => {
  const other = await freshDatabase();
  const newer = createDatabase(createPool(other.url));
  await sql`insert into kysely_migration (name, timestamp) values ('999_from_the_future', '2099-01-01')`.execute(
    newer,
  );
  await expect(migrate(newer)).rejects.toThrow(/newer than this version.*999_from_the_future/);
  await newer.destroy();
  await other.drop();
});

test('a connection that breaks under a transaction fails that transaction and nothing else', async () => {
  const broken = db.transaction().execute(async (trx) => {
    const self = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
    await sql`select pg_terminate_backend(${self.rows[0]?.pid})`.execute(db);
    await sql`select 1`.execute(trx);
  });
  await expect(broken).rejects.toThrow();
  expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
});
