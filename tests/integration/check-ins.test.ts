import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CheckInList, DeskCheckIn, DeviceList, PaperListResult } from '#domain/desk-api.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { maskUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { brokenLaws } from '#tests/_support/region.ts';
import { lastAfternoon, openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';

const MINUTE_MS = 60_000;
let world: DeskWorld;
let now: number;

beforeAll(async () => {
  world = await openDeskWorld(lastAfternoon());
  now = world.context.clock.now();
});
afterAll(() => world.close());

const list = async (activityId: string, day = ''): Promise<CheckInList> =>
  CheckInList.parse(
    (await world.bib.get(`/api/activities/${activityId}/check-ins${day && `?day=${day}`}`)).body,
  );

test('the list of tonight: newest first, masked, with what is to be looked at and who still owes', async () => {
  const { activityId } = await world.activity();
  const [anna, bram, blocked] = [await world.card(), await world.card(), await world.card('blocked')];
  const phone = await world.phone([activityId]);
  for (const [card, minutes] of [
    [anna, 10],
    [bram, 9],
    [anna, 8],
    [blocked, 7],
  ] as const) {
    phone.checkIn({ activityId, number: card.number }, now - minutes * MINUTE_MS);
  }
  await world.sync(phone);
  const shown = await list(activityId);
  expect(shown.checkIns.map(({ outcome, code }) => code ?? outcome)).toEqual([
    'card-blocked',
    'duplicate',
    'accepted',
    'accepted',
  ]);
  expect(shown.checkIns[3]).toMatchObject({
    card: maskUitpasNumber(anna.number),
    deviceName: 'Inkom 1',
    way: 'camera',
  });
  expect(JSON.stringify(shown)).not.toContain(anna.number);
  expect(shown.totals).toEqual({ scanned: 4, counted: 2, points: 2, toLookAt: 2 });
  expect(shown.owing).toEqual([]);

  // Two scans are made but only the second arrives: the first is named.
  phone.checkIn({ activityId, number: bram.number }, now);
  phone.checkIn({ activityId, number: bram.number }, now);
  await world.sync(phone, 6);
  expect((await list(activityId)).owing).toEqual([
    { deviceId: phone.id, deviceName: 'Inkom 1', from: 5, to: 5, lastSeenAt: now },
  ]);
  const { devices } = DeviceList.parse((await world.bib.get('/api/devices')).body);
  expect(devices.find(({ deviceId }) => deviceId === phone.id)).toMatchObject({ owes: 1, owed: [[5, 5]] });
  expect((await list(activityId, '2020-01-01')).checkIns).toEqual([]);
  expect(await world.bib.get(`/api/activities/${activityId}/check-ins?day=gisteren`)).toMatchObject({
    status: 422,
  });
});

test('what the door said and what became of it: a list of what changed, with the reason', async () => {
  const { activityId } = await world.activity();
  const [anna, bram, blocked] = [await world.card(), await world.card(), await world.card('blocked')];
  const [one, two] = [await world.phone([activityId]), await world.phone([activityId], 'Inkom 2')];
  const late = one.checkIn({ activityId, number: anna.number }, now - 5 * MINUTE_MS);
  one.checkIn({ activityId, number: bram.number }, now - 4 * MINUTE_MS);
  const wrong = one.checkIn({ activityId, number: blocked.number }, now - 3 * MINUTE_MS);
  await world.sync(one);
  expect((await list(activityId)).changed).toMatchObject([
    { commandId: wrong.id, shown: 'saved', outcome: 'refused', code: 'card-blocked' },
  ]);
  const early = two.checkIn({ activityId, number: anna.number }, now - 9 * MINUTE_MS);
  await world.sync(two);
  const { changed } = await list(activityId);
  expect(changed.map(({ commandId }) => commandId)).toEqual([wrong.id, late.id]);
  expect(changed[1]).toMatchObject({ shown: 'saved', outcome: 'duplicate', because: { of: early.id } });
  expect(changed[1]?.card).toBe(maskUitpasNumber(anna.number));
});

test('an undo of the desk takes the point back and lets the next scan count; twice is once', async () => {
  const { activityId } = await world.activity();
  const card = await world.card();
  const phone = await world.phone([activityId]);
  const first = phone.checkIn({ activityId, number: card.number }, now - 5 * MINUTE_MS);
  const second = phone.checkIn({ activityId, number: card.number }, now - 4 * MINUTE_MS);
  await world.sync(phone);
  const undo = () => world.bib.post(`/api/check-ins/${first.id}/undo`, { reason: 'verkeerde kaart' });
  expect(DeskCheckIn.parse((await undo()).body)).toMatchObject({ undone: true, points: 0 });
  expect(DeskCheckIn.parse((await undo()).body)).toMatchObject({ undone: true });
  const shown = await list(activityId);
  expect(shown.checkIns.find(({ commandId }) => commandId === second.id)).toMatchObject({
    outcome: 'accepted',
    points: 1,
  });
  expect(shown.totals).toMatchObject({ scanned: 1, counted: 1, points: 1 });
  expect(await brokenLaws(world.context.db)).toEqual([]);
});

test.each([limits.instantMax + 1, -1, Number.MAX_SAFE_INTEGER])(
  'a paper list with a time that no calendar shows (%s) is refused whole',
  async (at) => {
    const { activityId } = await world.activity();
    const { number } = await world.card();
    const rows = [
      { number, at: now },
      { number, at },
    ];
    const body = { requestId: randomUUID(), activityId, reason: 'Geen stroom', rows };
    expect(await world.bib.post('/api/paper-lists', body)).toMatchObject({ status: 422 });
    expect((await list(activityId)).checkIns).toEqual([]);
  },
);

test('a scan after midnight is in the list of the evening that began before it', async () => {
  const startsAt = now - 20 * 60 * MINUTE_MS;
  const { activityId } = await world.activity({
    occurrences: [{ startsAt, endsAt: now - 9 * 60 * MINUTE_MS }],
  });
  const card = await world.card();
  const phone = await world.phone([activityId]);
  phone.checkIn({ activityId, number: card.number }, now - 12 * 60 * MINUTE_MS);
  await world.sync(phone);
  expect((await list(activityId, civilDayOf(startsAt))).totals.scanned).toBe(1);
});

test('a paper list becomes commands of the desk, row by row, and sending it twice changes nothing', async () => {
  const { activityId } = await world.activity();
  const [anna, bram] = [await world.card(), await world.card()];
  const body = {
    requestId: randomUUID(),
    activityId,
    reason: 'Geen stroom',
    rows: [
      { number: anna.number, at: now - 60 * MINUTE_MS },
      { number: anna.number.slice(0, 12), at: now },
      { number: `${bram.number.slice(0, 4)} ${bram.number.slice(4)}`, at: now - 50 * MINUTE_MS },
      { number: anna.number, at: now - 40 * MINUTE_MS },
      { number: bram.number, at: now + 60 * MINUTE_MS },
    ],
  };
  const first = PaperListResult.parse((await world.bib.post('/api/paper-lists', body)).body);
  expect(first.rows.map(({ row, outcome, code }) => [row, outcome, code])).toEqual([
    [0, 'accepted', undefined],
    [1, undefined, 'number-length'],
    [2, 'accepted', undefined],
    [3, 'duplicate', undefined],
    [4, undefined, 'time'],
  ]);
  expect(first.rows[3]?.because?.at).toBe(now - 60 * MINUTE_MS);
  expect(PaperListResult.parse((await world.bib.post('/api/paper-lists', body)).body)).toEqual(first);
  const shown = await list(activityId);
  expect(shown.totals).toMatchObject({ scanned: 3, counted: 2, points: 2 });
  expect(shown.checkIns[0]).toMatchObject({ way: 'paper', deviceName: 'Balie Bibliotheek Ieper' });
  expect(await brokenLaws(world.context.db)).toEqual([]);
});

test('a paper list sent again with changes: what is new in it counts, what was there counts once', async () => {
  const [{ activityId }, other] = [await world.activity({ limit: null }), await world.activity()];
  const [anna, bram, chris] = [await world.card(), await world.card(), await world.card()];
  const row = ({ number }: { number: string }, minutes: number) => ({
    number,
    at: now - minutes * MINUTE_MS,
  });
  const body = { requestId: randomUUID(), activityId, reason: 'Geen stroom' };
  const send = async (rows: { number: string; at: number }[], over = {}): Promise<PaperListResult> =>
    PaperListResult.parse((await world.bib.post('/api/paper-lists', { ...body, ...over, rows })).body);

  await send([row(anna, 30), row(bram, 20), row(bram, 20)]);
  expect((await list(activityId)).totals).toMatchObject({ scanned: 3, counted: 3 });
  await send([row(chris, 40), row(anna, 30), row(bram, 20), row(bram, 20)]);
  expect((await list(activityId)).checkIns.map(({ card }) => card)).toEqual(
    [bram, bram, anna, chris].map(({ number }) => maskUitpasNumber(number)),
  );
  await send([row(anna, 30)], { activityId: other.activityId });
  expect((await list(other.activityId)).totals).toMatchObject({ scanned: 1, counted: 1 });
});

test('ten paper lists at once make one chain without a gap', async () => {
  const { activityId } = await world.activity({ limit: null });
  const cards = await Promise.all(Array.from({ length: 10 }, () => world.card()));
  const answers = await Promise.all(
    cards.map(({ number }) =>
      world.bib.post('/api/paper-lists', {
        requestId: randomUUID(),
        activityId,
        reason: 'druk',
        rows: [{ number, at: now - MINUTE_MS }],
      }),
    ),
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  const desk = await world.context.db
    .selectFrom('device')
    .select(['device_id', 'acked_seq', 'broken_at_seq'])
    .where('kind', '=', 'desk')
    .execute();
  expect(desk).toHaveLength(1);
  const { count } = await world.context.db
    .selectFrom('command')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('device_id', '=', desk[0]?.device_id ?? '')
    .executeTakeFirstOrThrow();
  expect(desk[0]).toMatchObject({ acked_seq: count, broken_at_seq: null });
  expect((await list(activityId)).totals.counted).toBe(10);
});
