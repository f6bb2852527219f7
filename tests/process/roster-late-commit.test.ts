import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyDelta, decodeDelta } from '#domain/cards/roster-delta.ts';
import { decodeRoster, type Roster } from '#domain/cards/roster.ts';
import { must } from '#domain/kernel/assert.ts';
import type { RosterOffer } from '#domain/sync/exchange.ts';
import { createRosterFiles, rosterOfferOf } from '#server/cards/roster-service.ts';
import { readyDataDir } from '#tests/_support/prepared-data.ts';
import { EVENING, openRegion, REGION_ID, type TestRegion } from '#tests/_support/region.ts';
import { databaseUrlOf, removeDataDir, startServer } from '#tests/_support/server-process.ts';
import type { ServerProcess } from '#tests/_support/server-process.ts';
import { testKeys } from '#tests/_support/test-context.ts';

// A database server of its own: the transaction that is held here would hold back the feeds of every other test.

const keys = testKeys();
let dataDir: string;
let server: ServerProcess;
let region: TestRegion;

beforeAll(async () => {
  dataDir = await readyDataDir('empty');
  server = await startServer({ dataDir });
  region = await openRegion(databaseUrlOf(dataDir));
});
afterAll(async () => {
  await region.close();
  await server.stop();
  await removeDataDir(dataDir);
});

test('a card that commits late is told after one that came later and was quicker', async () => {
  const { db } = region;
  const activityId = await region.activity();
  const files = createRosterFiles({ db, keys, clock: { now: () => EVENING } });
  const offer = async (): Promise<RosterOffer> =>
    must((await rosterOfferOf({ db, keys }, REGION_ID, [activityId], EVENING)) ?? undefined, 'offer');
  const follow = async (had?: Roster): Promise<Roster> => {
    const { id: rosterId, expiresAt } = await offer();
    const wish = { rosterId, of: 'number' as const, ...(had && { from: had.header }) };
    const file = must(await files.findFile(REGION_ID, [activityId], wish), 'file');
    const bytes = new Uint8Array(await file.body('identity'));
    const delta = decodeDelta(bytes);
    const next =
      had && delta.ok ? applyDelta(had, delta.value, { rosterId, expiresAt }) : decodeRoster(bytes);
    return must(next.ok ? next.value : undefined, 'roster');
  };
  const find = (roster: Roster, number: string): unknown =>
    roster.find(roster.fingerprint((key, bytes) => createHmac('sha256', key).update(bytes).digest(), number));

  const { number: late } = await region.card();
  const first = await follow();
  const held = gate();
  const underWay = gate();
  const slow = db.transaction().execute(async (trx) => {
    await trx.updateTable('card').set({ state: 'blocked' }).where('uitpas_number', '=', late).execute();
    underWay.open();
    await held.opened;
  });
  await underWay.opened;
  const { number: quick } = await region.card();
  const between = await follow(first);
  expect(find(between, late)).toMatchObject({ state: 'active' });
  held.open();
  await slow;

  expect((await offer()).version).toBeGreaterThan(between.header.version);
  const last = await follow(between);
  expect(find(last, late)).toMatchObject({ state: 'blocked' });
  expect(find(last, quick)).toMatchObject({ state: 'active' });
  expect(last.fileVersion).toBe(first.fileVersion);
});

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}
