import { describe, expect, it, vi } from 'vitest';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { limits } from '#domain/kernel/limits.ts';
import { loadRoster, type RosterDownload } from '../../../src/lib/cards/roster-store.ts';
import type { Phone } from '../../../src/lib/session/phone.ts';
import { offerRoster, rosterFile, testClock, testPhone, TEST_NOW } from '../../_support/phone-in-test.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

const NUMBER = makeUitpasNumber('09000109591', '0');
const FILE = rosterFile([{ number: NUMBER }]);

async function phoneWith(file: Uint8Array<ArrayBuffer>, clock = testClock()): Promise<Phone> {
  const phone = await testPhone({ clock, download: () => Promise.resolve({ bytes: file, etag: '"3"' }) });
  await offerRoster(phone);
  return phone;
}

describe('the roster on the phone', () => {
  it('lies sealed on the disk and is read again at the next start', async () => {
    const phone = await phoneWith(FILE);
    expect(phone.roster()?.header).toMatchObject({ rosterId: 'r1', version: 3, cardCount: 1 });
    const blob = await phone.db.blobs.get('roster');
    if (blob?.key !== 'roster') throw new Error('no roster on the disk');
    const onDisk = Buffer.from(blob.sealed.bytes);
    expect(onDisk.includes('SBR1')).toBe(false);
    expect(onDisk.includes('rosterId')).toBe(false);
    expect((await loadRoster(phone.db, phone.device, TEST_NOW))?.header.version).toBe(3);
  });

  it('is not fetched again when it is the offered one, and says its ETag when another is offered', async () => {
    const asked: (string | null)[] = [];
    const download: RosterDownload = (_url, _token, etag) => {
      asked.push(etag);
      return Promise.resolve(asked.length === 1 ? { bytes: FILE, etag: '"3"' } : 'unchanged');
    };
    const phone = await testPhone({ download });
    await offerRoster(phone);
    await phone.refreshRoster();
    expect(asked).toEqual([null]);
    await phone.db.contacts.update(phone.device.id, {
      rosterOffer: { id: 'r1', version: 4, url: '/roster', expiresAt: TEST_NOW },
    });
    await phone.refreshRoster();
    expect(asked).toEqual([null, '"3"']);
    expect(phone.roster()?.header.version).toBe(3);
  });

  it('refuses a damaged file, one of another roster and a sign-in page, and keeps what it had', async () => {
    const wrong = [FILE.slice(0, -1), new TextEncoder().encode('<!doctype html>'), new Uint8Array()];
    let next = 0;
    const phone = await testPhone({
      download: () => Promise.resolve({ bytes: next === 0 ? FILE : (wrong[next - 1] ?? FILE), etag: null }),
    });
    await offerRoster(phone);
    for (next = 1; next <= wrong.length; next++) {
      await phone.db.contacts.update(phone.device.id, {
        rosterOffer: { id: 'r1', version: 3 + next, url: '/roster', expiresAt: TEST_NOW },
      });
      await phone.refreshRoster();
      expect(phone.roster()?.header.version).toBe(3);
    }
    await phone.db.contacts.update(phone.device.id, {
      rosterOffer: { id: 'r2', version: 9, url: '/roster', expiresAt: TEST_NOW },
    });
    await phone.refreshRoster();
    expect(phone.roster()?.header.rosterId).toBe('r1');
  });

  it('is wiped when its time is over, in memory and on the disk', async () => {
    const clock = testClock();
    const phone = await phoneWith(FILE, clock);
    clock.advance(12 * 3_600_000 - 1);
    expect(phone.roster()).toBeDefined();
    clock.advance(1);
    expect(phone.roster()).toBeUndefined();
    expect(phone.rosterExpired()).toBe(true);
    expect(await loadRoster(phone.db, phone.device, clock.now())).toBeUndefined();
    expect(await phone.db.blobs.get('roster')).toBeUndefined();
  });

  it('never lives longer than 72 hours, whatever the file says', async () => {
    const clock = testClock();
    const phone = await phoneWith(
      rosterFile([{ number: NUMBER }], TEST_NOW, TEST_NOW + 10 * 86_400_000),
      clock,
    );
    clock.advance(limits.rosterMaxAgeMs - 1);
    expect(phone.roster()).toBeDefined();
    clock.advance(1);
    expect(phone.roster()).toBeUndefined();
  });

  it('cannot be read with the key of another enrolment', async () => {
    const phone = await phoneWith(FILE);
    const other = await testPhone();
    expect(
      await loadRoster(phone.db, { ...phone.device, storageKey: other.device.storageKey }, TEST_NOW),
    ).toBeUndefined();
    expect(await phone.db.blobs.get('roster')).toBeUndefined();
  });

  it('takes the place of another roster: visits under the old key go, and are asked for again', async () => {
    const phone = await testPhone({ download: () => Promise.resolve({ bytes: FILE, etag: null }) });
    await phone.db.visits.put({
      commandId: 'c',
      activityId: 'a',
      fingerprint: 'f',
      rosterId: 'older',
      at: 0,
      device: 'd',
      counts: 1,
    });
    await offerRoster(phone);
    expect(await phone.db.visits.count()).toBe(0);
    expect((await phone.db.contacts.get(phone.device.id))?.cursor).toBeNull();
  });
});
