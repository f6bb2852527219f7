import { describe, expect, it, vi } from 'vitest';
import { fingerprintToText } from '#domain/cards/fingerprint-text.ts';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { checkIn, type ScanResult } from '../../../src/lib/checkins/check-in.ts';
import { undoScan } from '../../../src/lib/checkins/undo-scan.ts';
import { countScans, listScans } from '../../../src/lib/checkins/scan-list.ts';
import type { Phone } from '../../../src/lib/session/phone.ts';
import type { ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import {
  offerRoster,
  reading,
  rosterFile,
  testFingerprint,
  testClock,
  testPhone,
  testPolicy,
  TEST_NOW,
  type TestClock,
} from '../../_support/phone-in-test.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

const KNOWN = makeUitpasNumber('09000109591', '0');
const BLOCKED = makeUitpasNumber('09000109592', '0');
const FOREIGN = makeUitpasNumber('08000109593', '1');

type World = { phone: Phone; clock: TestClock; policy: ActivityPolicy };

async function world(policy = testPolicy()): Promise<World> {
  const clock = testClock();
  const file = rosterFile([{ number: KNOWN }, { number: BLOCKED, state: 'blocked' }]);
  const phone = await testPhone({
    clock,
    policies: [policy],
    download: () => Promise.resolve({ bytes: file, etag: '"3"' }),
  });
  await offerRoster(phone);
  return { phone, clock, policy };
}

const scan = ({ phone, policy }: World, number = KNOWN): Promise<ScanResult> =>
  checkIn(phone, reading(number), { activityId: policy.activityId, way: 'camera' });

describe('a scan on the phone', () => {
  it('saves a known card: green, one point, one command', async () => {
    const w = await world();
    expect(await scan(w)).toMatchObject({
      kind: 'scanned',
      again: false,
      verdict: 'saved',
      outcome: 'accepted',
      points: 1,
      masked: '0900 010 959 ···',
    });
    expect(await w.phone.db.outbox.count()).toBe(1);
    expect(await w.phone.db.scans.count()).toBe(1);
  });

  it('waits for the card list that is still being read: no verdict as if there were none', async () => {
    const w = await world();
    const list = w.phone.roster();
    let isRead = false;
    let read = (): void => undefined;
    const rosterRead = new Promise<void>((resolve) => (read = resolve));
    const starting = { ...w.phone, rosterRead, roster: () => (isRead ? list : undefined) };
    const result = scan({ ...w, phone: starting }, BLOCKED);
    isRead = true;
    read();
    expect(await result).toMatchObject({ verdict: 'refused', code: 'card-blocked' });
  });

  it('notes a number it does not know and refuses a blocked card, both written down', async () => {
    const w = await world();
    expect(await scan(w, FOREIGN)).toMatchObject({ verdict: 'noted', code: 'foreign' });
    expect(await scan(w, BLOCKED)).toMatchObject({ verdict: 'refused', code: 'card-blocked', points: 0 });
    expect(await w.phone.db.outbox.count()).toBe(2);
  });

  it('takes the same card within five seconds as one scan, however often it is read', async () => {
    const w = await world();
    const results = await Promise.all([scan(w), scan(w), scan(w)]);
    expect(results.map((r) => r.kind === 'scanned' && r.again)).toEqual([false, true, true]);
    w.clock.advance(4_000);
    expect(await scan(w)).toMatchObject({ again: true, verdict: 'saved' });
    // Still before the camera: five seconds count from the last sight of it.
    w.clock.advance(4_000);
    expect(await scan(w)).toMatchObject({ again: true, verdict: 'saved' });
    expect(await w.phone.db.outbox.count()).toBe(1);
    w.clock.advance(6_000);
    expect(await scan(w)).toMatchObject({
      again: false,
      verdict: 'attention',
      outcome: 'duplicate',
      earlier: { at: TEST_NOW, here: true, deviceName: 'gsm van Fien' },
    });
    expect(await w.phone.db.outbox.count()).toBe(2);
  });

  it('takes one scan when two tabs read the same card at the same moment', async () => {
    const w = await world();
    const other = await testPhone({ db: w.phone.db, device: w.phone.device, clock: w.clock });
    await offerRoster(other);
    const results = await Promise.all([scan(w), scan({ ...w, phone: other })]);
    expect(results.map((r) => r.kind === 'scanned' && r.again).sort()).toEqual([false, true]);
    expect(await w.phone.db.outbox.count()).toBe(1);
  });

  it('says already when another phone told of a visit', async () => {
    const w = await world();
    await w.phone.db.phones.put({ id: 'd2', name: 'gsm van Jef' });
    await w.phone.db.visits.put({
      commandId: 'c2',
      activityId: w.policy.activityId,
      fingerprint: fingerprintToText(testFingerprint(KNOWN)),
      rosterId: 'r1',
      at: TEST_NOW - 720_000,
      device: 'd2',
      counts: 1,
    });
    expect(await scan(w)).toMatchObject({
      verdict: 'attention',
      earlier: { at: TEST_NOW - 720_000, here: false, deviceName: 'gsm van Jef' },
    });
  });

  it('notes every number without a roster and after its time', async () => {
    const w = await world();
    w.clock.advance(90 * 3_600_000);
    const now = w.clock.now();
    const open = testPolicy({
      occurrences: [
        { occurrenceId: 'o2', startsAt: now, endsAt: now + 1, opensAt: now - 1_000, closesAt: now + 1_000 },
      ],
    });
    await w.phone.db.activities.put(open);
    expect(await scan({ ...w, policy: open })).toMatchObject({ verdict: 'noted', doubt: 'roster-expired' });
    expect(await w.phone.db.blobs.get('roster')).toBeUndefined();
  });

  it('says when check-in opens next', async () => {
    const hour = 3_600_000;
    const opensAt = TEST_NOW + 5 * hour;
    const w = await world(
      testPolicy({
        occurrences: [
          {
            occurrenceId: 'o',
            startsAt: opensAt + hour,
            endsAt: opensAt + 2 * hour,
            opensAt,
            closesAt: opensAt + 3 * hour,
          },
        ],
      }),
    );
    expect(await scan(w)).toMatchObject({
      verdict: 'refused',
      code: 'activity-closed',
      nextOpening: opensAt,
    });
  });

  it('undoes a scan: a command of its own, and the card may come again', async () => {
    const w = await world();
    const first = await scan(w);
    if (first.kind !== 'scanned') throw new Error('not scanned');
    expect(await undoScan(w.phone, first.commandId)).toEqual({ kind: 'undone' });
    expect(await undoScan(w.phone, first.commandId)).toEqual({ kind: 'refused', why: 'already-undone' });
    expect(await scan(w)).toMatchObject({ again: false, verdict: 'saved' });
    expect((await w.phone.db.outbox.toArray()).map(({ kind }) => kind)).toEqual([
      'check-in',
      'undo-check-in',
      'check-in',
    ]);
    expect(await countScans(w.phone, w.policy.activityId, 0)).toEqual({ scanned: 1, toLookAt: 0, unsent: 3 });
  });

  it('lists scans with their life, and never digits 12 and 13', async () => {
    const w = await world();
    await scan(w);
    const [item] = await listScans(w.phone, w.policy.activityId, 0);
    expect(item).toMatchObject({ life: 'here', masked: '0900 010 959 ···', verdict: 'saved', canUndo: true });
  });

  it('keeps no digits of a card outside the sealed payload', async () => {
    const w = await world();
    await scan(w);
    for (const table of w.phone.db.tables) {
      const rows = JSON.stringify(await table.toArray());
      expect(rows, table.name).not.toContain(KNOWN.slice(0, 11));
    }
  });

  it('asks before it takes a typed article code that is in no roster for a card', async () => {
    const w = await world();
    const typed = { kind: 'uitpas' as const, number: FOREIGN, maybeArticle: true };
    const context = { activityId: w.policy.activityId, way: 'typed' as const };
    expect(await checkIn(w.phone, typed, context)).toMatchObject({ kind: 'ask' });
    expect(await w.phone.db.outbox.count()).toBe(0);
    expect(await checkIn(w.phone, typed, { ...context, surelyCard: true })).toMatchObject({
      verdict: 'noted',
    });
  });

  it('stores nothing of what is no card', async () => {
    const w = await world();
    const article = { kind: 'no-card' as const, why: 'article' as const, length: 13 };
    expect(await checkIn(w.phone, article, { activityId: w.policy.activityId, way: 'camera' })).toEqual({
      kind: 'no-card',
      reading: article,
    });
    expect(await w.phone.db.outbox.count()).toBe(0);
  });
});
