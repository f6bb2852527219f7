// The day of a counter over HTTP and on real tables: what it did, what came in, counted and closed; a closed day never changes.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DayJournal } from '#domain/cash-api.ts';
import { ActAnswer } from '#domain/passholder-api.ts';
import { TodayAnswer } from '#domain/today-api.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER, aPerson, stockCard } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const TODAY = '2026-11-23';
const TOMORROW = '2026-11-24';
const DAY_MS = 24 * 3_600_000;
const SYSTEM = 'uitpas-westhoek';
const REASONS = ['first-card', 'lost', 'defect', 'kansenstatuut-changed', 'extra-card'];

let world: DeskWorld;
let desk: DeskClient;
let admin: DeskClient;
let organisationId: string;
let serial = 8_000;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  [desk, admin] = await Promise.all([world.client('desk'), world.client('admin')]);
  ({ organisationId } = world.staffed.organisations.bib);
  await admin.post('/api/settings', {
    ...{ key: 'cardPrices', nisCode: null, organisationId: null, value: [{ reasons: REASONS, cents: 500 }] },
    ...{ from: TODAY, reason: 'besluit', basedOn: 0 },
  });
});
afterAll(() => world.close());

async function register(means = 'cash', by = desk, voucherCode?: string): Promise<ActAnswer> {
  const { number } = stockCard(serial++);
  await world.context.db
    .insertInto('card')
    .values({
      ...{
        region_id: 1,
        uitpas_number: number,
        card_system_id: SYSTEM,
        passholder_id: null,
        chip_number: null,
      },
      ...{ kind: 'card', state: 'stock', state_since: 0, upstream_reason: null, place_nis: IEPER },
    })
    .execute();
  const { status, body } = await by.post('/api/passholders/register', {
    ...{ actId: randomUUID(), passholderId: randomUUID(), organisationId },
    registration: { kind: 'register', person: aPerson(), cardSystemId: SYSTEM, number },
    payment: { means, cents: voucherCode === undefined ? 500 : 300, ...(voucherCode && { voucherCode }) },
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return ActAnswer.parse(body);
}
const journal = async (day = TODAY, by = desk): Promise<DayJournal> =>
  DayJournal.parse((await by.get(`/api/tills/${organisationId}?day=${day}`)).body);
const close = async (over: Record<string, unknown> = {}, by = desk): Promise<Answer> => {
  const { expectedCents } = await journal();
  return by.post(`/api/tills/${organisationId}/close`, {
    ...{ closeId: randomUUID(), day: TODAY, expectedCents, countedCents: expectedCents, keptCents: 0 },
    ...over,
  });
};
const correct = (entryId: string | undefined, by = desk, id = randomUUID()): Promise<Answer> =>
  by.post(`/api/cash/entries/${entryId}/correct`, { entryId: id, why: 'verkeerde kaart' });

test('the journal tells what the counter did, who did it, and what came in by each means', async () => {
  const first = await register();
  await register('payconiq', admin);
  const { number } = await world.card();
  const activity = await world.activity();
  await desk.post('/api/paper-lists', {
    ...{ requestId: randomUUID(), activityId: activity.activityId, reason: 'geen stroom' },
    rows: [{ number, at: NOW - 60_000 }],
  });
  await desk.post(`/api/passholders/${first.passholderId}/acts`, {
    ...{ actId: randomUUID(), organisationId, basedOn: first.n },
    act: { kind: 'suspend-kansenstatuut', cardSystemId: SYSTEM, until: TOMORROW },
  });
  const today = await journal();
  expect(today.lines.map(({ kind }) => kind).sort()).toEqual(['registered', 'registered', 'scans-entered']);
  const line = today.lines.find(({ passholderId }) => passholderId === first.passholderId);
  expect(line).toMatchObject({
    ...{ by: 'desk', firstName: 'Noor' },
    paid: { entryId: first.paid?.entryId, means: 'cash', dueCents: 500, day: TODAY, corrected: false },
  });
  expect(today.lines.find(({ kind }) => kind === 'scans-entered')).toMatchObject({
    ...{ activity: 'Jeugdboekenweek', count: 1 },
  });
  expect(today).toMatchObject({ expectedCents: 500, close: null, openDay: TODAY, mayManage: true });
  expect(today.money).toContainEqual({ means: 'payconiq', count: 1, cents: 500 });
  expect((await journal(TOMORROW)).lines).toEqual([]);
});

test('a payment goes back the way it came, once, and its voucher can be used again', async () => {
  const code = 'TERUG2026';
  await admin.post('/api/vouchers', {
    ...{ voucherId: randomUUID(), code, label: 'proef', kind: 'amount', value: 200, nisCode: null },
    ...{ from: TODAY, until: TOMORROW, usesMax: 1 },
  });
  const before = await journal();
  const sold = await register('cash', desk, code);
  const id = randomUUID();
  const answers = await Promise.all([correct(sold.paid?.entryId), correct(sold.paid?.entryId, admin)]);
  expect(answers.map(({ status, code: why }) => `${status} ${why}`).sort()).toEqual([
    '201 undefined',
    '409 corrected-already',
  ]);
  const after = await journal();
  expect(after.expectedCents).toBe(before.expectedCents);
  expect(after.lines.find(({ kind }) => kind === 'correction')).toMatchObject({
    paid: { means: 'cash', dueCents: -300, why: 'verkeerde kaart' },
  });
  expect(after.lines.find(({ passholderId }) => passholderId === sold.passholderId)?.paid?.corrected).toBe(
    true,
  );
  const again = await register('cash', desk, code);
  expect((await correct(again.paid?.entryId, desk, id)).status).toBe(201);
  // The same request again is the same correction.
  expect((await correct(again.paid?.entryId, desk, id)).status).toBe(201);
  const correction = (await journal()).lines.find(({ kind }) => kind === 'correction');
  expect(await correct(correction?.paid?.entryId)).toMatchObject({ status: 422, code: 'not-to-correct' });
});

test('change into the till and out of it counts in what should lie there, once, and never more than there is', async () => {
  const move = (over: Record<string, unknown>, by = desk): Promise<Answer> =>
    by.post(`/api/tills/${organisationId}/change`, {
      ...{ entryId: randomUUID(), way: 'in', cents: 2_000, why: 'wisselgeld uit de kluis' },
      ...over,
    });
  const { expectedCents, money } = await journal();
  const entryId = randomUUID();
  const twice = await Promise.all([move({ entryId }), move({ entryId })]);
  expect(twice.map(({ status }) => status)).toEqual([201, 201]);
  expect(await move({ entryId, cents: 5 })).toMatchObject({ status: 409, code: 'other-act-with-this-id' });
  const out = { way: 'out', cents: expectedCents + 2_000 };
  const both = await Promise.all([move({ ...out, why: 'naar de bank' }), move(out, admin)]);
  expect(both.map(({ status, code }) => `${status} ${code}`).sort()).toEqual([
    '201 undefined',
    '422 too-little-in-till',
  ]);
  await move({ cents: expectedCents });
  const after = await journal();
  expect(after).toMatchObject({ expectedCents, money });
  expect(
    after.lines.filter(({ kind }) => kind.startsWith('change-')).map(({ moved }) => moved?.cents),
  ).toEqual(expect.arrayContaining([2_000, -expectedCents - 2_000, expectedCents]));
  for (const wrong of [{ cents: 0 }, { cents: -5 }, { cents: 1.5 }, { why: ' ' }, { way: 'weg' }])
    expect((await move(wrong)).status).toBe(422);
});

test('what was paid while somebody counted is told, and a difference has its reason', async () => {
  const { expectedCents } = await journal();
  await register();
  expect(await close({ expectedCents, countedCents: expectedCents })).toMatchObject({
    ...{ status: 409, code: 'till-changed', body: { expectedCents: expectedCents + 500 } },
  });
  expect(await close({ countedCents: 900 })).toMatchObject({ status: 422, code: 'difference-needs-reason' });
  expect(await close({ keptCents: 999_999 })).toMatchObject({ status: 422, code: 'kept-too-much' });
  expect(await close({ day: TOMORROW })).toMatchObject({ status: 422, code: 'day-not-over' });
});

test('a day that nobody closed is named from the day after, to who closes tills', async () => {
  const waiting = async (by = desk): Promise<TodayAnswer> =>
    TodayAnswer.parse((await by.get(`/api/today/${organisationId}`)).body);
  expect((await waiting()).till).toEqual({ unclosedDay: null });
  world.setNow(NOW + DAY_MS);
  const [later, atLibrary] = [await waiting(), await waiting(await world.client('bib'))];
  world.setNow(NOW);
  expect(later.till).toEqual({ unclosedDay: TODAY });
  expect(atLibrary).toEqual({ kansenstatuut: null, till: null });
});

test('of two clerks who close at once one is told; a closed day never changes', async () => {
  const { expectedCents } = await journal();
  const counted = { countedCents: expectedCents - 10, keptCents: 400, why: 'verkeerd teruggegeven' };
  const closeId = randomUUID();
  const answers = await Promise.all([close({ ...counted, closeId }), close(counted, admin)]);
  expect(answers.map(({ status, code }) => `${status} ${code}`).sort()).toEqual([
    '201 undefined',
    '409 closed-already',
  ]);
  const closed = await journal();
  expect(closed).toMatchObject({
    ...{ closedThrough: TODAY, openDay: TOMORROW, expectedCents: 400 },
    close: { expectedCents, countedCents: expectedCents - 10, keptCents: 400, why: 'verkeerd teruggegeven' },
  });

  // What comes after stands on the next day, also a correction of what was paid before.
  const late = await register();
  const earlier = closed.lines.find(({ paid }) => paid && !paid.corrected && paid.means === 'cash');
  expect((await correct(earlier?.paid?.entryId)).status).toBe(201);
  const again = await journal();
  expect(again.money).toEqual(closed.money);
  expect(again.lines.find(({ passholderId }) => passholderId === late.passholderId)?.paid?.day).toBe(
    TOMORROW,
  );
  const next = await journal(TOMORROW);
  expect(next.lines.map(({ kind }) => kind).sort()).toEqual(['correction', 'sale']);
  expect(next.expectedCents).toBe(400);
  await expect(
    sql`insert into cash_entry (region_id, entry_id, organisation_id, kind, day, at, actor)
      values (1, gen_random_uuid(), ${organisationId}, 'close', ${TODAY}, 0, 'hand')`.execute(
      world.context.db,
    ),
  ).rejects.toThrow('is closed');
  await expect(sql`update cash_close set counted_cents = 0`.execute(world.context.db)).rejects.toThrow(
    'never',
  );

  world.setNow(NOW + DAY_MS);
  const { status } = await desk.post(`/api/tills/${organisationId}/close`, {
    ...{ closeId: randomUUID(), day: TOMORROW, expectedCents: 400, countedCents: 400, keptCents: 400 },
  });
  expect(status).toBe(201);
  const { body: afterwards } = await desk.get(`/api/today/${organisationId}`);
  expect(TodayAnswer.parse(afterwards).till).toEqual({ unclosedDay: null });
  world.setNow(NOW);
  const sums = await sql`select entry_id from cash_posting group by entry_id having sum(cents) <> 0`.execute(
    world.context.db,
  );
  expect(sums.rows).toEqual([]);
});
