// Group passes over HTTP and on real tables: one pass for one card, the tickets of a year once, on the one ledger.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GroupPassFile, GroupPassList } from '#domain/group-pass-api.ts';
import { SyncResponse } from '#domain/sync/exchange.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER, stockCard } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const DIKSMUIDE = '32003';

let world: DeskWorld;
let desk: DeskClient;
let admin: DeskClient;
let organisationId: string;
let serial = 8_000;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  desk = await world.client('desk');
  admin = await world.client('admin');
  ({ organisationId } = world.staffed.organisations.bib);
});
afterAll(() => world.close());

async function inStock(reduced = true): Promise<string> {
  const { number } = stockCard(serial++, reduced);
  await world.context.db
    .insertInto('card')
    .values({
      ...{ region_id: 1, uitpas_number: number, card_system_id: 'uitpas-westhoek', passholder_id: null },
      ...{ chip_number: null, kind: 'card', state: 'stock', state_since: 0, upstream_reason: null },
      place_nis: IEPER,
    })
    .execute();
  return number;
}

const inputOf = (number: string, over: Record<string, unknown> = {}) => ({
  ...{ groupPassId: randomUUID(), organisationId, number, name: 'De Speelclub', holderId: organisationId },
  ...{ paysNis: IEPER, year: 2026, tickets: 40 },
  ...over,
});
const fileIn = ({ status, body }: Answer): GroupPassFile => {
  expect([200, 201], JSON.stringify(body)).toContain(status);
  return GroupPassFile.parse(body);
};
const make = async (): Promise<GroupPassFile> =>
  fileIn(await desk.post('/api/group-passes', inputOf(await inStock())));
const act = (groupPassId: string, asked: Record<string, unknown>, by = desk): Promise<Answer> =>
  by.post(`/api/group-passes/${groupPassId}/acts`, asked);
const renew = (groupPassId: string, year: number, tickets = 30): Promise<Answer> =>
  act(groupPassId, { kind: 'renew', organisationId, year, tickets });

test('made once, also when it is sent twice at once; the card is active and the tickets stand on the ledger', async () => {
  const input = inputOf(await inStock());
  const [first, second] = await Promise.all([
    desk.post('/api/group-passes', input),
    desk.post('/api/group-passes', input),
  ]);
  expect(fileIn(second)).toEqual(fileIn(first));
  expect(fileIn(first)).toMatchObject({
    ...{ name: 'De Speelclub', paysName: 'Ieper', status: 'active', available: 40 },
    years: [{ year: 2026, tickets: 40, balance: 40 }],
  });
  const looked = await desk.post('/api/cards/look-up', { number: input.number });
  expect(looked.body).toMatchObject({
    ...{ kind: 'group-pass', state: 'active', points: null },
    groupPass: { name: 'De Speelclub', available: 40 },
  });
  const { rows } = await sql<{ balance: number; sum: number; lines: number }>`
    select a.balance, sum(p.amount)::integer as sum, count(*)::integer as lines
    from group_pass_year y join account a using (region_id, account_id) join posting p using (region_id, account_id)
    where y.group_pass_id = ${input.groupPassId} group by a.balance`.execute(world.context.db);
  expect(rows).toEqual([{ balance: 40, sum: 40, lines: 1 }]);
  const sums = await sql<{ sum: number }>`
    select sum(amount)::integer as sum from posting where unit = 'ticket'`.execute(world.context.db);
  expect(sums.rows).toEqual([{ sum: 0 }]);
});

test('two screens with one card: one pass', async () => {
  const number = await inStock();
  const answers = await Promise.all([0, 1, 2].map(() => desk.post('/api/group-passes', inputOf(number))));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422]);
  expect(answers.flatMap(({ code }) => code ?? [])).toEqual(['card-not-in-stock', 'card-not-in-stock']);
});

test('renewed for the next year, each year once, whoever presses', async () => {
  const { groupPassId } = await make();
  const answers = await Promise.all([renew(groupPassId, 2027), renew(groupPassId, 2027)]);
  for (const answer of answers)
    expect(fileIn(answer).years).toEqual([
      { year: 2027, tickets: 30, balance: 30 },
      { year: 2026, tickets: 40, balance: 40 },
    ]);
  expect(await renew(groupPassId, 2027, 31)).toMatchObject({ status: 422, code: 'group-pass-year-known' });
  expect(await renew(groupPassId, 2029)).toMatchObject({ status: 422, code: 'group-pass-year' });
});

test('blocked by the counter, unblocked by the region only', async () => {
  const { groupPassId } = await make();
  expect(fileIn(await act(groupPassId, { kind: 'block' }))).toMatchObject({
    status: 'blocked',
    available: 0,
  });
  expect(await renew(groupPassId, 2027)).toMatchObject({ status: 422, code: 'group-pass-blocked' });
  expect(await act(groupPassId, { kind: 'unblock' })).toMatchObject({ status: 403 });
  expect(fileIn(await act(groupPassId, { kind: 'unblock' }, admin))).toMatchObject({ available: 40 });
});

test('a card without kansenstatuut, an unknown holder, a municipality that is not one’s own', async () => {
  const post = (input: unknown) => desk.post('/api/group-passes', input);
  expect(await post(inputOf(await inStock(false)))).toMatchObject({ code: 'card-digit-differs' });
  const number = await inStock();
  expect(await post(inputOf(number, { holderId: randomUUID() }))).toMatchObject({
    code: 'group-pass-holder-unknown',
  });
  expect(await post(inputOf(number, { paysNis: DIKSMUIDE }))).toMatchObject({ status: 403 });
  expect((await post(inputOf(number))).status).toBe(201);
});

test('seen by who pays and by who holds it, and by nobody else', async () => {
  const { museum } = world.staffed.organisations;
  const other = fileIn(
    await desk.post(
      '/api/group-passes',
      inputOf(await inStock(), { holderId: museum.organisationId, name: 'Van het museum' }),
    ),
  );
  const namesOf = async (by: DeskClient) =>
    GroupPassList.parse((await by.get('/api/group-passes')).body).passes.map(({ name }) => name);
  expect(await namesOf(desk)).toContain(other.name);
  expect(await namesOf(world.bib)).toContain('De Speelclub');
  expect(await namesOf(world.bib)).not.toContain(other.name);
  expect(await namesOf(await world.client('foreign'))).toEqual([]);
  expect(await act(other.groupPassId, { kind: 'block' }, world.bib)).toMatchObject({ status: 403 });
});

test('at a door it is a group pass: no point, and the sentence for it', async () => {
  const { number } = await make();
  const { activityId } = await world.activity();
  const phone = await world.phone([activityId]);
  phone.checkIn({ activityId, number: number as never }, NOW - 60_000);
  const answer = SyncResponse.parse(await world.sync(phone));
  expect(JSON.stringify(answer)).toContain('"group-pass"');
});

test('cards cannot be gone through by making passes of them', async () => {
  let answer: Answer | undefined;
  for (let i = 0; i < 40 && answer?.status !== 429; i += 1)
    answer = await desk.post('/api/group-passes', inputOf(stockCard(serial++, true).number));
  expect(answer?.code).toBe('too-many-requests');
});
