// P4 and P10: what the server takes in, beside a bare insert of the very same rows into copies of the same tables, in one
// run on one database with fsync on. Everything real: HTTP, gzip, signatures, rules, receipts, rulings, postings.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import * as z from 'zod/mini';
import { must } from '#domain/kernel/assert.ts';
import { limits } from '#domain/kernel/limits.ts';
import { SIGNATURE_HEADER, type Run } from '#domain/sync/exchange.ts';
import { openRegion, type TestRegion } from '#tests/_support/region.ts';
import { databaseUrlOf, makeDataDir, removeDataDir, startServer } from '#tests/_support/server-process.ts';
import { TestPhone } from '#tests/_support/test-phone.ts';
import { rounded, type Row } from './rows.ts';

/** And one more to warm up. */
const PHONES = 8;
const BATCHES = 8;
const BATCH = limits.batchCommandsMax;
const IN_FLIGHT = 4;
const TABLES = ['command', 'ruling', 'visit', 'posting'] as const;

export async function measureIngest(): Promise<Row[]> {
  const dataDir = makeDataDir();
  const server = await startServer({ dataDir, env: { LOG_LEVEL: 'silent' } });
  const region = await openRegion(databaseUrlOf(dataDir));
  try {
    const [warmUp, ...backlogs] = await prepare(region);
    await drain(server.url, must(warmUp, 'a phone to warm up'));
    await sql`vacuum analyze`.execute(region.db); // as a database in use: its planner knows the tables
    const ingestMs = await timed(backlogs.map((backlog) => () => drain(server.url, backlog)));
    const rssMb = peakMemoryMb(server.pid);
    const broken = await region.brokenLaws();
    if (broken.length > 0) throw new Error(`laws broken under load: ${broken.join(', ')}`);
    const total = PHONES * BATCHES * BATCH;
    const bareMs = await timed(await bareInserts(region, warmUp?.phone.id ?? ''));
    return [
      { name: 'P4.commands_per_s', value: Math.round((total / ingestMs) * 1000), unit: '1/s' },
      {
        name: 'P4.ratio_to_bare',
        value: rounded(bareMs / ingestMs, 2),
        unit: 'x',
        note: `bare ${Math.round((total / bareMs) * 1000)}/s`,
      },
      { name: 'P10.rss_mb', value: Math.round(rssMb), unit: 'MB' },
    ];
  } finally {
    await region.close();
    await server.stop();
    await removeDataDir(dataDir);
  }
}

/** Median of three starts on a folder that has its database. */
export async function measureStart(): Promise<Row[]> {
  const dataDir = makeDataDir();
  try {
    const times: number[] = [];
    for (let i = 0; i < 4; i++) {
      const server = await startServer({ dataDir });
      times.push(server.startMs);
      await server.stop();
    }
    const [, ...again] = times;
    const middle = again.sort((a, b) => a - b)[1] ?? Number.NaN;
    return [{ name: 'P10.start_s', value: rounded(middle / 1000, 2), unit: 's' }];
  } finally {
    await removeDataDir(dataDir);
  }
}

type Backlog = { readonly phone: TestPhone; readonly runs: readonly Run[] };

/** Scans that were made offline: hashed, chained and signed already. */
async function prepare(region: TestRegion): Promise<Backlog[]> {
  const numbers = await region.cards((PHONES + 1) * BATCHES * BATCH);
  const backlogs: Backlog[] = [];
  for (let p = 0; p <= PHONES; p++) {
    const now = Date.now();
    const activityId = await region.activity({ startsAt: now - 3_600_000, endsAt: now + 3_600_000 });
    const phone = new TestPhone();
    await region.enrol(phone, [activityId], `Inkom ${p + 1}`);
    for (let i = 0; i < BATCHES * BATCH; i++) {
      phone.checkIn({ activityId, number: numbers[p * BATCHES * BATCH + i] ?? '' }, now - 60_000 + i);
    }
    const runs = Array.from({ length: BATCHES }, (_, b) => phone.run(b * BATCH + 1, (b + 1) * BATCH));
    backlogs.push({ phone, runs });
  }
  return backlogs;
}

/** As a phone does: batch after batch, each with the cursor of the answer before. */
async function drain(url: string, { phone, runs }: Backlog): Promise<void> {
  let cursor: string | null = null;
  for (const run of runs) {
    const { body, signature } = phone.request([run], { cursor });
    const response = await fetch(`${url}/api/sync`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        [SIGNATURE_HEADER]: signature,
      },
      body: gzipSync(body, { level: 1 }),
    });
    const answer = await response.text();
    if (response.status !== 200) throw new Error(`sync answered ${response.status}: ${answer.slice(0, 200)}`);
    ({ cursor } = Answer.parse(JSON.parse(answer)));
  }
}

const Answer = z.object({ cursor: z.string() });

/** The same rows as they now stand, in arrays, ready for the same statements without anything around them. */
async function bareInserts({ db, pool }: TestRegion, leftOut: string): Promise<(() => Promise<void>)[]> {
  const batches: { text: string; values: unknown[] }[][] = [];
  for (const table of TABLES) {
    await sql.raw(`create table bare_${table} (like ${table} including all)`).execute(db);
    const { rows: columns } = await sql<{ name: string; type: string }>`
      select column_name as name, udt_name as type from information_schema.columns
      where table_name = ${table} and column_name <> 'tx' order by ordinal_position
    `.execute(db);
    const { rows } = await sql<Record<string, unknown>>`
      select t.*, c.seq as bench_seq from ${sql.table(table)} t join command c on c.command_id = t.command_id
      where c.device_id <> ${leftOut} order by c.device_id, c.seq
    `.execute(db);
    const names = columns.map(({ name }) => name).join(', ');
    const reads = columns.map(({ name, type }) =>
      type === 'bytea' ? `decode(${name}, 'hex')` : type === 'jsonb' ? `${name}::jsonb` : name,
    );
    const casts = columns.map(
      ({ type }, i) => `$${i + 1}::${type === 'bytea' || type === 'jsonb' ? 'text' : type}[]`,
    );
    const text = `insert into bare_${table} (${names}) select ${reads.join(', ')} from unnest(${casts.join(', ')}) as t (${names})`;
    const size = (rows.length / (PHONES * BATCHES * BATCH)) * BATCH;
    for (let b = 0; b * size < rows.length; b++) {
      const part = rows.slice(b * size, (b + 1) * size);
      const values = columns.map(({ name, type }) => part.map((row) => asText(row[name], type)));
      (batches[b] ??= []).push({ text, values });
    }
  }
  return batches.map((statements) => async () => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      for (const { text, values } of statements) await client.query(text, values);
      await client.query('commit');
    } finally {
      client.release();
    }
  });
}

const asText = (value: unknown, type: string): unknown =>
  value === null
    ? null
    : type === 'bytea'
      ? (value as Buffer).toString('hex')
      : type === 'jsonb'
        ? JSON.stringify(value)
        : value;

async function timed(jobs: readonly (() => Promise<void>)[]): Promise<number> {
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (let job = jobs[next++]; job; job = jobs[next++]) await job();
    }),
  );
  return performance.now() - started;
}

export function peakMemoryMb(pid: number): number {
  const kb = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb ?? Number.NaN) / 1024;
}
