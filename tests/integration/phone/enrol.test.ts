// A phone becomes a scanner for tonight's activity: its own code, the real server, and a coordinator at the desk.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeviceList, EnrolLink } from '#domain/desk-api.ts';
import { createApp } from '#server/app.ts';
import { Unreachable } from '../../../src/lib/api.ts';
import type { PhoneDb } from '../../../src/lib/db/phone-db.ts';
import {
  askApproval,
  postEnrol,
  requestEnrolment,
  settleEnrolment,
  wordsOf,
} from '../../../src/lib/session/enrol.ts';
import { readStanding } from '../../../src/lib/session/open-session.ts';
import { transport } from '../../../src/lib/sync/transport.ts';
import { DeskClient } from '#tests/_support/desk-client.ts';
import { freshDb, testClock, testPhone, testTrace } from '#tests/_support/phone-in-test.ts';
import { PASSWORD, emailOf, staffRegions, type StaffedRegion } from '#tests/_support/staffed-region.ts';
import { APP_URL, openTestContext, type TestServer } from '#tests/_support/test-context.ts';

let server: TestServer;
let staffed: StaffedRegion;
let desk: DeskClient;
let activityId: string;
let address = 10;
const clock = testClock();
const trace = testTrace();
let db: PhoneDb;

beforeAll(async () => {
  server = await openTestContext(clock.now());
  staffed = await staffRegions(server.context);
  const app = createApp(server.context);
  vi.stubGlobal('fetch', (path: string, init: RequestInit) =>
    app.request(`${APP_URL}${path}`, {
      ...init,
      headers: {
        ...Object.fromEntries(new Headers(init.headers)),
        'x-forwarded-for': `198.51.100.${address}`,
      },
    }),
  );
  desk = await new DeskClient(app).signIn(emailOf('bib'), PASSWORD);
  const { organisationId } = staffed.organisations.bib;
  const answer = await desk.post('/api/activities', {
    organisationId,
    title: 'Jeugdboekenweek',
    place: 'Bibliotheek',
    points: 1,
    limit: { volume: 1, period: 'DAY' },
    marginBeforeMin: null,
    marginAfterMin: null,
    occurrences: [{ startsAt: clock.now() - 3_600_000, endsAt: clock.now() + 3_600_000 }],
  });
  activityId = (answer.body as { activityId: string }).activityId;
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await server.close();
});
beforeEach(() => {
  address++;
  db = freshDb();
});

async function makeCode(): Promise<string> {
  const { organisationId } = staffed.organisations.bib;
  const answer = await desk.post('/api/enrol-links', { organisationId, activityIds: [activityId] });
  return EnrolLink.parse(answer.body).code;
}

const ask = (code: string, post = postEnrol) =>
  requestEnrolment(
    db,
    clock,
    { code, name: 'Inkom links', platform: 'Android', appVersion: 'test' },
    { post },
  );

async function waitingDevice() {
  const asked = await ask(await makeCode());
  if (!asked.ok) throw new Error(asked.why);
  return asked.device;
}

const decide = (deviceId: string, how: 'approve' | 'refuse', body: unknown = {}) =>
  desk.post(`/api/devices/${deviceId}/${how}`, body);

describe('enrolling', () => {
  it('shows the words that the coordinator sees, and gives nothing before the yes', async () => {
    const device = await waitingDevice();
    expect(await readStanding(db, trace)).toMatchObject({ kind: 'waiting', device: { id: device.id } });
    expect(device).toMatchObject({
      organisationName: 'Bibliotheek Ieper',
      activityTitles: ['Jeugdboekenweek'],
    });
    const { devices } = DeviceList.parse((await desk.get('/api/devices')).body);
    expect(devices.find(({ deviceId }) => deviceId === device.id)?.words).toEqual([...wordsOf(device)]);

    expect(await askApproval(device, transport, clock)).toBe('pending');
    const early = await testPhone({ db, device, clock, transport });
    await early.sync.exchange();
    expect(early.sync.status()).toMatchObject({ reach: 'offline', failure: { status: 403 } });
    expect(await db.activities.count()).toBe(0);

    expect((await decide(device.id, 'approve', { words: wordsOf(device) })).status).toBe(200);
    expect(await askApproval(device, transport, clock)).toBe('active');
    const settled = await settleEnrolment(db, trace, device, 'active');
    const phone = await testPhone({ db, device: settled, clock, transport });
    await phone.sync.drain();
    expect(await db.activities.toArray()).toMatchObject([{ activityId }]);
    expect(await readStanding(db, trace)).toMatchObject({ kind: 'enrolled' });
  });

  it('hears a no', async () => {
    const device = await waitingDevice();
    await decide(device.id, 'refuse');
    expect(await askApproval(device, transport, clock)).toBe('refused');
    await settleEnrolment(db, trace, device, 'refused');
    expect(await readStanding(db, testTrace())).toEqual({ kind: 'none' });
  });

  it('says what is wrong with a code', async () => {
    expect(await ask('hallo')).toEqual({ ok: false, why: 'refused', code: 'enrol-code-malformed' });
    expect(await ask('2222-2222')).toEqual({ ok: false, why: 'refused', code: 'enrol-code-unknown' });
    const code = await makeCode();
    await ask(code);
    db = freshDb();
    expect(await ask(code)).toEqual({ ok: false, why: 'refused', code: 'enrol-code-used' });
  });

  it('asks again with the same key when the answer was lost: the code is not wasted', async () => {
    const code = await makeCode();
    const lost = await ask(code, async (body) => {
      await postEnrol(body);
      throw new Unreachable('time-out');
    });
    expect(lost).toEqual({ ok: false, why: 'unreachable' });
    expect(await ask(code)).toMatchObject({ ok: true });
  });

  it('believes no approval and no refusal that the server did not sign', async () => {
    const device = await waitingDevice();
    for (const state of ['active', 'refused', 'revoked'])
      expect(
        await askApproval(
          device,
          { post: () => Promise.resolve({ status: 200, text: `{"state":"${state}"}`, signature: null }) },
          clock,
        ),
      ).toBeUndefined();
  });

  it('makes the former device of this phone leave, but keeps what it owes', async () => {
    const first = await waitingDevice();
    await settleEnrolment(db, trace, first, 'active');
    const second = await waitingDevice();
    // Until the coordinator says yes it goes on as it was.
    expect(await readStanding(db, trace)).toMatchObject({
      kind: 'enrolled',
      device: { id: first.id },
      next: { id: second.id },
    });
    await settleEnrolment(db, trace, second, 'active');
    expect(await readStanding(db, trace)).toMatchObject({ kind: 'enrolled', device: { id: second.id } });
    expect(await db.devices.get(first.id)).toMatchObject({ state: 'left' });
  });
});
