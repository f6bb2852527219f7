// The phone's own code against the real server code on real PostgreSQL; only the network between them is a test's.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { SyncRequest } from '#domain/sync/exchange.ts';
import { fetchEvents } from '../../../src/lib/api.ts';
import { chance, newId } from '../../../src/lib/ids.ts';
import { followChanges } from '../../../src/lib/sync/follow-changes.ts';
import { dispatch } from '../../../src/lib/sync/dispatch.ts';
import { checkIn } from '../../../src/lib/checkins/check-in.ts';
import { findDebtors, leaveDevice } from '../../../src/lib/session/open-session.ts';
import { listScans, summariseShift } from '../../../src/lib/checkins/scan-list.ts';
import { undoScan } from '../../../src/lib/checkins/undo-scan.ts';
import type { CommandState } from '../../../src/lib/db/phone-db.ts';
import type { Phone } from '../../../src/lib/session/phone.ts';
import { reading, testClock, type TestClock } from '#tests/_support/phone-in-test.ts';
import { EVENING } from '#tests/_support/region.ts';
import {
  answerLost,
  captivePortal,
  fair,
  noNetwork,
  proxy401,
  serverForPhones,
  type ServerForPhones,
  type Weather,
} from '#tests/_support/server-for-phones.ts';

const WAIT = { timeout: 20_000, interval: 50 };
let clock: TestClock;
let server: ServerForPhones;
let activityId: string;
let phone: Phone;

beforeEach(async () => {
  clock = testClock(EVENING);
  server = await serverForPhones(clock);
  activityId = await server.region.activity();
  phone = await server.enrolPhone('Inkom 1', [activityId], clock);
  await phone.sync.drain();
  expect(phone.sync.status()).toMatchObject({ reach: 'online', failure: undefined });
});
afterEach(async () => {
  const broken = await server.region.brokenLaws();
  await server.close();
  expect(broken).toEqual([]);
});

async function scan(number: UitpasNumber, by = phone): Promise<string> {
  clock.advance(1_000);
  const result = await checkIn(by, reading(number), { activityId, way: 'camera' });
  if (result.kind !== 'scanned') throw new Error(`not scanned: ${result.kind}`);
  return result.commandId;
}

const states = async (of = phone): Promise<CommandState[]> =>
  (await of.db.outbox.toArray()).map(({ state }) => state);

const ruled = async (commandId: string, of = phone): Promise<string> => {
  const ruling = (await of.db.scans.get(commandId))?.ruling;
  return ruling ? [ruling.outcome, ruling.code].filter(Boolean).join(':') : 'unruled';
};

const stored = async (): Promise<number> =>
  (await server.region.db.selectFrom('command').select('command_id').execute()).length;

/** What the phone sent, which it wrote itself. */
const requests = (from = 0): SyncRequest[] =>
  server.messages.slice(from).map(({ body }) => JSON.parse(body) as SyncRequest);

/** An undo of a scan that nobody made: a command as good as any. */
async function writeSomething(): Promise<void> {
  const saved = await dispatch(phone, 'undo-check-in', { target: newId() }, () =>
    Promise.resolve({
      write: true,
      result: undefined,
      grounds: { verdictShown: null, activityVersion: null, rosterVersion: null },
      apply: () => Promise.resolve(),
    }),
  );
  if (!saved.ok) throw new Error(saved.error.why);
  await saved.value.signed;
}

describe('a sync', () => {
  it('brings scans to the ledger and rulings back, and settles both', async () => {
    const { number, passholderId } = await server.region.card();
    const first = await scan(number);
    clock.advance(6_000);
    const second = await scan(number);
    await phone.sync.drain();
    expect(await states()).toEqual(['settled', 'settled']);
    expect(await ruled(first)).toBe('accepted');
    expect(await ruled(second)).toBe('duplicate');
    expect(await server.region.balance(passholderId)).toBe(1);
    const [latest] = await listScans(phone, activityId, 0);
    expect(latest).toMatchObject({ life: 'ruled', already: true, look: undefined, earlier: { here: true } });
    expect(phone.sync.status()).toMatchObject({ reach: 'online', unsent: 0, alarm: undefined });
  });

  it('keeps activities, names of phones and a token', async () => {
    expect(await phone.db.activities.toArray()).toMatchObject([{ activityId, title: 'Jeugdboekenweek' }]);
    expect(await phone.db.devices.get(phone.device.id)).toMatchObject({ name: 'Inkom 1' });
    expect((await phone.db.contacts.get(phone.device.id))?.token?.value).toMatch(/^[\w-]{20,}$/);
  });

  it('fetches the roster of the server, and knows from then on who is who', async () => {
    const known = await server.region.card();
    const blocked = await server.region.card({ state: 'blocked' });
    await phone.sync.drain();
    await phone.refreshRoster();
    expect(phone.roster()?.header.cardCount).toBe(2);
    const verdicts: string[] = [];
    for (const number of [known.number, blocked.number, makeUitpasNumber('08000109593', '1')]) {
      const result = await checkIn(phone, reading(number), { activityId, way: 'camera' });
      verdicts.push(result.kind === 'scanned' ? result.verdict : result.kind);
    }
    expect(verdicts).toEqual(['saved', 'refused', 'noted']);
    await phone.sync.drain();
    const rulings = (await phone.db.scans.orderBy('[device+seq]').toArray()).map(({ ruling }) => ruling);
    expect(rulings).toMatchObject([
      { outcome: 'accepted' },
      { outcome: 'refused', code: 'card-blocked' },
      { outcome: 'accepted-with-note', code: 'foreign' },
    ]);
  });

  it('knows at once a visit of this evening on another phone', async () => {
    const { number } = await server.region.card();
    const other = await server.enrolPhone('Inkom 2', [activityId], clock);
    for (const each of [phone, other]) {
      await each.sync.drain();
      await each.refreshRoster();
    }
    await scan(number, other);
    await other.sync.drain();
    // The feed holds a visit back while any older transaction runs on the server.
    await vi.waitFor(async () => {
      await phone.sync.drain();
      expect(await phone.db.visits.count()).toBe(1);
    }, WAIT);
    clock.advance(60_000);
    const result = await checkIn(phone, reading(number), { activityId, way: 'camera' });
    expect(result).toMatchObject({
      verdict: 'attention',
      earlier: { at: EVENING + 1_000, here: false, deviceName: 'Inkom 2' },
    });
  });

  it('names at the end of a shift the phones that still owe commands, or fell silent', async () => {
    const other = await server.enrolPhone('Inkom 2', [activityId], clock);
    await other.sync.drain();
    await phone.sync.drain();
    expect(await summariseShift(phone, activityId, 0)).toMatchObject({ unsent: 0, owing: [] });
    const { id } = other.device;
    const lastSeenAt = clock.now();
    await server.region.db.updateTable('device').set({ head_seq: 3 }).where('device_id', '=', id).execute();
    await phone.sync.drain();
    expect(await summariseShift(phone, activityId, 0)).toMatchObject({
      owing: [{ device: id, name: 'Inkom 2', atLeast: 3, lastSeenAt }],
      owingAt: clock.now(),
    });
    await server.region.db.updateTable('device').set({ head_seq: 0 }).where('device_id', '=', id).execute();
    clock.advance(10 * 60_000);
    await phone.sync.drain();
    expect((await summariseShift(phone, activityId, 0)).owing).toMatchObject([{ atLeast: 0, lastSeenAt }]);
  });

  it('hears at once that another phone scanned', async () => {
    const other = await server.enrolPhone('Inkom 2', [activityId], clock);
    await other.sync.drain();
    await phone.sync.drain();
    let hints = 0;
    const following = followChanges({
      open: (token, signal) => fetchEvents('/api/sync/stream', token, signal),
      token: async () => (await phone.db.contacts.get(phone.device.id))?.token?.value,
      onChanged: () => hints++,
      clock,
      chance,
    });
    await vi.waitFor(async () => {
      // Until the stream is open nobody hears anything.
      await scan((await server.region.card()).number, other);
      await other.sync.drain();
      expect(hints).toBeGreaterThan(0);
    }, WAIT);
    await vi.waitFor(async () => {
      await phone.sync.drain();
      expect(await phone.db.visits.count()).toBe(await other.db.scans.count());
    }, WAIT);
    following.stop();
  });

  it('goes by the name that the coordinator gave it', async () => {
    await server.region.db.updateTable('device').set({ name: 'Achterdeur' }).execute();
    await phone.sync.drain();
    expect(phone.name()).toBe('Achterdeur');
  });

  it('sends what a former device of this phone owes, with the key of that device', async () => {
    const { number, passholderId } = await server.region.card();
    await scan(number);
    await leaveDevice(phone.db, phone.trace);
    expect(await findDebtors(phone.db, undefined)).toMatchObject([{ id: phone.device.id }]);
    await phone.sync.drain();
    expect(phone.sync.status()).toMatchObject({ failure: undefined, unsent: 0 });
    expect(await server.region.balance(passholderId)).toBe(1);
  });

  it('sends a backlog in batches, in order, with one run and one signature each', async () => {
    for (let i = 0; i < 1_200; i++) await writeSomething();
    const before = server.messages.length;
    await phone.sync.drain();
    expect((await states()).filter((state) => state === 'unsent')).toEqual([]);
    expect(
      requests(before).map(({ runs }) => runs.map(({ fromSeq, commands }) => [fromSeq, commands.length])),
    ).toEqual([[[1, 500]], [[501, 500]], [[1001, 200]]]);
    expect(await stored()).toBe(1_200);
  });

  it('takes back an undone scan: the point goes, the next scan counts', async () => {
    const { number, passholderId } = await server.region.card();
    const first = await scan(number);
    await undoScan(phone, first);
    const second = await scan(number);
    await phone.sync.drain();
    expect(await ruled(first)).toBe('refused:undone');
    expect(await ruled(second)).toBe('accepted');
    expect(await server.region.balance(passholderId)).toBe(1);
  });

  it('follows when another phone was earlier: the ruling changes, the volunteer is told', async () => {
    const { number, passholderId } = await server.region.card();
    const other = await server.enrolPhone('Inkom 2', [activityId], clock);
    await other.sync.drain();
    const early = await scan(number, other);
    clock.advance(60_000);
    const late = await scan(number);
    await phone.sync.drain();
    expect(await ruled(late)).toBe('accepted');
    await other.sync.drain();
    expect(await ruled(early, other)).toBe('accepted');
    await vi.waitFor(async () => {
      await phone.sync.drain();
      expect(await ruled(late)).toBe('duplicate');
    }, WAIT);
    expect(await server.region.balance(passholderId)).toBe(1);
    const [item] = await listScans(phone, activityId, 0);
    expect(item).toMatchObject({
      verdict: 'attention',
      changed: true,
      earlier: { at: EVENING + 1_000, here: false, deviceName: 'Inkom 2' },
    });
  });
});

describe('an answer that does not count', () => {
  const weathers: Record<string, Weather> = {
    'no network': noNetwork,
    'a captive portal': captivePortal,
    'a 401 of a proxy': proxy401,
    'an answer without a signature': async (_m, deliver) => ({ ...(await deliver()), signature: null }),
    'an answer changed on the way': async (_m, deliver) => {
      const answer = await deliver();
      return { ...answer, text: answer.text.replace('"wipe":false', '"wipe":true ') };
    },
    'half an answer': async (_m, deliver) => {
      const answer = await deliver();
      return { ...answer, text: answer.text.slice(0, 200) };
    },
    'an answer that is lost': answerLost,
  };
  it.each(Object.entries(weathers))('%s changes nothing', async (_name, weather) => {
    const { number, passholderId } = await server.region.card();
    const commandId = await scan(number);
    const contact = await phone.db.contacts.get(phone.device.id);
    const before = JSON.stringify([await phone.db.scans.toArray(), await phone.db.activities.toArray()]);
    server.weather = weather;
    await phone.sync.drain();
    expect(await states()).toEqual(['unsent']);
    expect(JSON.stringify([await phone.db.scans.toArray(), await phone.db.activities.toArray()])).toBe(
      before,
    );
    expect(await phone.db.contacts.get(phone.device.id)).toEqual({
      ...contact,
      requestNo: (contact?.requestNo ?? 0) + 1,
    });
    expect(phone.sync.status()).toMatchObject({ reach: 'offline', unsent: 1, deviceState: 'active' });

    server.weather = fair;
    await phone.sync.drain();
    expect(await states()).toEqual(['settled']);
    expect(await ruled(commandId)).toBe('accepted');
    expect(await server.region.balance(passholderId)).toBe(1);
    expect(await stored()).toBe(1);
  });

  it('plays no old answer again', async () => {
    const { number } = await server.region.card();
    let first: Awaited<ReturnType<Weather>> | undefined;
    server.weather = async (_message, deliver) => (first ??= await deliver());
    await phone.sync.drain();
    await scan(number);
    await phone.sync.drain();
    expect(await states()).toEqual(['unsent']);
    expect(phone.sync.status().failure).toEqual({ why: 'unknown-answer' });
  });

  it('believes no answer that was signed for another phone', async () => {
    const other = await server.enrolPhone('Inkom 2', [activityId], clock);
    let theirs: Awaited<ReturnType<Weather>> | undefined;
    server.weather = async (_message, deliver) => (theirs = await deliver());
    await other.sync.drain();
    server.weather = () => (theirs ? Promise.resolve(theirs) : noNetworkNow());
    await phone.sync.drain();
    expect(phone.sync.status().failure).toMatchObject({ why: 'not-our-server' });
  });

  it('moves nothing on a receipt with another hash', async () => {
    const { number } = await server.region.card();
    await scan(number);
    await phone.db.outbox.toCollection().modify({ hash: 'A'.repeat(43) });
    await phone.sync.drain();
    expect(await states()).toEqual(['unsent']);
    expect(phone.sync.status().alarm).toBe('differs');
  });
});

const noNetworkNow = (): Promise<never> => Promise.reject(new Error('no answer was kept'));

describe('trouble on the server', () => {
  it('gets again what a restored backup lacks', async () => {
    const { number, passholderId } = await server.region.card();
    await scan(number);
    await phone.sync.drain();
    const other = await server.region.card();
    const backup = await server.takeBackup();
    await scan(other.number);
    await phone.sync.drain();
    expect(await states()).toEqual(['settled', 'settled']);
    await server.restore(backup);
    expect(await stored()).toBe(1);
    await phone.sync.drain();
    expect(await states()).toEqual(['settled', 'settled']);
    expect(await stored()).toBe(2);
    expect(await server.region.balance(passholderId)).toBe(1);
    expect(await server.region.balance(other.passholderId)).toBe(1);
  });

  it('hears the ruling that a late copy of its request got from a restored server', async () => {
    const { number } = await server.region.card();
    const backup = await server.takeBackup();
    const commandId = await scan(number);
    let late: (() => Promise<unknown>) | undefined;
    server.weather = (_message, deliver) => {
      late ??= deliver;
      return deliver();
    };
    await server.region.db
      .updateTable('device')
      .set({ state: 'revoked', revoked_at: EVENING, revoked_after_seq: 0 })
      .execute();
    await phone.sync.drain();
    expect(await ruled(commandId)).toBe('quarantined:device-revoked');

    await server.restore(backup);
    clock.advance(60_000);
    await late?.();
    clock.advance(60_000);
    await phone.sync.drain();
    expect(await ruled(commandId)).toBe('accepted');
  });

  it('sends a thousand scans although its token lapsed long ago, and gets a new one', async () => {
    server.weather = noNetwork;
    const numbers = await server.region.cards(1_000);
    for (const number of numbers) await scan(number);
    clock.advance(3 * limits.accessTokenMs);
    const before = await phone.db.contacts.get(phone.device.id);
    expect(before?.token?.usableUntil).toBeLessThan(clock.now());
    expect(await states()).toEqual(Array<CommandState>(1_000).fill('unsent'));
    server.weather = fair;
    await phone.sync.drain();
    expect(await states()).toEqual(Array<CommandState>(1_000).fill('settled'));
    expect(await stored()).toBe(1_000);
    const after = await phone.db.contacts.get(phone.device.id);
    expect(after?.token?.usableUntil).toBeGreaterThan(clock.now());
    expect(phone.sync.status()).toMatchObject({ unsent: 0, alarm: undefined });
  }, 120_000);

  it('revokes and wipes by a signed answer only, and still takes what the phone owes, into quarantine', async () => {
    const { number } = await server.region.card();
    const commandId = await scan(number);
    await server.region.db
      .updateTable('device')
      .set({ state: 'revoked', revoked_at: EVENING, revoked_after_seq: 0 })
      .execute();
    await phone.sync.drain();
    expect(await states()).toEqual(['settled']);
    expect(await ruled(commandId)).toBe('quarantined:device-revoked');
    expect(await phone.db.activities.count()).toBe(0);
    expect(phone.sync.status().deviceState).toBe('revoked');
    clock.advance(6_000);
    expect(await checkIn(phone, reading(number), { activityId, way: 'camera' })).toMatchObject({
      kind: 'not-saved',
      why: 'no-device',
    });
  });

  it('goes on after the server changed its signing key, also when this phone slept through two changes', async () => {
    server.rotateKey();
    server.rotateKey();
    await phone.sync.drain();
    expect(phone.sync.status().reach).toBe('online');
    const { number } = await server.region.card();
    const commandId = await scan(number);
    await phone.sync.drain();
    expect(await ruled(commandId)).toBe('accepted');
  });

  it('sends signatures for each command when the newest one fails', async () => {
    await writeSomething();
    await writeSomething();
    // Damaged on the phone; that of the other is good.
    await phone.db.outbox.update([phone.device.id, 2], { signature: 'A'.repeat(86) });
    await phone.sync.drain();
    const signed = requests().flatMap(({ runs }) => runs.flatMap(({ signatures }) => signatures ?? []));
    expect(signed).toHaveLength(2);
    expect((await states()).includes('unsent')).toBe(false);
  });
});
