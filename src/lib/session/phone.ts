// This phone, opened: its database, its enrolment, the roster in memory and the sync loop. Screens reach it through
// session.svelte.ts, rooms get it as an argument, tests and the simulation open several in one process.
import type { Roster } from '#domain/cards/roster.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { publicKeyText, type PublicKey } from '#domain/sync/exchange.ts';
import { rescueKeyId } from '#domain/sync/rescue.ts';
import { openRosterHolder } from '../cards/roster-holder.ts';
import { downloadRoster, type RosterDownload, type RosterKind } from '../cards/roster-store.ts';
import { clock as deviceClock, type Clock } from '../clock.ts';
import { importServerKey, isSigned, makeMarkKey, signBytes } from '../db/device-keys.ts';
import { keepKnownDevice, readKnownDevice, type TraceStore } from '../db/known-device.ts';
import type { DeviceRow, HeardAnchor, PhoneDb } from '../db/phone-db.ts';
import { readBacklog, type Backlog } from '../db/unsent.ts';
import { chance as deviceChance, idFrom, type Chance } from '../ids.ts';
import { deliverCarried } from '../rescue/carried.ts';
import { createDexieSyncStore, contactOf } from '../sync/dexie-sync-store.ts';
import type { Author } from '../sync/dispatch.ts';
import type { PhoneFacts } from '../sync/exchange-once.ts';
import { allWritten } from '../sync/in-flight.ts';
import { createSyncLoop, type SyncLoop } from '../sync/sync-loop.ts';
import { transport as httpTransport, type Transport } from '../sync/transport.ts';

export type PhoneParts = {
  readonly db: PhoneDb;
  readonly trace: TraceStore;
  readonly clock?: Clock;
  readonly chance?: Chance;
  readonly transport?: Transport;
  readonly download?: RosterDownload;
  /** Does this phone read the chips of cards? Only then their list comes on board. */
  readonly readsChips?: () => boolean;
  readonly phoneFacts: () => Promise<PhoneFacts>;
  readonly alone?: (work: () => Promise<void>) => Promise<void>;
  /** Commands in one transaction of an answer: fewer where many answers are to be cut short. */
  readonly answerRowsMax?: number;
};

export type Phone = Author & {
  readonly markKey: CryptoKey;
  readonly sync: SyncLoop;
  /** As the coordinator calls it now. */
  readonly name: () => string;
  readonly backlog: () => Promise<Backlog>;
  /** The card lists are in memory, as far as there are any: until then no verdict. */
  readonly rosterRead: Promise<void>;
  /** Of numbers, unless chips are asked for. */
  readonly roster: (of?: RosterKind) => Roster | undefined;
  /** There was a roster, and its time is over. */
  readonly rosterExpired: () => boolean;
  /** The device clock, corrected when the server says that it is far off: the door must not close for everyone. */
  readonly trueNow: () => Instant;
  /** Gets the offered roster, if there is a newer one. */
  readonly refreshRoster: () => Promise<void>;
  /** The browser threw the storage away under this page: how many scans went with it that the server did not have. */
  readonly storageLost: () => Promise<{ readonly unsent: number } | undefined>;
  readonly close: () => void;
};

/** For a device that is enrolled: `active`, or `revoked` or `left` while it still owes commands. */
export async function openPhone(parts: PhoneParts, device: DeviceRow): Promise<Phone> {
  const { db, trace, clock = deviceClock, chance = deviceChance } = parts;
  const session = idFrom(chance, clock.now());
  const markKey = await getMarkKey(db);
  let name = device.name;
  let heard: Pick<HeardAnchor, 'serverTime' | 'deviceTime'> | null = (await contactOf(db, device.id)).anchor;
  const trueNow = (): Instant => {
    const skew = heard ? heard.serverTime - heard.deviceTime : 0;
    return clock.now() + (Math.abs(skew) > limits.clockSkewWarnMs ? skew : 0);
  };
  const holderParts = { db, device, clock, chance, trueNow, download: parts.download ?? downloadRoster };
  const roster = openRosterHolder({ ...holderParts, of: 'number' });
  const chips = openRosterHolder({ ...holderParts, of: 'chip' });
  const refreshRoster = async (): Promise<void> => {
    await roster.refresh();
    if (parts.readsChips?.()) await chips.refresh();
  };
  const ends = await chainEnds(db, trace, device);
  const serverKey = pinnedKey(db, device);
  const rescueKey = pinnedRescueKey(db, device);
  const transport = parts.transport ?? httpTransport;
  const deliver = onceAtATime(() =>
    deliverCarried({ db, device, serverKey: serverKey.current, transport, clock }),
  );
  const store = createDexieSyncStore(db, device, parts.answerRowsMax);
  const sync = createSyncLoop({
    store,
    transport,
    signer: {
      region: device.region,
      device: device.id,
      sign: (bytes) => signBytes(device.signKey, bytes),
      isFromServer: (bytes, signatures) => isSigned(serverKey.current(), bytes, signatures),
    },
    clock,
    chance,
    session,
    phoneFacts: parts.phoneFacts,
    rescueKey: rescueKey.id,
    ...(parts.alone && { alone: parts.alone }),
    onAnswer({ answer, plan, clockSkewMs }) {
      heard = { serverTime: answer.serverTime, deviceTime: answer.serverTime - clockSkewMs };
      ends.heard(answer.highWater.seq);
      const { serverKey: nextKey, rescueKey: nextRescueKey, deviceName } = answer.changes;
      if (deviceName !== undefined) name = deviceName;
      // The server holds more of this device than this database: an old copy. The next start says so.
      if (plan.alarm === 'ahead') keepKnownDevice(trace, { device: device.id, seq: answer.highWater.seq });
      const gone = answer.wipe || answer.state === 'revoked';
      if (gone) {
        roster.forget();
        chips.forget();
      }
      Promise.all([
        nextKey && serverKey.pin(nextKey),
        nextRescueKey && rescueKey.pin(nextRescueKey),
        gone ? undefined : refreshRoster(),
        deliver(),
      ]).catch((error: unknown) => {
        console.warn('Something of an answer could not be followed up; the next one tries again.', error);
      });
    },
  });

  // A newer version of the app waits in another tab: let what is being written finish, then make way.
  const makeWay = (): boolean => {
    sync.stop();
    void allWritten().then(() => db.close());
    return false;
  };
  db.on('versionchange', makeWay);

  return {
    db,
    device,
    session,
    clock,
    chance,
    trace,
    onSaved: ({ seq }) => {
      ends.wrote(seq);
      sync.wake('scanned');
    },
    markKey,
    sync,
    backlog: store.backlog,
    trueNow,
    name: () => name,
    rosterRead: Promise.all([roster.read, chips.read]).then(() => undefined),
    roster: (of = 'number') => (of === 'number' ? roster : chips).current(),
    rosterExpired: roster.isExpired,
    refreshRoster,
    async storageLost() {
      const here = await db.devices.get(device.id);
      return here ? undefined : { unsent: ends.unsent() };
    },
    close() {
      sync.stop();
      roster.close();
      chips.close();
      db.on('versionchange').unsubscribe(makeWay);
    },
  };
}

/** Where the chain ends and what of it the server has, in memory: what can be told when the database is gone. */
async function chainEnds(db: PhoneDb, trace: TraceStore, { id }: DeviceRow) {
  const chain = await db.chains.get(id);
  const { unsent } = await readBacklog(db, id);
  let written = chain?.seq ?? 0;
  let inCustody = written - unsent;
  return {
    wrote(seq: number): void {
      written = Math.max(written, seq);
    },
    heard(highWater: number): void {
      inCustody = Math.max(inCustody, highWater);
    },
    unsent(): number {
      // Another tab may have written too.
      const known = readKnownDevice(trace);
      const end = known?.device === id ? Math.max(written, known.seq) : written;
      return Math.max(0, end - inCustody);
    },
  };
}

/** The key that the server's answers are checked with; only a signed answer moves it on. */
function pinnedKey(db: PhoneDb, device: DeviceRow) {
  let key = device.serverKey;
  let text = '';
  return {
    current: (): CryptoKey => key,
    async pin(next: PublicKey): Promise<void> {
      if (publicKeyText(next) === text) return;
      text = publicKeyText(next);
      const imported = await importServerKey(next);
      await db.devices.update(device.id, { serverKey: imported });
      key = imported;
    },
  };
}

/** The key that a rescue is sealed to; only a signed answer moves it on. */
function pinnedRescueKey(db: PhoneDb, device: DeviceRow) {
  let id = device.rescueKey ? rescueKeyId(device.rescueKey) : '';
  return {
    id: (): string => id,
    async pin(next: PublicKey): Promise<void> {
      if (rescueKeyId(next) === id) return;
      await db.devices.update(device.id, { rescueKey: next });
      id = rescueKeyId(next);
    },
  };
}

/** Whoever asks while it runs gets the run that is under way. */
function onceAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work().finally(() => (running = undefined)));
}

/** Made once per database; of two tabs that start together the first one's key stays. */
async function getMarkKey(db: PhoneDb): Promise<CryptoKey> {
  const fresh = await makeMarkKey();
  return db.transaction('rw', db.meta, async () => {
    const kept = await db.meta.get('mark-key');
    if (kept?.key === 'mark-key') return kept.markKey;
    await db.meta.put({ key: 'mark-key', markKey: fresh });
    return fresh;
  });
}
