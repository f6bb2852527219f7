// The roster on the phone: fetched as a whole, checked, sealed at rest, read into memory once, wiped when it expires.
// After that every well-formed number is Genoteerd; scanning never stops (offline-and-sync part 5).
import { decodeRoster, type Roster } from '#domain/cards/roster.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { fetchWithin, Unreachable } from '../api.ts';
import type { DeviceRow, PhoneDb, RosterOnBoard } from '../db/phone-db.ts';
import { seal, unseal } from '../db/seal.ts';
import type { Chance } from '../ids.ts';

export type RosterDownload = (
  url: string,
  token: string,
  etag: string | null,
) => Promise<RosterFile | 'unchanged' | undefined>;
export type RosterFile = { readonly bytes: Uint8Array<ArrayBuffer>; readonly etag: string | null };

/** From disk into memory; undefined when there is none, it cannot be read, or its time is over. */
export async function loadRoster(db: PhoneDb, device: DeviceRow, at: Instant): Promise<Roster | undefined> {
  const onBoard = await db.meta.get('roster');
  const blob = await db.blobs.get('roster');
  if (onBoard?.key !== 'roster' || blob?.key !== 'roster' || onBoard.device !== device.id) return undefined;
  if (onBoard.expiresAt <= at) {
    await wipeRoster(db);
    return undefined;
  }
  const roster = decodeRoster(await unseal(device.storageKey, blob.sealed).catch(() => new Uint8Array()));
  if (roster.ok) return roster.value;
  await wipeRoster(db);
  return undefined;
}

/** Undefined when there is nothing new or nothing usable: what is on board stays. */
export async function fetchRoster(
  db: PhoneDb,
  device: DeviceRow,
  chance: Chance,
  download: RosterDownload,
): Promise<Roster | undefined> {
  const contact = await db.contacts.get(device.id);
  const offer = contact?.rosterOffer;
  if (!offer || !contact.token) return undefined;
  const onBoard = await db.meta.get('roster');
  const known = onBoard?.key === 'roster' && onBoard.device === device.id ? onBoard : undefined;
  if (known?.rosterId === offer.id && known.version === offer.version) return undefined;
  const file = await download(offer.url, contact.token.value, known?.etag ?? null);
  if (file === undefined || file === 'unchanged') return undefined;
  const roster = decodeRoster(file.bytes);
  if (!roster.ok || roster.value.header.rosterId !== offer.id) return undefined;
  await keepRoster(db, device, chance, file, roster.value);
  return roster.value;
}

/** Never longer than the phone's own limit, whatever the file says. */
export const expiryOf = ({ header }: Roster): Instant =>
  Math.min(header.expiresAt, header.builtAt + limits.rosterMaxAgeMs);

export async function wipeRoster(db: PhoneDb): Promise<void> {
  await db.transaction('rw', db.blobs, db.meta, async () => {
    await db.blobs.delete('roster');
    await db.meta.delete('roster');
  });
}

async function keepRoster(
  db: PhoneDb,
  device: DeviceRow,
  chance: Chance,
  { bytes, etag }: RosterFile,
  roster: Roster,
): Promise<void> {
  const { rosterId, version, builtAt } = roster.header;
  const sealed = await seal(device.storageKey, chance, bytes);
  const onBoard: RosterOnBoard = {
    key: 'roster',
    device: device.id,
    rosterId,
    version,
    builtAt,
    expiresAt: expiryOf(roster),
    etag,
  };
  try {
    await db.transaction('rw', db.blobs, db.meta, db.visits, db.contacts, async () => {
      await db.blobs.put({ key: 'roster', sealed });
      await db.meta.put(onBoard);
      // Visits of others are named by this roster's key: those under another one say nothing any more, so ask again.
      const strange = await db.visits.where('rosterId').notEqual(rosterId).delete();
      if (strange > 0) await db.contacts.update(device.id, { cursor: null });
    });
  } catch (error) {
    // Without room for the roster it still serves from memory until the app closes.
    console.warn('The roster could not be kept.', error);
  }
}

/** Undefined when the server gave no roster; a wrong answer is noticed by decoding it. */
export const downloadRoster: RosterDownload = async (url, token, etag) => {
  const headers = new Headers({ authorization: `Bearer ${token}` });
  if (etag !== null) headers.set('if-none-match', etag);
  try {
    return await fetchWithin(url, ROSTER_TIMEOUT_MS, { headers, credentials: 'omit' }, async (response) => {
      if (response.status === 304) return 'unchanged';
      if (!response.ok) return undefined;
      return { bytes: new Uint8Array(await response.arrayBuffer()), etag: response.headers.get('etag') };
    });
  } catch (error) {
    if (error instanceof Unreachable) return undefined; // the next exchange offers it again
    throw error;
  }
};

/** Four megabytes over a slow line. */
const ROSTER_TIMEOUT_MS = 3 * limits.syncTimeoutMs;
