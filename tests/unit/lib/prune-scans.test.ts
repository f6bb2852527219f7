import { expect, it } from 'vitest';
import { limits } from '#domain/kernel/limits.ts';
import { newId } from '../../../src/lib/ids.ts';
import { readBacklog } from '../../../src/lib/db/unsent.ts';
import { scanRow, type OutboxRow } from '../../../src/lib/db/phone-db.ts';
import { createDexieSyncStore } from '../../../src/lib/sync/dexie-sync-store.ts';
import { TEST_NOW, testPhone, testPolicy } from '../../_support/phone-in-test.ts';

const DAY_MS = 86_400_000;
const OLD = TEST_NOW - limits.settledKeptMs - DAY_MS;

async function phoneWithScans(scans: readonly { activityId: string; at: number; undoSeq?: number }[]) {
  const byDay = testPolicy();
  const byYear = testPolicy({
    periods: [{ key: '2026', startsAt: TEST_NOW - 300 * DAY_MS, endsAt: TEST_NOW + 30 * DAY_MS }],
  });
  const { db, device } = await testPhone({ policies: [byDay, byYear] });
  const ids = { day: byDay.activityId, year: byYear.activityId, gone: newId() };
  await db.scans.bulkAdd(
    scans.map(({ activityId, at, ...rest }, i) =>
      scanRow({
        commandId: newId(),
        device: device.id,
        seq: i + 1,
        activityId: ids[activityId as keyof typeof ids],
        mark: 'm',
        at,
        shown: { verdict: 'saved', outcome: 'accepted', points: 1 },
        undone: 0,
        ...rest,
      }),
    ),
  );
  await db.chains.put({ device: device.id, seq: scans.length, hash: 'h' });
  const prune = async (): Promise<number[]> => {
    await createDexieSyncStore(db, device).prune(TEST_NOW - limits.settledKeptMs, TEST_NOW);
    return (await db.scans.orderBy('[device+seq]').toArray()).map(({ seq }) => seq);
  };
  const hold = (seq: number, change: Partial<OutboxRow> = {}) =>
    db.outbox.add({
      device: device.id,
      seq,
      id: newId(),
      kind: 'check-in',
      envelope: '',
      payload: { iv: new Uint8Array(), bytes: new ArrayBuffer(0) },
      salt: '',
      prevHash: '',
      hash: '',
      at: OLD,
      state: 'unsent',
      ...change,
    });
  return { prune, hold, db, device, backlog: () => readBacklog(db, device.id) };
}

it('prunes old scans that no list and no limit asks for any more', async () => {
  const { prune } = await phoneWithScans([
    { activityId: 'day', at: OLD },
    { activityId: 'gone', at: OLD },
    { activityId: 'year', at: OLD }, // once a year: the next visit must still be told "already"
    { activityId: 'day', at: TEST_NOW - DAY_MS },
    { activityId: 'gone', at: TEST_NOW - DAY_MS },
  ]);
  expect(await prune()).toEqual([3, 4, 5]);
});

it('keeps a scan as long as its command, its undo or one before it is kept', async () => {
  const { prune, hold } = await phoneWithScans([
    { activityId: 'day', at: OLD },
    { activityId: 'day', at: OLD, undoSeq: 4 },
    { activityId: 'day', at: OLD },
  ]);
  await hold(3);
  expect(await prune()).toEqual([2, 3]);
});

it('leaves no gap between commands that are not sent: their number is told from the first and the last', async () => {
  const { prune, hold, db, backlog } = await phoneWithScans([]);
  const sent = { state: 'settled', receivedAt: OLD } as const;
  for (let seq = 1; seq <= 400; seq++) await hold(seq, seq === 2 || seq === 399 ? {} : sent);
  await prune();
  expect(await backlog()).toMatchObject({ unsent: 2 });
  expect((await db.outbox.orderBy('[device+seq]').first())?.seq).toBe(2);
});
