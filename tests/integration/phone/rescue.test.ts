// Unsent scans that travel by another way than their phone's own sync: a file to the desk, another phone that carries it.
// The phone's own code against the real server on real PostgreSQL (docs/adr/012).
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { limits } from '#domain/kernel/limits.ts';
import { readRescue } from '#domain/sync/rescue.ts';
import { sha256 } from '#server/devices/device-signatures.ts';
import { checkIn } from '../../../src/lib/checkins/check-in.ts';
import { undoScan } from '../../../src/lib/checkins/undo-scan.ts';
import { makeDeviceKeys } from '../../../src/lib/db/device-keys.ts';
import { deliverCarried, keepCarried, listCarried } from '../../../src/lib/rescue/carried.ts';
import { listUnsent, makeRescue, type Rescue } from '../../../src/lib/rescue/make-rescue.ts';
import { leaveDevice } from '../../../src/lib/session/open-session.ts';
import type { Phone } from '../../../src/lib/session/phone.ts';
import { reading, testClock, type TestClock } from '#tests/_support/phone-in-test.ts';
import { EVENING } from '#tests/_support/region.ts';
import {
  answerLost,
  captivePortal,
  fair,
  noNetwork,
  serverForPhones,
  type ServerForPhones,
} from '#tests/_support/server-for-phones.ts';

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
  server.weather = noNetwork;
});
afterEach(async () => {
  const broken = await server.region.brokenLaws();
  await server.close();
  expect(broken).toEqual([]);
});

async function scan(number: UitpasNumber, by = phone): Promise<string> {
  clock.advance(1_000);
  const result = await checkIn(by, reading(number), { activityId, way: 'camera' });
  if (result.kind !== 'scanned') throw new Error(`not scanned: ${JSON.stringify(result)}`);
  return result.commandId;
}

async function scanNew(count: number, by = phone): Promise<void> {
  for (let i = 0; i < count; i++) await scan((await server.region.card()).number, by);
}

async function rescueOf(of = phone): Promise<Rescue> {
  const [unsent] = await listUnsent(of.db);
  if (!unsent) throw new Error('nothing is unsent');
  const made = await makeRescue({ db: of.db, clock }, unsent.device);
  if (!made.ok) throw new Error(made.error.code);
  return made.value;
}

const bytesOf = async (of = phone): Promise<Uint8Array<ArrayBuffer>> => (await rescueOf(of)).bytes;

const stored = async (): Promise<number> =>
  (await server.region.db.selectFrom('command').select('command_id').execute()).length;

const rulings = async (of = phone): Promise<string[]> =>
  (await of.db.scans.orderBy('[device+seq]').toArray()).map(({ ruling }) =>
    ruling ? [ruling.outcome, ruling.code].filter(Boolean).join(':') : 'unruled',
  );

const receivedAt = async (): Promise<number[]> =>
  (await server.region.db.selectFrom('command').select('received_at').orderBy('seq').execute()).map(
    (row) => row.received_at,
  );

async function syncNow(of = phone): Promise<void> {
  server.weather = fair;
  await of.sync.drain();
}

describe('a file brought to the desk', () => {
  it('counts once, and the phone hears the same receipts and rulings later', async () => {
    const first = await server.region.card();
    await scan(first.number);
    await scanNew(2);
    const undone = await scan((await server.region.card()).number);
    clock.advance(1_000);
    await undoScan(phone, undone);
    const { head, bytes } = await rescueOf();
    expect(head).toMatchObject({ region: 'westhoek', device: phone.device.id, count: 5, from: 1, to: 5 });

    const brought = await server.bring(bytes);
    expect(brought).toEqual({
      ok: true,
      value: {
        device: phone.device.id,
        name: 'Inkom 1',
        count: 4,
        undos: 1,
        counted: 3,
        already: 0,
        known: 0,
        toLookAt: 0,
        refused: 1,
      },
    });
    expect(await server.region.balance(first.passholderId)).toBe(1);
    const received = await receivedAt();

    clock.advance(60_000);
    await syncNow();
    expect(await rulings()).toEqual(['accepted', 'accepted', 'accepted', 'refused:undone']);
    expect(phone.sync.status()).toMatchObject({ unsent: 0, alarm: undefined });
    expect(await receivedAt()).toEqual(received);
    expect((await phone.db.outbox.toArray()).map((row) => row.receivedAt)).toEqual(received);
    expect(await server.region.balance(first.passholderId)).toBe(1);
    expect(await listUnsent(phone.db)).toEqual([]);
  });

  it('again, or after the phone itself: everything is known already', async () => {
    await scanNew(3);
    const bytes = await bytesOf();
    await server.bring(bytes);
    const again = await server.bring(bytes);
    expect(again).toMatchObject({ ok: true, value: { counted: 0, known: 3, toLookAt: 0 } });
    await scanNew(1);
    const later = await bytesOf();
    await syncNow();
    expect(await server.bring(later)).toMatchObject({ ok: true, value: { counted: 0, known: 4 } });
    expect(await stored()).toBe(4);
  });

  it('at the same moment as the phone and twice over: each scan once', async () => {
    await scanNew(20);
    const bytes = await bytesOf();
    server.weather = fair;
    await Promise.all([server.bring(bytes), phone.sync.drain(), server.bring(bytes)]);
    expect(await stored()).toBe(20);
    expect(await rulings()).toEqual(Array<string>(20).fill('accepted'));
  });

  it('with more scans than a request holds', async () => {
    for (const number of await server.region.cards(1_100)) await scan(number);
    const { head, bytes } = await rescueOf();
    expect(head).toMatchObject({ count: 1_100, from: 1, to: 1_100 });
    expect(await server.bring(bytes)).toMatchObject({ ok: true, value: { count: 1_100, counted: 1_100 } });
    await syncNow();
    expect(phone.sync.status()).toMatchObject({ unsent: 0, alarm: undefined });
  }, 120_000);

  it('in several bundles when one does not hold all, each from where the one before ended', async () => {
    await scanNew(5);
    const [unsent] = await listUnsent(phone.db);
    if (!unsent) throw new Error('nothing is unsent');
    const bundles: Rescue[] = [];
    for (let from = 1; from <= 5; from = (bundles.at(-1)?.head.to ?? 5) + 1) {
      const made = await makeRescue({ db: phone.db, clock }, unsent.device, { from, commandsMax: 2 });
      if (made.ok) bundles.push(made.value);
    }
    expect(bundles.map(({ head: { from, to }, rest }) => [from, to, rest])).toEqual([
      [1, 2, 3],
      [3, 4, 1],
      [5, 5, 0],
    ]);
    for (const { bytes } of bundles.toReversed())
      expect(await server.bring(bytes)).toMatchObject({ ok: true, value: { known: 0 } });
    expect(await stored()).toBe(5);
    await syncNow();
    expect(await rulings()).toEqual(Array<string>(5).fill('accepted'));
  });

  it('of a revoked phone: held apart, like its own sync would be', async () => {
    await scanNew(2);
    const bytes = await bytesOf();
    await server.region.db
      .updateTable('device')
      .set({ state: 'revoked', revoked_at: EVENING, revoked_after_seq: 0 })
      .execute();
    expect(await server.bring(bytes)).toMatchObject({ ok: true, value: { counted: 0, toLookAt: 2 } });
    await syncNow();
    expect(await rulings()).toEqual(['quarantined:device-revoked', 'quarantined:device-revoked']);
  });

  it('of a phone that somebody signed out: with the key of the device it was', async () => {
    await scanNew(2);
    await leaveDevice(phone.db, phone.trace);
    expect(await server.bring(await bytesOf())).toMatchObject({ ok: true, value: { counted: 2 } });
  });

  it('of a phone whose store was tampered with: the rest is held apart, nothing is dropped', async () => {
    await scanNew(3);
    const row = await phone.db.outbox.get([phone.device.id, 2]);
    await phone.db.outbox.update([phone.device.id, 2], {
      envelope: row?.envelope.replace('"verdictShown":"noted"', '"verdictShown":"saved"') ?? '',
    });
    expect(await server.bring(await bytesOf())).toMatchObject({
      ok: true,
      value: { count: 3, counted: 1, toLookAt: 2 },
    });
    expect(await stored()).toBe(3);
  });

  it('after the server changed its keys, and with the new key at the next contact', async () => {
    await scanNew(1);
    const before = await rescueOf();
    server.rotateKey();
    expect(await server.bring(before.bytes)).toMatchObject({ ok: true, value: { counted: 1 } });
    await syncNow();
    server.weather = noNetwork;
    await scanNew(1);
    const after = await rescueOf();
    expect(after.head.key).not.toBe(before.head.key);
    expect(await server.bring(after.bytes)).toMatchObject({ ok: true, value: { counted: 1 } });
  });

  it('is refused with a reason when it is something else, and then stores nothing', async () => {
    await scanNew(2);
    const bytes = await bytesOf();
    const codeOf = async (changed: Uint8Array): Promise<string> => {
      const result = await server.bring(changed);
      return result.ok ? 'taken' : result.error.code;
    };
    const text = new TextEncoder();
    expect(await codeOf(text.encode('Beste, in bijlage de foto.'))).toBe('rescue-not-ours');
    expect(await codeOf(new Uint8Array())).toBe('rescue-not-ours');
    expect(await codeOf(text.encode('streekbalie-redding-2\n{}\n'))).toBe('rescue-newer');
    expect(await codeOf(bytes.subarray(0, bytes.length - 40))).toBe('rescue-damaged');
    await phone.db.devices.update(phone.device.id, { region: 'oostende' });
    expect(await codeOf(await bytesOf())).toBe('rescue-other-region');
    await phone.db.devices.update(phone.device.id, { region: 'westhoek' });
    await phone.db.devices.update(phone.device.id, { rescueKey: (await makeDeviceKeys()).publicKey });
    expect(await codeOf(await bytesOf())).toBe('rescue-other-server');
    expect(await stored()).toBe(0);
  });

  it('of a phone that is unknown here, or signed by another key', async () => {
    const stranger = await server.enrolPhone('Vreemd', [activityId], clock);
    await syncNow(stranger);
    server.weather = noNetwork;
    await scanNew(1, stranger);
    const bytes = await bytesOf(stranger);
    const { db } = server.region;
    await db.updateTable('device').set({ state: 'refused' }).where('name', '=', 'Vreemd').execute();
    expect(await server.bring(bytes)).toEqual({ ok: false, error: { code: 'rescue-unknown-device' } });

    await scanNew(1);
    await phone.db.devices.update(phone.device.id, { signKey: stranger.device.signKey });
    expect(await server.bring(await bytesOf())).toEqual({ ok: false, error: { code: 'rescue-not-proven' } });
    expect(await stored()).toBe(0);
  });

  it('with any byte changed, cut off or added: refused', async () => {
    await scanNew(2);
    const bytes = await bytesOf();
    const change = fc.oneof(
      fc
        .tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }))
        .map(([at, by]) => bytes.map((byte, i) => (i === at ? byte ^ by : byte))),
      fc.nat(bytes.length - 1).map((length) => bytes.subarray(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((more) => new Uint8Array([...bytes, ...more])),
    );
    await fc.assert(
      fc.asyncProperty(change, async (changed) => {
        expect((await server.bring(changed)).ok).toBe(false);
      }),
      { numRuns: 200 },
    );
    expect(await stored()).toBe(0);
  });

  it('with other open lines and a checksum that fits: refused, they are bound to the seal', async () => {
    await scanNew(1);
    const bytes = await bytesOf();
    const file = readRescue(sha256, bytes);
    if (!file.ok) throw new Error(file.error.code);
    const open = Buffer.from(Buffer.from(file.value.open).toString().replace('"count":1', '"count":9'));
    const content = Buffer.concat([open, file.value.sealed]);
    const forged = Buffer.concat([content, Buffer.from(sha256(content)).subarray(0, 8)]);
    expect(await server.bring(forged)).toEqual({ ok: false, error: { code: 'rescue-damaged' } });
  });

  it('shows no card number to whoever opens it, also not unpacked', async () => {
    const { number } = await server.region.card();
    await scan(number);
    const bytes = Buffer.from(await bytesOf());
    expect(bytes.includes(number)).toBe(false);
    expect(bytes.includes('check-in')).toBe(false);
    expect(bytes.includes(activityId)).toBe(false);
  });
});

describe('another phone that carries it', () => {
  let carrier: Phone;
  beforeEach(async () => {
    carrier = await server.enrolPhone('Gsm van Jo', [activityId], clock);
    await syncNow(carrier);
    server.weather = noNetwork;
  });

  const deliver = (device = carrier.device): Promise<void> =>
    deliverCarried({
      db: carrier.db,
      device,
      serverKey: () => carrier.device.serverKey,
      transport: server.transport,
      clock,
    });
  const handedIn = (): number => server.messages.filter(({ path }) => path === '/api/rescue/carried').length;

  it('keeps it until there is network, hands it in with its own sync, and knows what became of it', async () => {
    await scanNew(3);
    await scanNew(1, carrier);
    expect(await keepCarried(carrier.db, 'westhoek', await bytesOf(), clock.now())).toMatchObject({
      ok: true,
    });
    await carrier.sync.drain();
    expect(await listCarried(carrier.db)).toMatchObject([{ head: { name: 'Inkom 1', count: 3 } }]);
    expect(await stored()).toBe(0);

    await syncNow(carrier);
    await expect
      .poll(async () => (await listCarried(carrier.db))[0]?.outcome)
      .toMatchObject({ count: 3, counted: 3, known: 0, toLookAt: 0 });
    expect((await listCarried(carrier.db))[0]?.bytes).toBeUndefined();
    expect(await stored()).toBe(4);
    await syncNow();
    expect(await rulings()).toEqual(['accepted', 'accepted', 'accepted']);
    const rows = await server.region.db.selectFrom('rescue').select(['brought_by', 'count']).execute();
    expect(rows).toEqual([{ brought_by: `device:${carrier.device.id}`, count: 3 }]);
  });

  it('believes nobody but the server, and loses nothing when the answer is lost', async () => {
    await scanNew(2);
    await keepCarried(carrier.db, 'westhoek', await bytesOf(), clock.now());
    const onlyRescue =
      (spoil: typeof fair): typeof fair =>
      (message, deliver) =>
        message.path === '/api/rescue/carried' ? spoil(message, deliver) : deliver();
    // The pause begins when a try has ended, which may be after the clock was set: it is set for each try.
    const tryAgain = (): Promise<void> => {
      clock.set(clock.now() + limits.rescueUnheardRetryMaxMs);
      return carrier.sync.drain();
    };
    for (const spoil of [captivePortal, answerLost]) {
      server.weather = onlyRescue(spoil);
      const before = handedIn();
      await expect
        .poll(async () => {
          if (handedIn() === before) await tryAgain();
          return handedIn();
        })
        .toBe(before + 1);
      expect((await listCarried(carrier.db))[0]?.bytes?.length).toBeGreaterThan(100);
    }
    await expect.poll(stored).toBe(2);
    server.weather = fair;
    await expect
      .poll(async () => {
        await tryAgain();
        return (await listCarried(carrier.db))[0]?.outcome;
      })
      .toMatchObject({ counted: 0, known: 2 });
  });

  it('takes no file of another region, no other file, and the same one once', async () => {
    await scanNew(1);
    const bytes = await bytesOf();
    const keep = (file: Uint8Array<ArrayBuffer>, region = 'westhoek') =>
      keepCarried(carrier.db, region, file, clock.now());
    expect(await keep(bytes, 'oostende')).toEqual({ ok: false, error: { code: 'rescue-other-region' } });
    expect(await keep(bytes.slice(0, -1))).toEqual({ ok: false, error: { code: 'rescue-damaged' } });
    expect(await keep(new Uint8Array(50))).toEqual({ ok: false, error: { code: 'rescue-not-ours' } });
    expect(await keep(bytes)).toMatchObject({ ok: true });
    expect(await keep(bytes)).toMatchObject({ ok: true });
    expect(await listCarried(carrier.db)).toHaveLength(1);
  });

  it('hears why the server did not take it', async () => {
    await scanNew(1);
    await phone.db.devices.update(phone.device.id, { rescueKey: (await makeDeviceKeys()).publicKey });
    await keepCarried(carrier.db, 'westhoek', await bytesOf(), clock.now());
    await syncNow(carrier);
    await expect.poll(async () => (await listCarried(carrier.db))[0]?.refused).toBe('rescue-other-server');
  });

  it('keeps a file anew that it handed in before: what it calls kept, it keeps', async () => {
    await scanNew(1);
    const bytes = await bytesOf();
    const keep = () => keepCarried(carrier.db, 'westhoek', bytes, clock.now());
    await keep();
    await syncNow(carrier);
    await expect.poll(async () => (await listCarried(carrier.db))[0]?.outcome).toBeDefined();
    server.weather = noNetwork;
    expect(await keep()).toMatchObject({ ok: true });
    const [row] = await listCarried(carrier.db);
    expect(row?.bytes).toEqual(bytes);
    expect([row?.outcome, row?.refused, row?.settledAt]).toEqual([undefined, undefined, undefined]);
  });

  it('goes on keeping what may still be taken, and asks again later, not with each contact', async () => {
    await scanNew(2);
    const state = (value: 'pending' | 'active') =>
      server.region.db
        .updateTable('device')
        .set({ state: value })
        .where('device_id', '=', phone.device.id)
        .execute();
    await state('pending');
    await keepCarried(carrier.db, 'westhoek', await bytesOf(), clock.now());
    await syncNow(carrier);
    await expect.poll(async () => (await listCarried(carrier.db))[0]?.refused).toBe('rescue-unknown-device');
    expect((await listCarried(carrier.db))[0]?.bytes?.length).toBeGreaterThan(100);

    await state('active');
    const before = handedIn();
    await deliver();
    expect(handedIn()).toBe(before);
    clock.set(clock.now() + limits.rescueRefusedRetryMs);
    await deliver();
    expect(await listCarried(carrier.db)).toMatchObject([{ outcome: { counted: 2 } }]);
    expect((await listCarried(carrier.db))[0]?.refused).toBeUndefined();
  });

  it('hands nothing to the server of another region', async () => {
    await scanNew(1);
    await keepCarried(carrier.db, 'westhoek', await bytesOf(), clock.now());
    server.weather = fair;
    await deliver({ ...carrier.device, region: 'oostende' });
    expect(handedIn()).toBe(0);
    expect((await listCarried(carrier.db))[0]?.bytes).toBeDefined();
  });

  it('has room for as many as wait; what arrived takes none of it', async () => {
    await scanNew(1);
    const { head, bytes } = await rescueOf();
    const settled = Array.from({ length: limits.rescueCarriedMax }, (_, i) => ({
      key: `carried-old-${i}` as const,
      head,
      keptAt: clock.now(),
      settledAt: clock.now(),
      refused: 'rescue-damaged',
    }));
    await carrier.db.blobs.bulkAdd(settled);
    expect(await keepCarried(carrier.db, 'westhoek', bytes, clock.now())).toMatchObject({ ok: true });
    await carrier.db.blobs.bulkPut(settled.map((row) => ({ ...row, bytes })));
    await scanNew(1);
    expect(await keepCarried(carrier.db, 'westhoek', await bytesOf(), clock.now())).toEqual({
      ok: false,
      error: { code: 'rescue-too-many' },
    });
  });

  it('is nobody when it is not known here', async () => {
    await scanNew(1);
    await keepCarried(carrier.db, 'westhoek', await bytesOf(), clock.now());
    await server.region.db
      .updateTable('device')
      .set({ state: 'refused' })
      .where('device_id', '=', carrier.device.id)
      .execute();
    await syncNow(carrier);
    expect(await stored()).toBe(0);
    expect((await listCarried(carrier.db))[0]?.outcome).toBeUndefined();
  });
});

it('a phone of before, without the key, gets it at the next contact', async () => {
  await scanNew(1);
  await phone.db.devices
    .where('id')
    .equals(phone.device.id)
    .modify((row) => {
      delete (row as { rescueKey?: unknown }).rescueKey;
    });
  const reopened = await server.openPhone(phone.db, clock);
  const [unsent] = await listUnsent(phone.db);
  if (!unsent) throw new Error('nothing is unsent');
  expect(await makeRescue({ db: phone.db, clock }, unsent.device)).toEqual({
    ok: false,
    error: { code: 'no-key' },
  });
  await syncNow(reopened);
  await expect
    .poll(async () => (await phone.db.devices.get(phone.device.id))?.rescueKey)
    .toMatchObject({ kty: 'EC' });
});
