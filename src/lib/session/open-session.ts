// What is this phone at start: enrolled, waiting, revoked, a stranger, or one that lost its storage?
import { planted } from '#domain/kernel/planted.ts';
import { forgetKnownDevice, readKnownDevice, type KnownDevice, type TraceStore } from '../db/known-device.ts';
import { isOfNewerApp, type DeviceRow, type PhoneDb } from '../db/phone-db.ts';
import { listWaiting } from '../rescue/carried.ts';
import { wipeRegionData } from '../sync/dexie-sync-store.ts';

export type Standing =
  | { readonly kind: 'none' }
  /** The browser threw the database away: n commands are known up to `seq`, the rest is gone. Enrol anew, naming it. */
  | { readonly kind: 'lost'; readonly known: KnownDevice }
  | { readonly kind: 'waiting'; readonly device: DeviceRow }
  /** `next`: it asked to become another device, and goes on as this one until that is approved. */
  | { readonly kind: 'enrolled' | 'revoked'; readonly device: DeviceRow; readonly next?: DeviceRow }
  /** A newer version of the app has been here: update first. */
  | { readonly kind: 'unusable'; readonly why: 'newer-database' | 'no-store' };

export async function readStanding(db: PhoneDb, trace: TraceStore): Promise<Standing> {
  try {
    await db.open();
  } catch (error) {
    console.error('The database of this phone does not open.', error);
    return { kind: 'unusable', why: 'no-store' };
  }
  if (isOfNewerApp(db)) return { kind: 'unusable', why: 'newer-database' };
  const asking = await deviceOf(db, 'enrolling');
  const next = asking?.state === 'pending' ? asking : undefined;
  const device = await deviceOf(db, 'current');
  const known = planted('seq-reuse') ? undefined : readKnownDevice(trace);
  const lost = known && (await isLost(db, known));
  if (next && (!device || lost)) return { kind: 'waiting', device: next };
  if (lost) return { kind: 'lost', known };
  if (!device) return { kind: 'none' };
  return { kind: device.state === 'revoked' ? 'revoked' : 'enrolled', device, ...(next && { next }) };
}

/**
 * Devices this phone was before, and whose commands it still keeps: they go on sending, with their own key. Also when
 * the server has all of them, because a restored server asks for them again; pruning ends it. And one for each region whose
 * bundles this phone carries, when it is no phone of that region now.
 */
export async function findDebtors(db: PhoneDb, current: string | undefined): Promise<DeviceRow[]> {
  const former = await db.devices.where('state').anyOf('left', 'revoked').toArray();
  const owing: DeviceRow[] = [];
  const carriedFor = new Set((await listWaiting(db)).map(({ head }) => head.region));
  const now = current === undefined ? undefined : await db.devices.get(current);
  if (now && (now.state === 'active' || now.state === 'revoked')) carriedFor.delete(now.region);
  for (const device of former) {
    if (device.id === current) continue;
    const kept = db.outbox
      .where('[device+seq]')
      .between([device.id, 0], [device.id, Number.MAX_SAFE_INTEGER]);
    if ((await kept.count()) === 0 && !carriedFor.has(device.region)) continue;
    owing.push(device);
    carriedFor.delete(device.region);
  }
  return owing;
}

/** Signs out: the roster goes, unsent commands stay and are still sent. */
export async function leaveDevice(db: PhoneDb, trace: TraceStore): Promise<void> {
  await db.transaction(
    'rw',
    [db.devices, db.meta, db.blobs, db.visits, db.activities, db.phones],
    async () => {
      const current = await db.meta.get('current');
      if (current?.key === 'current') await db.devices.update(current.device, { state: 'left' });
      await db.meta.bulkDelete(['current', 'enrolling']);
      await wipeRegionData(db);
    },
  );
  forgetKnownDevice(trace);
}

async function deviceOf(db: PhoneDb, key: 'current' | 'enrolling'): Promise<DeviceRow | undefined> {
  const row = await db.meta.get(key);
  return row && 'device' in row ? db.devices.get(row.device) : undefined;
}

/** Gone, or an old copy of itself. */
async function isLost(db: PhoneDb, known: KnownDevice): Promise<boolean> {
  const chain = await db.chains.get(known.device);
  return chain === undefined || chain.seq < known.seq;
}
