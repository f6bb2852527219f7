// The roster on the phone: fetched whole once, then followed by what changed, checked, sealed at rest, read into memory
// once, wiped when it expires. On the disk lie the file as it came and, beside it, one delta from its version to now: a
// change writes hundreds of bytes, not megabytes.
// The chips of the same cards are a second file of the same shape, only on a phone that reads them.
// After its end every well-formed number is Genoteerd; scanning never stops (offline-and-sync part 5).
import {
  decodeRoster,
  decodeRosterInStretches,
  type Roster,
  type RosterHeader,
} from '#domain/cards/roster.ts';
import { applyDelta, decodeDelta, deltaOf, encodeDelta, isRosterDelta } from '#domain/cards/roster-delta.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { RosterOffer } from '#domain/sync/exchange.ts';
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

/** Of the numbers on the cards, or of their chips. */
export type RosterKind = RosterHeader['of'];

const PLACES = {
  number: { row: 'roster', file: 'roster', delta: 'roster-delta' },
  chip: { row: 'chips', file: 'chips', delta: 'chips-delta' },
} as const;

/** From disk into memory; undefined when there is none, it cannot be read, or its time is over. */
export async function loadRoster(
  db: PhoneDb,
  device: DeviceRow,
  at: Instant,
  of: RosterKind = 'number',
): Promise<Roster | undefined> {
  const place = PLACES[of];
  const [onBoard, file, delta] = await db.transaction('r', db.meta, db.blobs, () =>
    Promise.all([db.meta.get(place.row), db.blobs.get(place.file), db.blobs.get(place.delta)]),
  );
  if (onBoard?.key !== place.row || file?.key !== place.file || onBoard.device !== device.id)
    return undefined;
  if (onBoard.expiresAt <= at) {
    await wipeRoster(db, of);
    return undefined;
  }
  const unsealed = (sealed: typeof file.sealed): Promise<Uint8Array> =>
    unseal(device.storageKey, sealed).catch(() => new Uint8Array());
  const whole = await decodeRosterInStretches(await unsealed(file.sealed), letOthersWork);
  const roster =
    whole.ok && delta?.key === place.delta
      ? followed(whole.value, await unsealed(delta.sealed), {
          id: onBoard.rosterId,
          expiresAt: onBoard.expiresAt,
        })
      : whole.ok
        ? whole.value
        : undefined;
  if (roster?.header.version === onBoard.version) return roster;
  await wipeRoster(db, of);
  return undefined;
}

/** Painting, a tap, the start of the camera. */
const letOthersWork = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Undefined when there is nothing new or nothing usable: what is on board stays. */
export async function fetchRoster(
  db: PhoneDb,
  device: DeviceRow,
  chance: Chance,
  download: RosterDownload,
  had: Roster | undefined,
  of: RosterKind = 'number',
): Promise<Roster | undefined> {
  const contact = await db.contacts.get(device.id);
  const offer = contact?.rosterOffer;
  if (!offer || !contact.token) return undefined;
  const { row } = PLACES[of];
  const onBoard = await db.meta.get(row);
  const known = onBoard?.key === row && onBoard.device === device.id ? onBoard : undefined;
  if (known?.rosterId === offer.id && known.version >= offer.version) return undefined;
  const { value: token } = contact.token;
  // A change goes beside the file on the disk: without that file, and in another window's place, the whole one is needed.
  const base =
    had?.header.rosterId === known?.rosterId && had?.header.version === known?.version ? had : undefined;
  const file = await download(urlOf(offer, of, base), token, known?.etag ?? null);
  if (file === undefined || file === 'unchanged') return undefined;
  const fresh = read(file, offer, of, base) ?? (base && (await fetchWhole(download, offer, of, token)));
  if (!fresh) return undefined;
  await keepRoster(db, device, chance, fresh);
  // The server prints a whole file seldom: what changed since comes on its own.
  const behind = fresh.isWhole && fresh.roster.header.version < offer.version;
  const more = behind && (await download(urlOf(offer, of, fresh.roster), token, null));
  const newest =
    more && more !== 'unchanged' && isRosterDelta(more.bytes) && read(more, offer, of, fresh.roster);
  if (!newest) return fresh.roster;
  await keepRoster(db, device, chance, newest);
  return newest.roster;
}

type Fetched = {
  readonly roster: Roster;
  readonly isWhole: boolean;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string | null;
};

/** The whole file, or what changed since the one on board. */
function urlOf({ url }: RosterOffer, of: RosterKind, base: Roster | undefined): string {
  const query = new URLSearchParams({
    ...(base && { from: `${base.header.rosterId}.${base.header.version}` }),
    ...(of === 'chip' && { of }),
  });
  const text = query.toString();
  return text === '' ? url : `${url}?${text}`;
}

async function fetchWhole(
  download: RosterDownload,
  offer: RosterOffer,
  of: RosterKind,
  token: string,
): Promise<Fetched | undefined> {
  const file = await download(urlOf(offer, of, undefined), token, null);
  return file && file !== 'unchanged' ? read(file, offer, of, undefined) : undefined;
}

/** A delta where one was asked for, or a whole file; nothing that is neither, or of another roster. */
function read(
  { bytes, etag }: RosterFile,
  offer: RosterOffer,
  of: RosterKind,
  base: Roster | undefined,
): Fetched | undefined {
  if (base && isRosterDelta(bytes)) {
    const roster = followed(base, bytes, offer);
    return roster && { roster, isWhole: false, bytes, etag };
  }
  const whole = decodeRoster(bytes);
  if (!whole.ok || whole.value.header.rosterId !== offer.id || whole.value.header.of !== of) return undefined;
  return { roster: whole.value, isWhole: true, bytes, etag };
}

function followed(
  base: Roster,
  bytes: Uint8Array,
  { id, expiresAt }: Pick<RosterOffer, 'id' | 'expiresAt'>,
): Roster | undefined {
  const delta = decodeDelta(bytes);
  const next = delta.ok ? applyDelta(base, delta.value, { rosterId: id, expiresAt }) : delta;
  return next.ok && next.value.changes.size <= limits.rosterChangesMax ? next.value : undefined;
}

/** Never longer than the phone's own limit, whatever the file says. */
export const expiryOf = ({ header }: Roster): Instant =>
  Math.min(header.expiresAt, header.builtAt + limits.rosterMaxAgeMs);

export async function wipeRoster(db: PhoneDb, of: RosterKind): Promise<void> {
  const { row, file, delta } = PLACES[of];
  await db.transaction('rw', db.blobs, db.meta, async () => {
    await db.blobs.bulkDelete([file, delta]);
    await db.meta.delete(row);
  });
}

async function keepRoster(
  db: PhoneDb,
  device: DeviceRow,
  chance: Chance,
  { roster, isWhole, bytes, etag }: Fetched,
): Promise<void> {
  const { rosterId, version, builtAt, of } = roster.header;
  const place = PLACES[of];
  const plain = isWhole ? bytes : encodeDelta(deltaOf(roster, roster.fileVersion, roster.changes.keys()));
  const sealed = await seal(device.storageKey, chance, plain);
  const onBoard: RosterOnBoard = {
    key: place.row,
    device: device.id,
    rosterId,
    version,
    builtAt,
    expiresAt: expiryOf(roster),
    etag,
  };
  try {
    await db.transaction('rw', db.blobs, db.meta, db.visits, db.contacts, async () => {
      if (isWhole) {
        await db.blobs.put({ key: place.file, sealed });
        await db.blobs.delete(place.delta);
      } else {
        await db.blobs.put({ key: place.delta, sealed });
      }
      await db.meta.put(onBoard);
      if (of === 'chip') return;
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
