import { IDBDatabase, IDBKeyRange, IDBObjectStore, indexedDB } from 'fake-indexeddb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64url, toBase64url } from '#domain/kernel/bytes.ts';
import { chainHash, Envelope, GENESIS_HASH, headText, payloadDigest } from '#domain/sync/command.ts';
import { importServerKey, isSigned } from '../../../src/lib/db/device-keys.ts';
import { openPhoneDb, SCHEMA_V1, type OutboxRow, type PhoneDb } from '../../../src/lib/db/phone-db.ts';
import { unsealText } from '../../../src/lib/db/seal.ts';
import { reservePad } from '../../../src/lib/db/strict-write.ts';
import { chance, newId } from '../../../src/lib/ids.ts';
import { readStanding } from '../../../src/lib/session/open-session.ts';
import type { Phone } from '../../../src/lib/session/phone.ts';
import { dispatch } from '../../../src/lib/sync/dispatch.ts';
import { freshDb, testPhone, testTrace } from '../../_support/phone-in-test.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

const write = (phone: Phone, apply: () => PromiseLike<unknown> = () => Promise.resolve()) =>
  dispatch(phone, 'undo-check-in', { target: newId() }, () =>
    Promise.resolve({
      write: true,
      result: 'written',
      grounds: { verdictShown: null, activityVersion: null, rosterVersion: null },
      apply,
    }),
  );

async function writeSigned(phone: Phone): Promise<void> {
  const written = await write(phone);
  if (!written.ok) throw new Error(written.error.why);
  await written.value.signed;
}

/** Byte for byte, binary parts too. */
const textOf = (rows: readonly OutboxRow[]): string =>
  JSON.stringify(rows, (_key, value: unknown) =>
    value instanceof ArrayBuffer
      ? Buffer.from(value).toString('hex')
      : value instanceof Uint8Array
        ? Buffer.from(value).toString('hex')
        : value,
  );

const outboxOf = (db: PhoneDb): Promise<OutboxRow[]> => db.outbox.orderBy('[device+seq]').toArray();

/** What a server would do with the outbox: every link, every number, every signature. */
async function expectGoodChain({ db, device }: Phone): Promise<void> {
  const key = await importServerKey(device.publicKey);
  let previous: Uint8Array = GENESIS_HASH;
  let expected = 1;
  for (const row of await outboxOf(db)) {
    expect(row.seq).toBe(expected++);
    expect(Envelope.parse(JSON.parse(row.envelope))).toMatchObject({
      id: row.id,
      seq: row.seq,
      device: device.id,
    });
    const payload = await unsealText(device.storageKey, row.payload);
    const digest = payloadDigest(sha256, fromBase64url(row.salt) ?? new Uint8Array(), payload);
    expect(row.prevHash).toBe(toBase64url(previous));
    previous = chainHash(sha256, previous, row.envelope, digest);
    expect(row.hash).toBe(toBase64url(previous));
    const text = headText(device.region, device.id, row.seq, row.hash);
    expect(await isSigned(key, text, row.signature ?? '')).toBe(true);
  }
  expect(await db.chains.get(device.id)).toEqual({
    device: device.id,
    seq: expected - 1,
    hash: toBase64url(previous),
  });
}

afterEach(() => vi.restoreAllMocks());

describe('the chain', () => {
  it('does not fork when two tabs write at the same time', async () => {
    const phone = await testPhone();
    const tab = openPhoneDb({ name: phone.db.name, indexedDB, IDBKeyRange });
    const other = await testPhone({ db: tab, device: phone.device });
    const written = await Promise.all(
      Array.from({ length: 80 }, (_, i) => write(i % 2 === 0 ? phone : other)),
    );
    await Promise.all(written.map((each) => (each.ok ? each.value.signed : undefined)));
    expect(written.every(({ ok }) => ok)).toBe(true);
    expect(await phone.db.outbox.count()).toBe(80);
    await expectGoodChain(phone);
  });

  it('writes strictly', async () => {
    const opened = vi.spyOn(IDBDatabase.prototype, 'transaction');
    const phone = await testPhone();
    await write(phone);
    const writes = opened.mock.calls.filter(([, mode]) => mode === 'readwrite');
    expect(writes.length).toBeGreaterThan(0);
    expect(writes.map(([, , options]) => options)).toEqual(writes.map(() => ({ durability: 'strict' })));
  });

  it('leaves nothing behind when the local effect fails', async () => {
    const phone = await testPhone();
    const result = await write(phone, () => Promise.reject(new Error('effect')));
    expect(result).toEqual({ ok: false, error: { code: 'not-saved', why: 'store-failed' } });
    expect(await phone.db.outbox.count()).toBe(0);
    expect(await phone.db.chains.get(phone.device.id)).toMatchObject({ seq: 0 });
  });

  it('is not written on by a phone that was revoked or signed out in another tab', async () => {
    const phone = await testPhone();
    await phone.db.devices.update(phone.device.id, { state: 'left' });
    expect(await write(phone)).toEqual({ ok: false, error: { code: 'not-saved', why: 'no-device' } });
  });
});

describe('a full disk', () => {
  /** As a browser does: what would grow the outbox is refused while `isFull`. */
  function fill(isFull: () => boolean): void {
    const { add } = IDBObjectStore.prototype;
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (this.name === 'outbox' && isFull()) throw new DOMException('full', 'QuotaExceededError');
      return add.apply(this, args);
    });
  }

  it('gives up the pad and the cached roster, and then the scan fits', async () => {
    const phone = await testPhone();
    await reservePad(phone.db, chance);
    expect(await phone.db.blobs.count()).toBe(1);
    let full = true;
    const { delete: drop } = IDBObjectStore.prototype;
    vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(function (this: IDBObjectStore, key) {
      if (this.name === 'blobs') full = false;
      return drop.call(this, key);
    });
    fill(() => full);
    expect(await write(phone)).toMatchObject({ ok: true });
    expect(await phone.db.blobs.count()).toBe(0);
    expect(await phone.db.outbox.count()).toBe(1);
  });

  it('says NIET BEWAARD when it does not fit, and changes nothing', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    const phone = await testPhone();
    fill(() => true);
    expect(await write(phone)).toEqual({ ok: false, error: { code: 'not-saved', why: 'no-room' } });
    expect(await phone.db.outbox.count()).toBe(0);
    expect(await phone.db.chains.get(phone.device.id)).toMatchObject({ seq: 0 });
  });
});

describe('a connection that died in the background', () => {
  it('is opened again', async () => {
    const phone = await testPhone();
    await write(phone);
    phone.db.backendDB().close();
    expect(await write(phone)).toMatchObject({ ok: true });
    expect(await phone.db.outbox.count()).toBe(2);
  });

  it('writes once when the first try was stored although it was reported as failed', async () => {
    const phone = await testPhone();
    const { transaction } = phone.db;
    let tries = 0;
    vi.spyOn(phone.db, 'transaction').mockImplementation(((...args: Parameters<typeof transaction>) =>
      transaction.apply(phone.db, args).then((result) => {
        if (++tries === 1) throw new DOMException('connection lost', 'UnknownError');
        return result;
      })) as typeof transaction);
    const result = await write(phone);
    expect(result).toMatchObject({ ok: true, value: { result: 'written', command: { seq: 1 } } });
    expect(await phone.db.outbox.count()).toBe(1);
  });
});

describe('a newer version of the app', () => {
  it('upgrades without touching the outbox', async () => {
    const phone = await testPhone();
    for (let i = 0; i < 1_000; i++) await writeSigned(phone);
    const before = await outboxOf(phone.db);
    phone.db.close();

    const newer = openPhoneDb({ name: phone.db.name, indexedDB, IDBKeyRange });
    newer
      .version(2)
      .stores({ ...SCHEMA_V1, scans: `${SCHEMA_V1.scans},at`, stamps: 'id' })
      .upgrade((tx) => tx.table('scans').toCollection().modify({ seen: true }));
    expect(textOf(await outboxOf(newer))).toBe(textOf(before));
    expect(before).toHaveLength(1_000);
    const again = await testPhone({ db: newer, device: phone.device });
    await write(again);
    expect(await newer.chains.get(phone.device.id)).toMatchObject({ seq: 1_001 });
  });

  it('that is cut off in its upgrade leaves everything as it was, and does it again at the next start', async () => {
    const phone = await testPhone();
    for (let i = 0; i < 20; i++) await writeSigned(phone);
    const before = textOf(await outboxOf(phone.db));
    phone.db.close();
    const upgraded = (upgrade: () => void): PhoneDb => {
      const db = openPhoneDb({ name: phone.db.name, indexedDB, IDBKeyRange });
      db.version(2)
        .stores({ ...SCHEMA_V1, stamps: 'id' })
        .upgrade(async (tx) => {
          await tx.table('scans').toCollection().modify({ seen: true });
          upgrade();
        });
      return db;
    };
    const first = upgraded(() => {
      throw new Error('the battery is empty');
    });
    await expect(first.open()).rejects.toThrow('the battery is empty');
    first.close();

    const old = openPhoneDb({ name: phone.db.name, indexedDB, IDBKeyRange });
    expect(textOf(await outboxOf(old))).toBe(before);
    old.close();

    let done = false;
    const second = upgraded(() => (done = true));
    expect(textOf(await outboxOf(second))).toBe(before);
    expect(done).toBe(true);
  });

  it('waits for what is being written, then gets the database, and an old tab writes no more', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    const phone = await testPhone();
    const writing = write(phone);
    const newer = openPhoneDb({ name: phone.db.name, indexedDB, IDBKeyRange });
    newer.version(2).stores({ ...SCHEMA_V1, stamps: 'id' });
    await newer.open();
    expect(await writing).toMatchObject({ ok: true });
    expect(await newer.outbox.count()).toBe(1);
    expect(phone.db.isOpen()).toBe(false);
    expect(await write(phone)).toMatchObject({ ok: false, error: { why: 'store-failed' } });
    expect(await newer.outbox.count()).toBe(1);
  });

  it('is noticed by an older one, which writes nothing', async () => {
    const db = freshDb();
    const newer = openPhoneDb({ name: db.name, indexedDB, IDBKeyRange });
    newer.version(2).stores({ ...SCHEMA_V1, stamps: 'id' });
    await newer.open();
    newer.close();
    expect(await readStanding(db, testTrace())).toEqual({ kind: 'unusable', why: 'newer-database' });
  });
});
