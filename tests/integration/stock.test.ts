// Cards in stock, over HTTP and on real tables: a delivery is taken whole and once, a box is in one place at a time, and ten
// counters that want the same card get it once.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { StockOverview } from '#domain/stock-api.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER, aPerson } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const SYSTEM = 'uitpas-westhoek';
const DIKSMUIDE = '32003';

let world: DeskWorld;
let desk: DeskClient;
let admin: DeskClient;
let organisationId: string;
let box = 0;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  desk = await world.client('desk');
  admin = await world.client('admin');
  ({ organisationId } = world.staffed.organisations.bib);
});
afterAll(() => world.close());

/** Ten numbers that no other test uses. */
const tenNumbers = (kind: '0' | '1' = '0'): UitpasNumber[] => {
  box += 1;
  return Array.from({ length: 10 }, (_, i) =>
    makeUitpasNumber(`0992${String(box * 100 + i).padStart(7, '0')}`, kind),
  );
};
const base64 = (text: string, encoding: BufferEncoding = 'utf8'): string =>
  Buffer.from(text, encoding).toString('base64');
const delivery = (file: string, over: Record<string, unknown> = {}) => ({
  ...{ deliveryId: randomUUID(), organisationId, cardSystemId: SYSTEM, reference: 'Bestelling 12', file },
  ...over,
});
const rangesOf = (numbers: readonly string[]) => [{ first: numbers[0] ?? '', last: numbers.at(-1) ?? '' }];
const transfer = (numbers: readonly string[], from: string | null, to: string | null, over = {}) => ({
  ...{ transferId: randomUUID(), organisationId, cardSystemId: SYSTEM, from, to, note: 'doos' },
  ranges: rangesOf(numbers),
  ...over,
});
async function delivered(kind: '0' | '1' = '0'): Promise<UitpasNumber[]> {
  const numbers = tenNumbers(kind);
  const answer = await admin.post('/api/stock/deliveries', delivery(base64(numbers.join('\n'))));
  expect(answer).toMatchObject({ status: 201, body: { cards: 10 } });
  return numbers;
}
/** Delivered, sent and received. */
async function inCupboard(place: string, kind: '0' | '1' = '0'): Promise<UitpasNumber[]> {
  const numbers = await delivered(kind);
  const sent = transfer(numbers, null, place);
  expect((await admin.post('/api/stock/transfers', sent)).status).toBe(201);
  expect((await admin.post(`/api/stock/transfers/${sent.transferId}/receive`, { missing: [] })).status).toBe(
    200,
  );
  return numbers;
}
const stockOf = async (client: DeskClient): Promise<StockOverview> =>
  StockOverview.parse((await client.get(`/api/stock?organisationId=${organisationId}`)).body);
const placeOf = async (number: string) =>
  world.context.db
    .selectFrom('card')
    .select(['place_nis', 'transfer_id', 'state'])
    .where('uitpas_number', '=', number)
    .executeTakeFirst();
const succeeded = (answers: readonly Answer[]): number => answers.filter(({ status }) => status < 300).length;

test('a list is looked over first, with every wrong row, and stores nothing', async () => {
  const numbers = tenNumbers();
  const file = base64(`Kaartnummer;Chip\r\n${numbers.join(';\r\n')};\r\n0900000000009;\r\n${numbers[0]};`);
  const report = await admin.post('/api/stock/deliveries/check', delivery(file));
  expect(report).toMatchObject({
    status: 200,
    body: {
      cards: 11,
      kansenstatuut: 0,
      ranges: [{ first: numbers[0], last: numbers[9], count: 10 }],
      problemCount: 2,
      problems: [
        { row: 12, code: 'number' },
        { row: 13, code: 'twice', firstRow: 2 },
      ],
    },
  });
  const taken = await admin.post('/api/stock/deliveries', delivery(file));
  expect(taken).toMatchObject({ status: 422, code: 'delivery-has-problems' });
  expect(await placeOf(numbers[3] ?? '')).toBeUndefined();
});

test('a delivery is taken once, however often and by however many it is handed in', async () => {
  const numbers = tenNumbers();
  const asked = delivery(base64(numbers.join('\n')));
  const twins = await Promise.all(
    Array.from({ length: 10 }, () => admin.post('/api/stock/deliveries', asked)),
  );
  expect(succeeded(twins)).toBe(10);
  expect(await admin.post('/api/stock/deliveries', { ...asked, reference: 'iets anders' })).toMatchObject({
    status: 409,
    code: 'other-act-with-this-id',
  });
  // The same list as another delivery: every card is known already.
  expect(await admin.post('/api/stock/deliveries', delivery(asked.file))).toMatchObject({
    status: 422,
    body: { report: { problemCount: 10 } },
  });
  const rows = await world.context.db
    .selectFrom('card')
    .select('place_nis')
    .where('uitpas_number', 'in', numbers)
    .execute();
  expect(rows).toEqual(Array.from({ length: 10 }, () => ({ place_nis: null })));
});

test('lists that share a card, handed in at once: one is taken, of the others nothing', async () => {
  const numbers = tenNumbers();
  const answers = await Promise.all(
    numbers
      .slice(1)
      .map((own) => admin.post('/api/stock/deliveries', delivery(base64(`${numbers[0]}\n${own}`)))),
  );
  expect(succeeded(answers)).toBe(1);
  const stored = await world.context.db
    .selectFrom('card')
    .select('uitpas_number')
    .where('uitpas_number', 'in', numbers)
    .execute();
  expect(stored).toHaveLength(2);
});

test('what Excel makes of it: semicolons, Windows-1252, UTF-16, a zero that was eaten is told', async () => {
  const numbers = tenNumbers();
  const french = `Numéro;Kaartnummer\r\né;${numbers[0]}\r\n`;
  expect(await admin.post('/api/stock/deliveries/check', delivery(base64(french, 'latin1')))).toMatchObject({
    body: { cards: 1, problemCount: 0 },
  });
  const utf16 = Buffer.concat([
    Buffer.from([0xff, 0xfe]),
    Buffer.from(`nummer\tchip\n${numbers[1]}\t\n`, 'utf16le'),
  ]);
  expect(await admin.post('/api/stock/deliveries/check', delivery(utf16.toString('base64')))).toMatchObject({
    body: { cards: 1, problemCount: 0 },
  });
});

test.each([
  ['nothing', '', 'sheet-empty'],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1]).toString('base64'), 'sheet-unreadable'],
  ['an old Excel', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]).toString('base64'), 'sheet-old-excel'],
  ['a zip of something else', Buffer.from('PK\u0003\u0004 niets').toString('base64'), 'sheet-unreadable'],
  ['a list of names', base64('naam;voornaam\nPeeters;Jan'), 'no-number-column'],
  ['thirty thousand rows', base64('0\n'.repeat(30_000)), 'sheet-too-many-rows'],
])('%s is said to be no list of cards', async (_, file, code) => {
  expect(await admin.post('/api/stock/deliveries/check', delivery(file))).toMatchObject({
    status: 422,
    code,
  });
});

test('a box is nowhere while it is under way, and at the other side what came of it', async () => {
  const numbers = await delivered();
  const sent = transfer(numbers, null, IEPER);
  expect(await admin.post('/api/stock/transfers', sent)).toMatchObject({ status: 201, body: { cards: 10 } });
  expect(await admin.post('/api/stock/transfers', sent)).toMatchObject({ status: 201, body: { cards: 10 } });

  const [listed] = (await stockOf(desk)).transfers.filter(({ transferId }) => transferId === sent.transferId);
  expect(listed).toMatchObject({ state: 'under-way', count: 10, mayReceive: true, mayWithdraw: false });
  const register = (number: string) =>
    desk.post('/api/passholders/register', {
      ...{ actId: randomUUID(), passholderId: randomUUID(), organisationId },
      registration: { kind: 'register', person: aPerson(), cardSystemId: SYSTEM, number },
    });
  expect((await register(numbers[0] ?? '')).status).toBe(422);

  const missing = [numbers[8], numbers[9]];
  const receive = (by: DeskClient) => by.post(`/api/stock/transfers/${sent.transferId}/receive`, { missing });
  expect(await receive(desk)).toMatchObject({ status: 200, body: { cards: 8 } });
  expect(await receive(desk)).toMatchObject({ status: 200, body: { cards: 8 } });
  const withdraw = `/api/stock/transfers/${sent.transferId}/withdraw`;
  expect(await admin.post(withdraw, '{}', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
  expect(await admin.post(withdraw, {})).toMatchObject({
    status: 409,
    code: 'closed-already',
  });
  expect(await placeOf(numbers[0] ?? '')).toMatchObject({ place_nis: IEPER, transfer_id: null });
  expect(await placeOf(numbers[9] ?? '')).toMatchObject({ place_nis: null, transfer_id: null });
  expect((await register(numbers[0] ?? '')).status).toBe(201);
});

test('a counter sees and moves its own cupboard, and of others only what it was sent', async () => {
  const theirs = await inCupboard(DIKSMUIDE);
  const own = await inCupboard(IEPER, '1');
  const overview = await stockOf(desk);
  expect(overview.cupboards.map(({ place, manages }) => [place, manages])).toEqual([[IEPER, true]]);
  expect(overview.cupboards[0]?.kinds.find(({ kansenstatuut }) => kansenstatuut)?.ranges).toContainEqual({
    ...{ first: own[0], last: own[9], count: 10 },
  });
  expect(JSON.stringify(overview)).not.toContain(theirs[0]);
  expect(overview).toMatchObject({ delivers: false, deliveries: [] });

  expect(await desk.post('/api/stock/transfers', transfer(theirs, DIKSMUIDE, IEPER))).toMatchObject({
    status: 403,
  });
  expect(await desk.post('/api/stock/transfers', transfer(theirs, IEPER, DIKSMUIDE))).toMatchObject({
    ...{ status: 422, code: 'not-in-this-stock', body: { count: 10 } },
  });
  expect(await desk.post('/api/stock/transfers', transfer(own, IEPER, IEPER))).toMatchObject({
    code: 'same-place',
  });
  expect(await desk.post('/api/stock/transfers', transfer(own, IEPER, '99999'))).toMatchObject({
    code: 'place-unknown',
  });
  const foreign = await world.client('foreign');
  expect(await foreign.post('/api/stock/transfers', transfer(own, IEPER, null))).toMatchObject({
    code: 'not-in-this-stock',
  });
});

test('ten boxes want the same cards: they go in one', async () => {
  const numbers = await inCupboard(IEPER);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => desk.post('/api/stock/transfers', transfer(numbers, IEPER, null))),
  );
  expect(succeeded(answers)).toBe(1);
  const { rows } = await world.context.pool.query<{ n: number }>(
    `select count(*) as n from card_transfer_item where uitpas_number = $1 and outcome is null`,
    [numbers[0]],
  );
  expect(rows[0]?.n).toBe(1);
});

test('a card that is handed out while it is packed goes one way only', async () => {
  const numbers = await inCupboard(IEPER);
  const number = numbers[0] ?? '';
  const [registered, sent] = await Promise.all([
    desk.post('/api/passholders/register', {
      ...{ actId: randomUUID(), passholderId: randomUUID(), organisationId },
      registration: { kind: 'register', person: aPerson(), cardSystemId: SYSTEM, number },
    }),
    desk.post('/api/stock/transfers', transfer(numbers, IEPER, null)),
  ]);
  expect(succeeded([registered, sent])).toBe(1);
  const card = await placeOf(number);
  expect(card?.state === 'active').toBe(registered.status === 201);
  expect(card?.transfer_id !== null).toBe(sent.status === 201);
});

test('what is written off is gone for good, and never delivered again', async () => {
  const numbers = await inCupboard(IEPER);
  const act = {
    actId: randomUUID(),
    organisationId,
    place: IEPER,
    ranges: rangesOf(numbers.slice(0, 3)),
    reason: 'defect',
  };
  expect(await desk.post('/api/stock/write-offs', act)).toMatchObject({ status: 200, body: { cards: 3 } });
  expect(await desk.post('/api/stock/write-offs', act)).toMatchObject({ status: 200, body: { cards: 3 } });
  expect(await desk.post('/api/stock/write-offs', { ...act, actId: randomUUID() })).toMatchObject({
    code: 'not-in-this-stock',
  });
  expect(await placeOf(numbers[0] ?? '')).toMatchObject({ state: 'deleted' });
  expect(await admin.post('/api/stock/deliveries', delivery(base64(numbers[0] ?? '')))).toMatchObject({
    body: { report: { problems: [{ row: 1, code: 'known-already' }] } },
  });
});

test('a cupboard is counted: against what should be there now, with a reason where it differs, and once', async () => {
  await inCupboard(IEPER, '1');
  const kindIn = async () =>
    (await stockOf(desk)).cupboards
      .find(({ place }) => place === IEPER)
      ?.kinds.find(({ cardSystemId, kansenstatuut }) => cardSystemId === SYSTEM && kansenstatuut);
  const seen = (await kindIn())?.inStock ?? 0;
  const count = (over: Record<string, unknown>, by = desk): Promise<Answer> =>
    by.post('/api/stock/counts', {
      ...{ countId: randomUUID(), organisationId, place: IEPER, cardSystemId: SYSTEM, kansenstatuut: true },
      ...{ seen, counted: seen, why: '', ...over },
    });
  expect(await count({ counted: seen - 1 })).toMatchObject({ status: 422, code: 'count-needs-reason' });
  expect(await count({ seen: seen + 1 })).toMatchObject({
    ...{ status: 409, code: 'stock-changed', body: { expected: seen } },
  });
  const countId = randomUUID();
  const short = { countId, counted: seen - 2, why: 'doos gescheurd' };
  expect(await count(short)).toMatchObject({ status: 201, body: { difference: -2 } });
  expect(await count(short)).toMatchObject({ status: 201, body: { difference: -2 } });
  expect(await count({ countId })).toMatchObject({ status: 409, code: 'other-act-with-this-id' });
  expect(await kindIn()).toMatchObject({
    inStock: seen,
    count: { expected: seen, counted: seen - 2, why: 'doos gescheurd', by: 'desk', at: NOW },
  });
  expect((await count({ place: DIKSMUIDE })).status).toBe(403);
  expect((await count({ place: null })).status).toBe(403);
  await expect(world.context.db.updateTable('card_count').set({ counted: seen }).execute()).rejects.toThrow();
});
