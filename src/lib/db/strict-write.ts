// One strict read-write transaction, or a clear "not saved". A full disk or a dead connection gets one second try:
// the pad and the cached roster are given up first, because a scan is worth more than either.
import { Dexie, type Table } from 'dexie';
import { assert } from '#domain/kernel/assert.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { Chance } from '../ids.ts';
import { durability as promised, isOfNewerApp, ROSTER_BLOBS, ROSTER_ROWS, type PhoneDb } from './phone-db.ts';

export type NotSaved = {
  readonly code: 'not-saved';
  readonly why: 'no-room' | 'no-device' | 'store-failed';
};

/** Thrown inside a transaction when this phone may not write: another tab left, or the server revoked it. */
export class NoDevice extends Error {
  override readonly name = 'NoDevice';
}

const PAD_BYTES = 1024 * 1024;

export async function writeStrictly<T>(
  db: PhoneDb,
  tables: readonly Table[],
  work: () => Promise<T>,
): Promise<Result<T, NotSaved>> {
  const attempt = (): PromiseLike<T> =>
    db.transaction('rw', tables, async () => {
      requireStrict();
      return work();
    });
  try {
    return ok(await attempt());
  } catch (first) {
    if (first instanceof NoDevice) return refuse({ code: 'not-saved', why: 'no-device' });
    try {
      await makeRoom(db, first);
      return ok(await attempt());
    } catch (second) {
      console.error('A write failed twice.', first, second);
      return refuse({
        code: 'not-saved',
        why: isQuota(second) || isQuota(first) ? 'no-room' : 'store-failed',
      });
    }
  }
}

/** Random, so that no disk compresses it away. Without room for it there is nothing to reserve. */
export async function reservePad(db: PhoneDb, chance: Chance): Promise<void> {
  if ((await db.blobs.where('key').equals('pad').count()) > 0) return;
  const bytes = new Uint8Array(PAD_BYTES);
  for (let at = 0; at < PAD_BYTES; at += 65_536) bytes.set(chance.bytes(65_536), at);
  try {
    await db.blobs.put({ key: 'pad', bytes });
  } catch (error) {
    console.warn('No room to reserve.', error);
  }
}

async function makeRoom(db: PhoneDb, failure: unknown): Promise<void> {
  if (isQuota(failure)) {
    await db.transaction('rw', db.blobs, db.meta, () =>
      Promise.all([db.blobs.bulkDelete(['pad', ...ROSTER_BLOBS]), db.meta.bulkDelete([...ROSTER_ROWS])]),
    );
    return;
  }
  // A connection that the browser killed (iOS does, in the background) stays dead until it is opened again.
  db.close({ disableAutoOpen: false });
  await db.open();
  if (isOfNewerApp(db)) {
    db.close();
    throw new Error('A newer version of the app has upgraded the database', { cause: failure });
  }
}

/** Browsers that tell their durability must tell 'strict'; one that does not know the option has only strict. */
function requireStrict(): void {
  const durability = Dexie.currentTransaction?.idbtrans.durability as IDBTransactionDurability | undefined;
  assert(
    durability === undefined || durability === promised(),
    `a scan is written strictly, not ${durability}`,
  );
}

function isQuota(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'QuotaExceededError') return true;
  return 'inner' in error && isQuota(error.inner);
}
