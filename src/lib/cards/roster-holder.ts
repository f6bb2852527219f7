// The roster in memory: read once, while the screens already start, replaced when a newer one comes, gone the moment its time is over.
import type { Roster } from '#domain/cards/roster.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import type { Clock } from '../clock.ts';
import type { DeviceRow, PhoneDb } from '../db/phone-db.ts';
import type { Chance } from '../ids.ts';
import {
  expiryOf,
  fetchRoster,
  loadRoster,
  wipeRoster,
  type RosterDownload,
  type RosterKind,
} from './roster-store.ts';

export type RosterHolder = {
  /** What lies on the phone is in memory, or there is nothing; until then nobody can say of a card what it is. */
  readonly read: Promise<void>;
  readonly current: () => Roster | undefined;
  /** There was a roster, and its time is over. */
  readonly isExpired: () => boolean;
  /** Gets the offered roster, if there is a newer one; one download at a time. */
  readonly refresh: () => Promise<void>;
  /** The server took it back: the store is wiped with the answer itself. */
  readonly forget: () => void;
  readonly close: () => void;
};

export type RosterHolderParts = {
  readonly db: PhoneDb;
  readonly device: DeviceRow;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly trueNow: () => Instant;
  readonly download: RosterDownload;
  readonly of: RosterKind;
};

/** setTimeout counts no further. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export function openRosterHolder(parts: RosterHolderParts): RosterHolder {
  const { db, device, clock, chance, trueNow, download, of } = parts;
  let roster: Roster | undefined;
  let expired = false;
  let refreshing: Promise<void> | undefined;
  let cancelExpiry = (): void => undefined;
  let wanted = true;
  const read = readFromDisk().catch((error: unknown) => {
    console.error('The card list on this phone could not be read.', error);
  });

  return {
    read,
    current,
    isExpired: () => expired,
    refresh() {
      refreshing ??= read
        .then(() => fetchRoster(db, device, chance, download, current(), of))
        .then((fresh) => {
          if (!fresh) return;
          roster = fresh;
          expired = false;
          watchExpiry();
        })
        .finally(() => {
          refreshing = undefined;
        });
      return refreshing;
    },
    forget() {
      wanted = false;
      roster = undefined;
      cancelExpiry();
    },
    close() {
      wanted = false;
      cancelExpiry();
    },
  };

  async function readFromDisk(): Promise<void> {
    const wasThere = (await db.meta.get(of === 'number' ? 'roster' : 'chips')) !== undefined;
    const found = await loadRoster(db, device, trueNow(), of);
    if (!wanted) return; // taken back, or closed, meanwhile
    roster = found;
    expired = wasThere && !found;
    watchExpiry();
  }

  function current(): Roster | undefined {
    if (!roster || expiryOf(roster) > trueNow()) return roster;
    roster = undefined;
    expired = true;
    wipeRoster(db, of).catch((error: unknown) => {
      console.warn('An expired roster could not be wiped; the next start tries again.', error);
    });
    return undefined;
  }

  /** Also when nobody scans. */
  function watchExpiry(): void {
    cancelExpiry();
    if (!roster) return;
    const ms = Math.min(Math.max(0, expiryOf(roster) - trueNow()), TIMER_MAX_MS);
    cancelExpiry = clock.after(ms, () => {
      if (current()) watchExpiry();
    });
  }
}
