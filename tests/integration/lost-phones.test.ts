// Phones that were lost or replaced, and a database that was put back: what the desk sees of it, and what a phone is told.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeskDevice, DeviceList, EnrolLink, type DeskActivity } from '#domain/desk-api.ts';
import { EnrolResponse } from '#domain/sync/exchange.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { TestPhone } from '#tests/_support/test-phone.ts';

/** Of today: how old a sign-in is, is measured with the real clock. */
const NOW = Date.now();
const MINUTE_MS = 60_000;

let world: DeskWorld;
let activity: DeskActivity;
let phone: TestPhone;

beforeEach(async () => {
  world = await openDeskWorld(NOW);
  activity = await world.activity();
  phone = await world.phone([activity.activityId], 'Inkom 1');
});
afterEach(() => world.close());

async function scan(count: number, by = phone): Promise<void> {
  for (let i = 0; i < count; i++)
    by.checkIn({ activityId: activity.activityId, number: (await world.card()).number }, NOW - MINUTE_MS);
}

const list = async (): Promise<DeviceList> => DeviceList.parse((await world.bib.get('/api/devices')).body);
const deviceOf = async (id = phone.id): Promise<DeskDevice | undefined> =>
  (await list()).devices.find(({ deviceId }) => deviceId === id);

async function enrolWith(link: EnrolLink, over: Record<string, unknown> = {}): Promise<EnrolResponse> {
  const answer = await world.bib.post('/api/enrol', {
    protocol: 1,
    code: link.code,
    publicKey: new TestPhone().publicKey,
    name: 'Inkom 2',
    platform: 'test',
    appVersion: 'test',
    ...over,
  });
  return EnrolResponse.parse(answer.body);
}

const makeLink = (over: Record<string, unknown> = {}, organisationId = activity.organisationId) =>
  world.bib.post('/api/enrol-links', { organisationId, activityIds: [activity.activityId], ...over });

describe('a lost phone', () => {
  it('is revoked in one act, says what arrived, and keeps what it owes in view', async () => {
    await scan(3);
    const { body, signature } = phone.request([phone.run(1, 2)]);
    await world.app.request('/api/sync', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'streekbalie-signature': signature },
      body,
    });
    expect(await deviceOf()).toMatchObject({ inCustody: 2, owed: [[3, 3]], lostAt: null });

    const answer = await world.bib.post(`/api/devices/${phone.id}/lost`, {});
    expect(DeskDevice.parse(answer.body)).toMatchObject({
      state: 'revoked',
      lostAt: NOW,
      inCustody: 2,
      owed: [[3, 3]],
    });
    expect(await world.sync(phone, 3)).toMatchObject({ state: 'revoked', wipe: true });
    expect(await deviceOf()).toMatchObject({ inCustody: 3, owed: [], quarantined: 1 });
    const { rows } = await world.context.pool.query(
      `select action from audit_entry where subject = $1 order by at`,
      [`device:${phone.id}`],
    );
    expect(rows).toContainEqual({ action: 'phone-lost' });
  });

  it('may have been unlinked before, and is lost only once', async () => {
    await world.bib.post(`/api/devices/${phone.id}/revoke`, {});
    await world.bib.post(`/api/devices/${phone.id}/lost`, {});
    world.setNow(NOW + MINUTE_MS);
    await world.bib.post(`/api/devices/${phone.id}/lost`, {});
    expect(await deviceOf()).toMatchObject({ state: 'revoked', lostAt: NOW });
  });
});

describe('a phone in the place of another', () => {
  it('is a new device that names it, by the link of the coordinator', async () => {
    await scan(2);
    await world.sync(phone);
    const link = EnrolLink.parse((await makeLink({ replaces: phone.id })).body);
    const enrolled = await enrolWith(link);
    expect(enrolled.replaced).toEqual({ device: phone.id, name: 'Inkom 1', inCustody: 2 });
    expect(enrolled.device).not.toBe(phone.id);
    expect(await deviceOf(enrolled.device)).toMatchObject({ replaces: phone.id, inCustody: 0 });
  });

  it('that lost its storage hears up to which number the server has its scans', async () => {
    await scan(2);
    await world.sync(phone);
    const link = EnrolLink.parse((await makeLink()).body);
    expect((await enrolWith(link, { replaces: phone.id })).replaced).toMatchObject({ inCustody: 2 });
  });

  it('is none of another organisation', async () => {
    const { pool } = world.staffed.organisations;
    const link = await makeLink({ replaces: crypto.randomUUID() });
    expect(link).toMatchObject({ status: 404, code: 'not-found' });
    await world.context.db
      .updateTable('device')
      .set({ organisation_id: pool.organisationId })
      .where('device_id', '=', phone.id)
      .execute();
    expect(await makeLink({ replaces: phone.id })).toMatchObject({ status: 404 });
    const plain = EnrolLink.parse((await makeLink()).body);
    expect((await enrolWith(plain, { replaces: phone.id })).replaced).toBeUndefined();
  });
});

describe('a database that was put back', () => {
  it('says which phones have been here since, and what they sent again', async () => {
    const silent = await world.phone([activity.activityId], 'Inkom 3');
    await world.sync(phone);
    await world.sync(silent);
    expect((await list()).restored).toBeNull();

    await scan(2);
    const at = NOW + 5 * MINUTE_MS;
    await world.context.db
      .updateTable('region')
      .set({ restored_at: at, restored_from: NOW - 60 * MINUTE_MS })
      .where('region_id', '=', 1)
      .execute();
    world.setNow(at + MINUTE_MS);
    await world.sync(phone);
    phone.checkIn({ activityId: activity.activityId, number: (await world.card()).number }, at + 1);
    await world.sync(phone, 3);
    expect((await list()).restored).toEqual({
      at,
      from: NOW - 60 * MINUTE_MS,
      phones: 2,
      heard: 1,
      awaited: [{ deviceId: silent.id, name: 'Inkom 3', lastSeenAt: NOW }],
      again: 2,
    });
    await world.sync(silent);
    expect((await list()).restored).toMatchObject({ heard: 2, awaited: [] });
    await world.context.db
      .updateTable('region')
      .set({ restored_at: NOW - 15 * 24 * 60 * MINUTE_MS })
      .execute();
    expect((await list()).restored).toBeNull();
  });
});
