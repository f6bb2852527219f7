// A phone that was away so long that its token lapsed, with a thousand scans: scanning needs none, sending proves the key, and
// the first answer brings a new one. The phone's own code against a real server process.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { must } from '#domain/kernel/assert.ts';
import { DEMO_PASSWORD } from '#server/demo/staff.ts';
import { DeskOverHttp } from '#tests/_support/desk-over-http.ts';
import { freshDb, reading, testPhone, testTrace } from '#tests/_support/phone-in-test.ts';
import { readyDataDir } from '#tests/_support/prepared-data.ts';
import { regionIn } from '#tests/_support/region.ts';
import {
  databaseUrlOf,
  removeDataDir,
  startServer,
  type ServerProcess,
} from '#tests/_support/server-process.ts';
import { checkIn } from '../../src/lib/checkins/check-in.ts';
import { clock } from '../../src/lib/clock.ts';
import { requestEnrolment, settleEnrolment, wordsOf } from '../../src/lib/session/enrol.ts';
import { contactOf } from '../../src/lib/sync/dexie-sync-store.ts';
import { transport } from '../../src/lib/sync/transport.ts';

const SCANS = 1_000;

let dataDir: string;
let server: ServerProcess;

beforeEach(async () => {
  dataDir = await readyDataDir('demo');
  server = await startServer({ dataDir, env: { LOG_LEVEL: 'silent', DEMO: '1' } });
  const { fetch } = globalThis;
  // A page knows its own address; this process is told it.
  vi.stubGlobal('fetch', (path: string, init?: RequestInit) =>
    fetch(path.startsWith('/') ? `${server.url}${path}` : path, init),
  );
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await server.stop();
  await removeDataDir(dataDir);
});

it('a phone with a thousand scans whose token lapsed sends them all, and gets a new token', async () => {
  const desk = await new DeskOverHttp(server.url).signIn('bib@demo.streekbalie.example', DEMO_PASSWORD);
  const activity = await desk.findActivity('Jeugdboekenweek');
  const db = freshDb();
  const trace = testTrace();
  const { code } = await desk.makeLink(activity);
  const asked = await requestEnrolment(db, clock, {
    code,
    name: 'Lang weg',
    platform: 'Node',
    appVersion: '0.1.0',
  });
  if (!asked.ok) throw new Error(asked.why);
  await desk.approve(asked.device.id, wordsOf(asked.device));
  const device = await settleEnrolment(db, trace, asked.device, 'active');
  const phone = await testPhone({ db, device, trace, clock, transport });
  await phone.sync.drain();
  expect(phone.sync.status()).toMatchObject({ reach: 'online', failure: undefined });
  const old = must((await contactOf(db, device.id)).token, 'a token');

  const region = regionIn(databaseUrlOf(dataDir), activity.organisationId);
  for (const number of await region.cards(SCANS)) {
    const scanned = await checkIn(phone, reading(number), { activityId: activity.activityId, way: 'camera' });
    expect(scanned.kind).toBe('scanned');
  }
  const lapsed = Date.now() - 60_000;
  await db.contacts.update(device.id, { token: { ...old, usableUntil: lapsed } });
  await region.db
    .updateTable('device')
    .set({ token_expires_at: lapsed })
    .where('device_id', '=', device.id)
    .execute();
  expect((await readWith(old.value)).status).toBe(401);

  await phone.sync.drain();
  expect(phone.sync.status()).toMatchObject({ unsent: 0, alarm: undefined, reach: 'online' });
  const { rows } = await region.pool.query<{ count: number }>(
    'select count(*)::int as count from command where device_id = $1',
    [device.id],
  );
  expect(rows).toEqual([{ count: SCANS }]);
  const fresh = must((await contactOf(db, device.id)).token, 'a new token');
  expect(fresh.value).not.toBe(old.value);
  expect((await readWith(fresh.value)).status).toBe(200);
  expect(await region.brokenLaws()).toEqual([]);
  phone.close();
  await region.close();
}, 180_000);

/** What a token is for: the stream that tells of news. */
async function readWith(token: string): Promise<Response> {
  const stop = new AbortController();
  const answer = await fetch('/api/sync/stream', {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    signal: stop.signal,
  });
  stop.abort();
  return answer;
}
