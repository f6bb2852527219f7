// A phone in a test: the real parts over fake-indexeddb, with a clock that stands still until it is told.
import { IDBKeyRange, indexedDB } from 'fake-indexeddb';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  decodeRoster,
  encodeRoster,
  fingerprintOf,
  rosterBits,
  type RosterEntry,
} from '#domain/cards/roster.ts';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { CardState } from '#domain/cards/card-facts.ts';
import type { ScanReading } from '#domain/cards/read-scan.ts';
import type { ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';
import { periodOf } from '#domain/kernel/civil-time.ts';
import { GENESIS_HASH } from '#domain/sync/command.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { importServerKey, makeDeviceKeys, type DeviceKeys } from '../../src/lib/db/device-keys.ts';
import type { TraceStore } from '../../src/lib/db/known-device.ts';
import { openPhoneDb, type DeviceRow, type PhoneDb } from '../../src/lib/db/phone-db.ts';
import { chance, newId } from '../../src/lib/ids.ts';
import type { RosterDownload } from '../../src/lib/cards/roster-store.ts';
import { openPhone, type Phone } from '../../src/lib/session/phone.ts';
import type { PhoneFacts } from '../../src/lib/sync/exchange-once.ts';
import type { Transport } from '../../src/lib/sync/transport.ts';

/** Monday 23 November 2026, 14:00 in Brussels. */
export const TEST_NOW = Date.UTC(2026, 10, 23, 13);

export type TestClock = Clock & {
  readonly advance: (ms: number) => void;
  readonly set: (at: number) => void;
  /** What was asked of `after`, in order. */
  readonly waits: readonly number[];
};

export function testClock(start = TEST_NOW): TestClock {
  let at = start;
  let mono = 1_000;
  const waits: number[] = [];
  const timers = new Set<{ due: number; run: () => void }>();
  return {
    waits,
    now: () => at,
    monoMs: () => mono,
    after(ms, run) {
      waits.push(ms);
      const timer = { due: mono + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      at += ms;
      mono += ms;
      for (const timer of [...timers].filter(({ due }) => due <= mono)) {
        timers.delete(timer);
        timer.run();
      }
    },
    set(next) {
      at = next;
    },
  };
}

export function testTrace(): TraceStore {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

export const testFacts: PhoneFacts = {
  appVersion: 'test',
  platform: 'Node',
  installed: true,
  persisted: true,
  freeBytes: null,
  battery: null,
  shiftActive: true,
};

const unreachable: Transport = {
  post: () => Promise.reject(new Error('this test sends nothing')),
};

export type TestPhoneOptions = {
  readonly db?: PhoneDb;
  readonly device?: DeviceRow;
  readonly keys?: DeviceKeys;
  readonly clock?: Clock;
  readonly trace?: TraceStore;
  readonly transport?: Transport;
  readonly download?: RosterDownload;
  readonly policies?: readonly ActivityPolicy[];
  readonly alone?: (work: () => Promise<void>) => Promise<void>;
  readonly readsChips?: () => boolean;
};

let databases = 0;

export const freshDb = (): PhoneDb => openPhoneDb({ name: `phone-${++databases}`, indexedDB, IDBKeyRange });

/** Enrolled and active, with policies but without a roster. */
export async function testPhone(options: TestPhoneOptions = {}): Promise<Phone> {
  const db = options.db ?? freshDb();
  const device = options.device ?? (await enrolledDevice(db, options.keys));
  if (options.policies) await db.activities.bulkPut(options.policies);
  const phone = await openPhone(
    {
      db,
      trace: options.trace ?? testTrace(),
      clock: options.clock ?? testClock(),
      chance,
      transport: options.transport ?? unreachable,
      download: options.download ?? (() => Promise.resolve(undefined)),
      phoneFacts: () => Promise.resolve(testFacts),
      ...(options.alone && { alone: options.alone }),
      ...(options.readsChips && { readsChips: options.readsChips }),
    },
    device,
  );
  await phone.rosterRead;
  return phone;
}

export async function enrolledDevice(db: PhoneDb, given?: DeviceKeys): Promise<DeviceRow> {
  const keys = given ?? (await makeDeviceKeys());
  const device: DeviceRow = {
    id: newId(),
    region: 'westhoek',
    regionName: 'UiTPAS Westhoek',
    organisationName: 'De Kring',
    activityTitles: ['Turnles'],
    name: 'gsm van Fien',
    state: 'active',
    ...keys,
    // A test without a server trusts nobody else's answers.
    serverKey: await importServerKey(keys.publicKey),
    enrolledAt: TEST_NOW - 60_000,
    expiresAt: TEST_NOW,
  };
  await db.devices.put(device);
  await db.chains.put({ device: device.id, seq: 0, hash: toBase64url(GENESIS_HASH) });
  await db.meta.put({ key: 'current', device: device.id });
  return device;
}

export function testPolicy(change: Partial<ActivityPolicy> = {}): ActivityPolicy {
  const hour = 3_600_000;
  return {
    activityId: newId(),
    version: 1,
    title: 'Turnles',
    place: 'Sporthal',
    organisationName: 'De Kring',
    points: 1,
    limit: { volume: 1, period: 'DAY' },
    occurrences: [
      {
        occurrenceId: 'o1',
        startsAt: TEST_NOW - hour,
        endsAt: TEST_NOW + hour,
        opensAt: TEST_NOW - 2 * hour,
        closesAt: TEST_NOW + 2 * hour,
      },
    ],
    periods: [periodOf('DAY', TEST_NOW)],
    sells: false,
    ...change,
  };
}

export const reading = (number: UitpasNumber): ScanReading => ({
  kind: 'uitpas',
  number,
  maybeArticle: false,
});

export type TestCard = { readonly number: UitpasNumber; readonly state?: CardState };

export const TEST_ROSTER_KEY = new Uint8Array(32).fill(7);

export const testFingerprint = (number: UitpasNumber): number =>
  fingerprintOf((k, b) => hmac(sha256, k, b), TEST_ROSTER_KEY, number);

export function rosterFile(
  cards: readonly TestCard[],
  builtAt = TEST_NOW,
  expiresAt = builtAt + 12 * 3_600_000,
): Uint8Array<ArrayBuffer> {
  const entries = cards
    .map(({ number, state = 'active' }): RosterEntry => {
      const bits = rosterBits({ state, groupPass: false, entitled: false });
      return { fingerprint: testFingerprint(number), bits: bits ?? 0 };
    })
    .sort((a, b) => a.fingerprint - b.fingerprint);
  const header = {
    v: 1 as const,
    rosterId: 'r1',
    version: 3,
    key: toBase64url(TEST_ROSTER_KEY),
    of: 'number' as const,
    cardCount: entries.length,
    entitlement: false,
    builtAt,
    expiresAt,
  };
  const bytes = new Uint8Array(encodeRoster(header, entries));
  const decoded = decodeRoster(bytes);
  if (!decoded.ok) throw new Error(decoded.error.code);
  return bytes;
}

/** Gives the phone a roster the way an exchange does: an offer, a token, a download. */
export async function offerRoster(phone: Phone): Promise<void> {
  await phone.db.contacts.put({
    device: phone.device.id,
    requestNo: 0,
    cursor: null,
    anchor: null,
    token: { value: 'token', usableUntil: TEST_NOW + 900_000 },
    rosterOffer: { id: 'r1', version: 3, url: '/roster', expiresAt: TEST_NOW + 900_000 },
    owing: [],
  });
  await phone.refreshRoster();
}
