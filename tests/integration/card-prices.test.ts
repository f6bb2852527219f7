// What a card costs and how it is paid, over HTTP and on real tables: the act and its payment are one, a receipt says nothing about
// anybody, and a voucher is used as often as it may, also when two desks are at it.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PriceList } from '#domain/cash/card-price.ts';
import { CheckedVoucher, Receipt, VoucherList } from '#domain/cash-api.ts';
import { ActAnswer, CounterFacts } from '#domain/passholder-api.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER, aPerson, stockCard } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const SYSTEM = 'uitpas-westhoek';
const DIKSMUIDE = '32003';
const PRICES: PriceList = [
  { reasons: ['defect', 'kansenstatuut-changed'], cents: 0 },
  { reasons: ['first-card', 'lost', 'extra-card'], kansentarief: true, cents: 100 },
  { reasons: ['first-card', 'lost', 'extra-card'], ageTo: 17, cents: 200 },
  { reasons: ['first-card', 'lost', 'extra-card'], cents: 500 },
];
const CASH = { means: 'cash', cents: 500 };
const WITH_VOUCHER = (voucherCode: string) => ({ means: 'cash', cents: 300, voucherCode });

let world: DeskWorld;
let desk: DeskClient;
let admin: DeskClient;
let organisationId: string;
let serial = 7_000;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  [desk, admin] = await Promise.all([world.client('desk'), world.client('admin')]);
  ({ organisationId } = world.staffed.organisations.bib);
  const saved = await admin.post('/api/settings', {
    ...{ key: 'cardPrices', nisCode: null, organisationId: null, value: PRICES },
    ...{ from: '2026-11-23', reason: 'besluit van de raad', basedOn: 0 },
  });
  expect(saved.status).toBe(201);
});
afterAll(async () => {
  // Laws of every till.
  const { db } = world.context;
  const open = await sql`select entry_id from cash_posting group by entry_id having sum(cents) <> 0`.execute(
    db,
  );
  expect(open.rows).toEqual([]);
  const gaps = await sql`select organisation_id from cash_entry group by organisation_id, receipt_year
    having max(receipt_no) <> count(*)`.execute(db);
  expect(gaps.rows).toEqual([]);
  await world.close();
});

async function inStock(reduced = false): Promise<string> {
  const { number } = stockCard(serial++, reduced);
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
  return number;
}

const registration = async (payment: unknown, over: Record<string, unknown> = {}) => ({
  ...{ actId: randomUUID(), passholderId: randomUUID(), organisationId },
  registration: {
    ...{ kind: 'register', person: aPerson(), cardSystemId: SYSTEM },
    ...{ number: await inStock('kansenstatuut' in over), ...over },
  },
  ...(payment !== undefined && { payment }),
});
const register = async (payment?: unknown, over: Record<string, unknown> = {}): Promise<Answer> =>
  desk.post('/api/passholders/register', await registration(payment, over));
const paidIn = ({ status, body }: Answer) => {
  expect([200, 201], JSON.stringify(body)).toContain(status);
  return ActAnswer.parse(body);
};
const receiptOf = async (entryId: string | undefined): Promise<Receipt> =>
  Receipt.parse((await desk.get(`/api/cash/entries/${entryId}`)).body);
const postingsOf = async (entryId: string | undefined) =>
  Object.fromEntries(
    (
      await world.context.db
        .selectFrom('cash_posting')
        .select(['account', 'cents'])
        .where('entry_id', '=', entryId ?? '')
        .execute()
    ).map(({ account, cents }) => [account, cents]),
  );
const voucher = (over: Record<string, unknown> = {}) => ({
  ...{
    voucherId: randomUUID(),
    code: `W${serial++}X`,
    label: 'welkom',
    kind: 'amount',
    value: 200,
    nisCode: null,
  },
  ...{ from: '2026-11-01', until: '2026-12-31', usesMax: 1, ...over },
});

test('a card is handed out and paid, or neither; the screen knows the price beforehand', async () => {
  const counter = CounterFacts.parse((await desk.get(`/api/organisations/${organisationId}/counter`)).body);
  expect(counter.cardPrices).toEqual(PRICES);
  const input = await registration(undefined);
  const send = (payment?: unknown) =>
    desk.post('/api/passholders/register', { ...input, ...(payment !== undefined && { payment }) });
  expect(await send()).toMatchObject({ status: 422, code: 'payment-needed', body: { cents: 500 } });
  expect(await send({ means: 'cash', cents: 200 })).toMatchObject({
    code: 'price-changed',
    body: { cents: 500 },
  });
  expect(await send({ means: 'free', cents: 500 })).toMatchObject({ code: 'reason-needed' });
  expect((await desk.get(`/api/passholders/${input.passholderId}`)).status).toBe(403);
  const { paid } = paidIn(await send(CASH));
  expect(paid).toMatchObject({ dueCents: 500 });
  expect(await postingsOf(paid?.entryId)).toEqual({ income: -500, cash: 500 });
  // A lost answer: the same request again is the same sale.
  expect(paidIn(await send(CASH)).paid).toEqual(paid);
  expect(await send({ means: 'card', cents: 500 })).toMatchObject({ status: 409 });
});

test.each([
  ['a child', 200, { person: aPerson({ dateOfBirth: '2015-04-03', parentalConsent: true }) }],
  ['who gets the kansenstatuut', 100, { kansenstatuut: { proof: 'leefloon', until: '2027-04-30' } }],
  ['somebody of thirty-eight', 500, {}],
])('the price is that of the list: %s', async (_, cents, over) => {
  expect(await register({ means: 'payconiq', cents: cents + 1 }, over)).toMatchObject({ body: { cents } });
  expect(paidIn(await register({ means: 'payconiq', cents }, over)).paid).toMatchObject({ dueCents: cents });
});

test('a lost card costs, a broken one does not; nothing charged has its reason', async () => {
  const input = await registration(CASH);
  const { n, passholderId } = paidIn(await desk.post('/api/passholders/register', input));
  const { number } = input.registration;
  const replace = async (old: unknown, by: string, reason: string, basedOn: number, payment?: unknown) =>
    desk.post(`/api/passholders/${passholderId}/acts`, {
      ...{ actId: randomUUID(), organisationId, basedOn, ...(payment !== undefined && { payment }) },
      act: { kind: 'replace-card', number: old, by, reason },
    });
  const [second, third] = [await inStock(), await inStock()];
  expect(await replace(number, second, 'lost-or-stolen', n)).toMatchObject({ code: 'payment-needed' });
  const lost = paidIn(
    await replace(number, second, 'lost-or-stolen', n, {
      means: 'free',
      cents: 500,
      why: 'fout van de balie',
    }),
  );
  expect(await postingsOf(lost.paid?.entryId)).toEqual({ income: -500, free: 500 });
  const broken = paidIn(await replace(second, third, 'defect', lost.n));
  expect(broken.paid).toMatchObject({ dueCents: 0 });
  expect(await receiptOf(broken.paid?.entryId)).toMatchObject({ means: 'free', dueCents: 0 });
});

test('a receipt says nothing of who, which card, or why it costs that', async () => {
  const over = { kansenstatuut: { proof: 'leefloon', until: '2027-04-30' } };
  const input = await registration({ means: 'cash', cents: 100 }, over);
  const { paid } = paidIn(await desk.post('/api/passholders/register', input));
  const answer = await desk.get(`/api/cash/entries/${paid?.entryId}`);
  expect(Receipt.parse(answer.body)).toMatchObject({
    kind: 'sale',
    dueCents: 100,
    organisationName: 'Bibliotheek Ieper',
  });
  const text = JSON.stringify(answer.body);
  for (const told of [
    'kansen',
    'leefloon',
    'first',
    'Noor',
    'Vandevoorde',
    input.registration.number,
    input.passholderId,
  ])
    expect(text).not.toContain(told);
});

test('receipts of a counter follow each other, also when ten are written at once', async () => {
  const inputs = await Promise.all(Array.from({ length: 10 }, () => registration(CASH)));
  const answers = await Promise.all(inputs.map((input) => desk.post('/api/passholders/register', input)));
  const receipts = answers.map((answer) => paidIn(answer).paid?.receipt ?? '');
  expect(new Set(receipts).size).toBe(10);
  expect(receipts.every((receipt) => /^2026-\d{4}$/.test(receipt))).toBe(true);
});

test('a voucher is used once when two desks race, and the loser registered nobody', async () => {
  const made = voucher();
  expect((await admin.post('/api/vouchers', made)).status).toBe(201);
  const check = await desk.post('/api/vouchers/check', {
    organisationId,
    code: ` ${made.code.toLowerCase()} `,
  });
  expect(CheckedVoucher.parse(check.body)).toMatchObject({ kind: 'amount', value: 200 });
  const inputs = await Promise.all(Array.from({ length: 6 }, () => registration(WITH_VOUCHER(made.code))));
  const answers = await Promise.all(
    inputs.map((input, i) => (i % 2 ? desk : admin).post('/api/passholders/register', input)),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ code }) => code === 'voucher-used-up')).toHaveLength(5);
  const { rows } = await sql<{ n: number }>`select count(*) as n from passholder
    where passholder_id = any(${inputs.map(({ passholderId }) => passholderId)}::uuid[])`.execute(
    world.context.db,
  );
  expect(rows[0]?.n).toBe(1);
  const winner = answers.find(({ status }) => status === 201);
  const { paid } = ActAnswer.parse(winner?.body);
  expect(await postingsOf(paid?.entryId)).toEqual({ income: -500, voucher: 200, cash: 300 });
});

test('a voucher of another town, of another time, or stopped, is told from one that nobody made', async () => {
  const elsewhere = voucher({ nisCode: DIKSMUIDE });
  const later = voucher({ from: '2026-12-01' });
  const over = voucher({ from: '2026-01-01', until: '2026-11-22' });
  const stopped = voucher();
  for (const each of [elsewhere, later, over, stopped])
    expect((await admin.post('/api/vouchers', each)).status).toBe(201);
  expect((await admin.post(`/api/vouchers/${stopped.voucherId}/end`, {})).status).toBe(200);
  expect((await admin.post(`/api/vouchers/${stopped.voucherId}/end`, {})).status).toBe(409);
  const codeOf = async (code: string) =>
    (await desk.post('/api/vouchers/check', { organisationId, code })).code;
  expect(await codeOf(elsewhere.code)).toBe('voucher-elsewhere');
  expect(await codeOf(later.code)).toBe('voucher-not-yet');
  expect(await codeOf(over.code)).toBe('voucher-over');
  expect(await codeOf(stopped.code)).toBe('voucher-ended');
  expect(await codeOf('BESTAATNIET')).toBe('voucher-unknown');
  // A counter sees the region's and its own.
  const seen = VoucherList.parse((await desk.get('/api/vouchers')).body);
  expect(seen.vouchers.some(({ code }) => code === elsewhere.code)).toBe(false);
  expect(seen.places).toEqual([{ nisCode: IEPER, name: 'Ieper' }]);
  expect(await desk.post('/api/vouchers', voucher())).toMatchObject({ status: 403 });
  expect(await desk.post('/api/vouchers', voucher({ nisCode: IEPER }))).toMatchObject({ status: 201 });
  expect(await admin.post('/api/vouchers', { ...voucher(), code: later.code })).toMatchObject({
    status: 409,
    code: 'voucher-code-taken',
  });
});

test('codes cannot be guessed', async () => {
  const guesser = await world.client('admin');
  let last: Answer | undefined;
  for (let i = 0; i < 32; i++)
    last = await guesser.post('/api/vouchers/check', { organisationId, code: `GOK${1000 + i}` });
  expect(last).toMatchObject({ status: 429, code: 'too-many-requests' });
});

test('nothing of a till changes, and an entry that does not sum to zero does not exist', async () => {
  const { db } = world.context;
  const { paid } = paidIn(await register(CASH));
  await expect(sql`update cash_entry set due_cents = 0`.execute(db)).rejects.toThrow('never changed');
  await expect(sql`delete from cash_posting`.execute(db)).rejects.toThrow('never changed');
  await expect(sql`update voucher set uses_max = 99`.execute(db)).rejects.toThrow('never changed');
  const crooked = sql`insert into cash_posting (region_id, entry_id, line, organisation_id, account, cents)
    values (1, ${paid?.entryId}, 9, ${organisationId}, 'cash', 1)`;
  await expect(crooked.execute(db)).rejects.toThrow('does not sum to zero');
});
