import { describe, expect, it, vi } from 'vitest';
import { newId } from '../../../src/lib/ids.ts';
import { findDebtors, leaveDevice, readStanding } from '../../../src/lib/session/open-session.ts';
import { checkIn } from '../../../src/lib/checkins/check-in.ts';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import {
  enrolledDevice,
  freshDb,
  offerRoster,
  reading,
  rosterFile,
  testPhone,
  testPolicy,
  testTrace,
} from '../../_support/phone-in-test.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

const NUMBER = makeUitpasNumber('09000109591', '0');

async function scannedPhone() {
  const trace = testTrace();
  const policy = testPolicy();
  const file = rosterFile([{ number: NUMBER }]);
  const phone = await testPhone({
    trace,
    policies: [policy],
    download: () => Promise.resolve({ bytes: file, etag: null }),
  });
  await offerRoster(phone);
  await checkIn(phone, reading(NUMBER), { activityId: policy.activityId, way: 'camera' });
  return { phone, trace };
}

describe('what a phone is at start', () => {
  it('is nobody before it is enrolled', async () => {
    expect(await readStanding(freshDb(), testTrace())).toEqual({ kind: 'none' });
  });

  it('is the device that it was', async () => {
    const { phone, trace } = await scannedPhone();
    expect(await readStanding(phone.db, trace)).toMatchObject({
      kind: 'enrolled',
      device: { id: phone.device.id },
    });
  });

  it('knows that the browser threw its database away, and up to which number it wrote', async () => {
    const { phone, trace } = await scannedPhone();
    await phone.db.delete();
    expect(await readStanding(freshDb(), trace)).toEqual({
      kind: 'lost',
      known: { device: phone.device.id, seq: 1 },
    });
  });

  it('does not go on from an old copy of its database: its numbers would be used twice', async () => {
    const { phone, trace } = await scannedPhone();
    await phone.db.chains.update(phone.device.id, { seq: 0 });
    expect(await readStanding(phone.db, trace)).toMatchObject({ kind: 'lost', known: { seq: 1 } });
  });

  it('is revoked until it is enrolled anew', async () => {
    const { phone, trace } = await scannedPhone();
    await phone.db.devices.update(phone.device.id, { state: 'revoked' });
    expect(await readStanding(phone.db, trace)).toMatchObject({ kind: 'revoked' });
  });
});

describe('signing out', () => {
  it('takes the roster and what it knew of others away, and keeps what the server lacks', async () => {
    const { phone, trace } = await scannedPhone();
    await phone.db.phones.put({ id: newId(), name: 'Inkom 2' });
    expect(await phone.db.blobs.get('roster')).toBeDefined();
    await leaveDevice(phone.db, trace);
    expect(await readStanding(phone.db, trace)).toEqual({ kind: 'none' });
    for (const table of ['blobs', 'visits', 'activities', 'phones'] as const)
      expect(await phone.db[table].count(), table).toBe(0);
    expect(await findDebtors(phone.db, undefined)).toMatchObject([{ id: phone.device.id }]);

    const next = await enrolledDevice(phone.db);
    expect(await findDebtors(phone.db, next.id)).toMatchObject([{ id: phone.device.id }]);
    // Also when the server has all of it: one restored from a backup asks again, until the rows are pruned.
    await phone.db.outbox.toCollection().modify({ state: 'settled' });
    expect(await findDebtors(phone.db, next.id)).toHaveLength(1);
    await phone.db.outbox.clear();
    expect(await findDebtors(phone.db, next.id)).toEqual([]);
  });

  it('goes on for what it carries of other phones, unless it is again a phone of that region', async () => {
    const { phone, trace } = await scannedPhone();
    await phone.db.outbox.clear();
    const { id: device, region, name } = phone.device;
    const head = { region, device: newId(), name, count: 1, from: 1, to: 1, madeAt: 1, key: 'k' };
    const carried = { key: 'carried-1', head, keptAt: 1 } as const;
    await phone.db.blobs.put({ ...carried, bytes: new Uint8Array(3) });
    await leaveDevice(phone.db, trace);
    expect(await findDebtors(phone.db, undefined)).toMatchObject([{ id: device }]);

    const next = await enrolledDevice(phone.db);
    expect(await findDebtors(phone.db, next.id)).toEqual([]);
    await phone.db.devices.update(next.id, { region: 'oostende' });
    expect(await findDebtors(phone.db, next.id)).toMatchObject([{ id: device }]);
    await phone.db.blobs.put({ ...carried, settledAt: 2 });
    expect(await findDebtors(phone.db, next.id)).toEqual([]);
  });
});
