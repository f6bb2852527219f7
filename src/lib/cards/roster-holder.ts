// The roster in memory: read once at the start, replaced when a newer one comes, gone the moment its time is over.
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

export async function openRosterHolder(parts: RosterHolderParts): Promise<RosterHolder> {
  const { db, device, clock, chance, trueNow, download, of } = parts;
  const wasThere = (await db.meta.get(of === 'number' ? 'roster' : 'chips')) !== undefined;
  let roster = await loadRoster(db, device, trueNow(), of);
  let expired = wasThere && !roster;
  let refreshing: Promise<void> | undefined;
  let cancelExpiry = (): void => undefined;
  watchExpiry();

  return {
    current,
    isExpired: () => expired,
    refresh() {
      refreshing ??= fetchRoster(db, device, chance, download, current(), of)
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
      roster = undefined;
      cancelExpiry();
    },
    close: () => cancelExpiry(),
  };

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
