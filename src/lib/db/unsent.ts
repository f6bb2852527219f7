// What of a device is on this phone only. Not counted one by one: a phone that was offline for long holds a hundred thousand,
// and every exchange and every scan that looks would wait for that.
import type { Collection } from 'dexie';
import type { CommandState, OutboxRow, PhoneDb } from './phone-db.ts';

export type Backlog = { readonly unsent: number; readonly oldestUnsentAt: number | null };

export const withState = (
  db: PhoneDb,
  device: string,
  state: CommandState,
  from = 0,
  to = Number.MAX_SAFE_INTEGER,
): Collection<OutboxRow, [string, number]> =>
  db.outbox.where('[device+state+seq]').between([device, state, from], [device, state, to], true, true);

/** In one transaction of the outbox, the caller's or its own. Pruning leaves no gap behind an unsent one: all from the first to the last, but what is not unsent. */
export const readBacklog = (db: PhoneDb, device: string): Promise<Backlog> =>
  db.transaction('r', db.outbox, async () => {
    const [oldest, [newest]] = await Promise.all([
      withState(db, device, 'unsent').first(),
      withState(db, device, 'unsent').reverse().limit(1).primaryKeys(),
    ]);
    if (!oldest || !newest) return { unsent: 0, oldestUnsentAt: null };
    const [, last] = newest;
    const others = await Promise.all(
      (['custody', 'settled'] as const).map((state) =>
        withState(db, device, state, oldest.seq, last).count(),
      ),
    );
    const unsent = last - oldest.seq + 1 - others.reduce((sum, count) => sum + count, 0);
    return { unsent, oldestUnsentAt: oldest.at };
  });
