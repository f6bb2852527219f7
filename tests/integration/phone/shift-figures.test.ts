// The same evening in figures: what the phones show at the end of the shift, and what the desk shows.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { must } from '#domain/kernel/assert.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { listCheckIns } from '#server/checkins/service.ts';
import { randomIds } from '#server/ids.ts';
import { testClock, reading, type TestClock } from '#tests/_support/phone-in-test.ts';
import { EVENING, REGION_ID } from '#tests/_support/region.ts';
import { serverForPhones, type ServerForPhones } from '#tests/_support/server-for-phones.ts';
import { checkIn } from '../../../src/lib/checkins/check-in.ts';
import { countScans, summariseShift } from '../../../src/lib/checkins/scan-list.ts';
import { undoScan } from '../../../src/lib/checkins/undo-scan.ts';
import type { Phone } from '../../../src/lib/session/phone.ts';

let clock: TestClock;
let server: ServerForPhones;
let activityId: string;

beforeEach(async () => {
  clock = testClock(EVENING);
  server = await serverForPhones(clock);
  activityId = await server.region.activity();
});
afterEach(() => server.close());

async function phoneAtTheDoor(name: string): Promise<Phone> {
  const phone = await server.enrolPhone(name, [activityId], clock);
  await phone.sync.drain();
  await phone.refreshRoster();
  return phone;
}

async function scan(phone: Phone, number: UitpasNumber): Promise<string> {
  clock.advance(limits.sameScanMs + 1_000);
  const result = await checkIn(phone, reading(number), { activityId, way: 'camera' });
  if (result.kind !== 'scanned') throw new Error(`not scanned: ${result.kind}`);
  return result.commandId;
}

async function deskFigures() {
  const { db, organisationId } = server.region;
  const actor = {
    userId: randomUUID(),
    email: 'balie@example.org',
    name: 'Balie',
    regionId: REGION_ID,
    sessionId: randomUUID(),
    provedAt: 0,
    grants: [
      {
        role: 'organisation-admin' as const,
        regionId: REGION_ID,
        place: { kind: 'organisation' as const, organisationId },
      },
    ],
  };
  const submit = () => Promise.reject(new Error('nothing is entered here'));
  const listed = await listCheckIns({ db, clock, ids: randomIds, submit }, actor, activityId, undefined);
  if (!listed.ok) throw new Error(listed.error.code);
  const { scanned, points, toLookAt } = listed.value.totals;
  return { scanned, points, toLookAt };
}

async function phoneFigures(phones: readonly Phone[]) {
  const sum = { scanned: 0, points: 0, toLookAt: 0 };
  for (const phone of phones) {
    const { scanned, points, toLookAt } = await summariseShift(phone, activityId, 0);
    expect(await countScans(phone, activityId, 0)).toMatchObject({ scanned, toLookAt });
    sum.scanned += scanned;
    sum.points += points;
    sum.toLookAt += toLookAt;
  }
  return sum;
}

it('phones and desk show the same figures for the same evening', async () => {
  const cards = await Promise.all(Array.from({ length: 5 }, () => server.region.card()));
  const [anna, bram, chris, dina, emma] = cards.map(({ number }) => number);
  const blocked = await server.region.card({ state: 'blocked' });
  const phones = [await phoneAtTheDoor('Inkom 1'), await phoneAtTheDoor('Inkom 2')];
  const [one, two] = [must(phones[0], 'a phone'), must(phones[1], 'a phone')];
  const card = (number: UitpasNumber | undefined): UitpasNumber => must(number, 'a card');

  await scan(two, card(anna)); // first, but heard of last
  await scan(one, card(anna)); // counts until phone two is heard
  await scan(one, card(bram));
  await scan(one, card(bram)); // already: told at the door
  await undoScan(one, await scan(one, card(chris)));
  await scan(one, card(dina));
  await scan(one, blocked.number); // refused: told at the door
  await server.region.db
    .updateTable('card')
    .set({ state: 'blocked', state_since: EVENING - 1 })
    .where('uitpas_number', '=', card(emma))
    .execute();
  await scan(one, card(emma)); // blocked meanwhile: refused after the fact
  await one.sync.drain();
  await two.sync.drain();

  const expected = { scanned: 7, points: 3, toLookAt: 2 };
  // The feed brings the changed ruling once no older transaction runs.
  await vi.waitFor(
    async () => {
      for (const phone of phones) await phone.sync.drain();
      expect(await phoneFigures(phones)).toEqual(expected);
    },
    { timeout: 20_000, interval: 50 },
  );
  expect(await deskFigures()).toEqual(expected);
});
