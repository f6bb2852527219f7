import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SyncResponse } from '#domain/sync/exchange.ts';
import { createApp } from '#server/app.ts';
import { publish } from '#server/events.ts';
import { APP_URL } from '#tests/_support/test-context.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';

let world: DeskWorld;

beforeAll(async () => {
  world = await openDeskWorld();
});
afterAll(() => world.close());

/** Reads a stream until its text holds what is asked. */
async function openStream(path: string, headers: Record<string, string>, app = world.app) {
  const stop = new AbortController();
  const response = await app.request(`${APP_URL}${path}`, { headers, signal: stop.signal });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const reader = response.body?.getReader();
  if (!reader) throw new Error('a stream has a body');
  const decoder = new TextDecoder();
  let text = '';
  return {
    async until(pattern: RegExp): Promise<string> {
      while (!pattern.test(text)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream ended with: ${text}`);
        text += decoder.decode(value, { stream: true });
      }
      return text;
    },
    close: async () => {
      await reader.cancel();
      stop.abort();
    },
  };
}

const cookieOf = (cookies: ReadonlyMap<string, string>): string =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

test('a desk hears of its region, also from another server process, and of no other region', async () => {
  const { activityId } = await world.activity();
  // A second process: its own feed on the same database.
  const other = createApp(world.context);
  const stream = await openStream('/api/desk/stream', { cookie: cookieOf(world.bib.cookies) }, other);
  await stream.until(/: open/);
  await publish(world.context.db, { regionId: 2, topic: 'devices' });
  const phone = await world.phone([activityId]);
  const card = await world.card();
  phone.checkIn({ activityId, number: card.number }, world.context.clock.now());
  await world.sync(phone);
  const text = await stream.until(/"topic":"check-ins"/);
  expect(text).toContain(`event: changed\ndata: {"topic":"check-ins","activityId":"${activityId}"}`);
  expect(text).not.toContain('devices');
  await stream.close();
});

test('a phone hears that a desk blocked a card, and is offered the newer list', async () => {
  const { activityId } = await world.activity();
  const phone = await world.phone([activityId]);
  const card = await world.card();
  const before = SyncResponse.parse(await world.sync(phone));
  const authorization = `Bearer ${before.token?.value ?? ''}`;
  const stream = await openStream('/api/sync/stream', { authorization });
  const opened = await stream.until(/: open/);
  expect(opened).not.toContain('changed');

  const desk = await world.client('admin');
  const acted = await desk.post(`/api/passholders/${card.passholderId}/acts`, {
    actId: crypto.randomUUID(),
    organisationId: world.staffed.organisations.bib.organisationId,
    basedOn: 0,
    act: { kind: 'block-card', number: card.number, reason: 'lost' },
  });
  expect(acted.status).toBe(200);
  await stream.until(/event: changed/);
  // A transaction that is still under way, of any test on this database server, holds the version back for a moment.
  const offered = async () => SyncResponse.parse(await world.sync(phone)).changes.roster?.version;
  await expect.poll(offered, { timeout: 30_000 }).toBeGreaterThan(before.changes.roster?.version ?? Infinity);
  await stream.close();
});

test('a desk also hears of scans that came to nothing: they are on its list', async () => {
  const { activityId } = await world.activity();
  const phone = await world.phone([activityId]);
  const blocked = await world.card('blocked');
  const stream = await openStream('/api/desk/stream', { cookie: cookieOf(world.bib.cookies) });
  await stream.until(/: open/);
  phone.checkIn({ activityId, number: blocked.number }, world.context.clock.now());
  await world.sync(phone);
  await stream.until(new RegExp(`"topic":"check-ins","activityId":"${activityId}"`));
  await stream.close();
});

test('a phone hears of its own activities, with its token', async () => {
  const { activityId } = await world.activity();
  const elsewhere = await world.activity();
  const phone = await world.phone([activityId]);
  const { token } = SyncResponse.parse(await world.sync(phone));
  const authorization = `Bearer ${token?.value ?? ''}`;
  expect((await world.app.request('/api/sync/stream')).status).toBe(401);
  const stream = await openStream('/api/sync/stream', { authorization });
  await stream.until(/: open/);
  await publish(world.context.db, { regionId: 1, topic: 'activities', activityId: elsewhere.activityId });
  await publish(world.context.db, { regionId: 1, topic: 'activities', activityId });
  const text = await stream.until(/changed/);
  expect(text.match(/event: changed/g)).toHaveLength(1);
  await stream.close();
});

test('when the listening connection breaks, streams are told to look at everything and news goes on', async () => {
  const stream = await openStream('/api/desk/stream', { cookie: cookieOf(world.bib.cookies) });
  await stream.until(/: open/);
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'streekbalie news' and datname = current_database()`.execute(world.context.db);
  const text = await stream.until(/"activities"/);
  for (const topic of ['check-ins', 'devices', 'activities']) expect(text).toContain(`{"topic":"${topic}"}`);
  await publish(world.context.db, { regionId: 1, topic: 'devices', deviceId: crypto.randomUUID() });
  await stream.until(/"devices"[^]*"devices"/);
  await stream.close();
});

test('of too many streams of one person the oldest ends', async () => {
  const cookie = cookieOf(world.bib.cookies);
  const streams = [];
  for (let i = 0; i < 9; i++) streams.push(await openStream('/api/desk/stream', { cookie }));
  await expect(streams[0]?.until(/never/)).rejects.toThrow(/ended/);
  await publish(world.context.db, { regionId: 1, topic: 'devices' });
  await streams[8]?.until(/changed/);
  for (const stream of streams.slice(1)) await stream.close();
});
