// What an operator reads of a running server, and what he never reads there: anything of a person.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from 'kysely';
import { SIGNATURE_HEADER } from '#domain/sync/exchange.ts';
import { createApp } from '#server/app.ts';
import { createDatabase, createPool, type SlowQuery } from '#server/db/database.ts';
import { tidyUp } from '#server/housekeeping.ts';
import { listen } from '#server/http-server.ts';
import { createLogger } from '#server/logger.ts';
import { serveMetrics } from '#server/metrics-server.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { APP_URL } from '#tests/_support/test-context.ts';
import type { TestPhone } from '#tests/_support/test-phone.ts';

const TOKEN = 'een token van minstens 24 tekens';

let world: DeskWorld;
beforeAll(async () => {
  world = await openDeskWorld();
});
afterAll(() => world.close());

const read = async (authorization?: string): Promise<Response> =>
  createApp(world.context).request(`${APP_URL}/metrics`, {
    headers: authorization === undefined ? {} : { authorization },
  });
const withToken = (): void => {
  world.context.config.metrics = { token: TOKEN, address: undefined };
};

async function send(app: DeskWorld['app'], phone: TestPhone): Promise<Response> {
  const { body, signature } = phone.request([phone.run(1)]);
  const headers = { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature };
  return app.request('/api/sync', { method: 'POST', headers, body });
}

test('nobody reads them unless the settings say who', async () => {
  world.context.config.metrics = { token: undefined, address: undefined };
  expect((await read(`Bearer ${TOKEN}`)).status).toBe(404);
  withToken();
  expect((await read()).status).toBe(401);
  expect((await read('Bearer iets anders')).status).toBe(401);
  expect((await read(`Bearer ${TOKEN}`)).status).toBe(200);
});

test('they count requests by pattern, commands, and what waits; no id, no address, no number', async () => {
  withToken();
  const { activityId } = await world.activity();
  const phone = await world.phone([activityId]);
  const card = await world.card();
  phone.checkIn({ activityId, number: card.number }, world.context.clock.now());
  await world.sync(phone);
  await world.bib.get(`/api/activities/${activityId}`);
  await world.bib.send('BREW', '/api/activities');
  await tidyUp(world.context);

  const text = await (await read(`Bearer ${TOKEN}`)).text();
  expect(text).toMatch(
    /streekbalie_http_request_seconds_count\{method="GET",route="\/api\/activities\/:id",status="200"\} 1\n/,
  );
  expect(text).toContain('streekbalie_sync_commands_total{what="taken"} 1\n');
  expect(text).toContain('streekbalie_sync_commands_total{what="ruled"} 1\n');
  expect(text).toContain('streekbalie_commands_unsettled 0\n');
  expect(text).toContain('streekbalie_event_streams 0\n');
  expect(text).toMatch(/streekbalie_pool_connections [1-9]/);
  expect(text).toContain('method="other"');
  expect(text).not.toContain('BREW');
  for (const personal of [activityId, phone.id, card.number, '@', world.context.appUrl])
    expect(text).not.toContain(personal);
});

test('without its database it still answers, and leaves out what it cannot know', async () => {
  const away = await openDeskWorld();
  away.context.config.metrics = { token: TOKEN, address: undefined };
  const app = createApp(away.context);
  await away.close();
  const answer = await app.request(`${APP_URL}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('streekbalie_disk_has_room 1');
});

test('a slow statement is told with its text and without its values', async () => {
  const told: SlowQuery[] = [];
  const db = createDatabase(world.context.pool, { overMs: 50, onSlow: (query) => told.push(query) });
  await sql`select 1 where ${'an@voorbeeld.be'}::text is not null`.execute(db);
  await sql`select pg_sleep(0.08) where ${'an@voorbeeld.be'}::text is not null`.execute(db);
  expect(told).toEqual([
    { sql: 'select pg_sleep(0.08) where $1::text is not null', ms: expect.any(Number) as number },
  ]);
});

test('a full disk: nothing is taken in or acknowledged, reading goes on, and so does the rest afterwards', async () => {
  let room = false;
  const app = createApp({ ...world.context, hasRoom: () => room });
  const { activityId } = await world.activity();
  const phone = await world.phone([activityId]);
  const card = await world.card();
  phone.checkIn({ activityId, number: card.number }, world.context.clock.now());
  const cookie = [...world.bib.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const get = (path: string) => app.request(`${APP_URL}${path}`, { headers: { cookie } });

  const refused = await send(app, phone);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('30');
  expect(await refused.json()).toMatchObject({ code: 'disk-full' });
  expect((await get(`/api/activities/${activityId}`)).status).toBe(200);

  room = true;
  expect((await send(app, phone)).status).toBe(200);
});

test('what is answered on purpose is no fault in the log, whoever provokes it; what was not foreseen is', async () => {
  const logged: string[] = [];
  const log = createLogger('warn', { write: (line: string) => void logged.push(line) });
  const ask = (context: object, body: string) =>
    createApp({ ...world.context, log, ...context }).request('/api/sync', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  const later = JSON.stringify({ protocol: 99, region: 'westhoek', device: crypto.randomUUID() });
  const noRoom = { hasRoom: () => false };
  for (const [context, body] of [
    [{}, later],
    [noRoom, '{}'],
  ] as const)
    expect((await ask(context, body)).status).toBe(503);
  expect(logged).toEqual([]);
  const unread = JSON.stringify({ protocol: 0, region: 'westhoek', device: crypto.randomUUID() });
  const db = createDatabase(createPool(world.context.config.databaseUrl ?? ''));
  await sql`select 1`.execute(db);
  await db.destroy();
  expect((await ask({ db }, unread)).status).toBe(500);
  expect(logged.join()).toContain('"level":"error"');
});

test('an address for the figures that is taken is named by its own setting', async () => {
  const other = await listen({ host: '127.0.0.1', port: 0 });
  const port = Number(new URL(other.url).port);
  await expect(serveMetrics(world.context, { host: '127.0.0.1', port })).rejects.toThrow(
    `Port ${port} is in use by another program: stop that one, or set METRICS_ADDRESS`,
  );
  await other.stop(AbortSignal.abort());
});

test('a database that says its disk is full: 503, and nothing of the batch stays', async () => {
  const { activityId } = await world.activity();
  const phone = await world.phone([activityId]);
  const card = await world.card();
  phone.checkIn({ activityId, number: card.number }, world.context.clock.now());
  const { db } = world.context;
  // The very error of PostgreSQL (53100), in the middle of the batch.
  await sql`create function no_room() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$`.execute(db);
  await sql`create trigger no_room before insert on posting execute function no_room()`.execute(db);
  const refused = await send(world.app, phone);
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: 'disk-full' });
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from command where device_id = ${phone.id}`.execute(db);
  expect(rows).toEqual([{ n: 0 }]);
  await sql`drop trigger no_room on posting`.execute(db);
  expect((await send(world.app, phone)).status).toBe(200);
});
