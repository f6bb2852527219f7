import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { HeldDecided, HeldScans, Quarantine } from '#domain/desk-api.ts';
import { maskUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { SyncResponse } from '#domain/sync/exchange.ts';
import { pollUntil } from '#server/poll.ts';
import { lastAfternoon, openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { brokenLaws } from '#tests/_support/region.ts';
import type { TestPhone } from '#tests/_support/test-phone.ts';

const MINUTE_MS = 60_000;
let world: DeskWorld;
let now: number;
let phones = 0;

beforeAll(async () => {
  world = await openDeskWorld(lastAfternoon());
  now = world.context.clock.now();
});
afterAll(() => world.close());
afterEach(async () => {
  expect(await brokenLaws(world.context.db)).toEqual([]);
});

const quarantine = async (): Promise<Quarantine> =>
  Quarantine.parse((await world.bib.get('/api/quarantine')).body);
const groupOf = async (phone: TestPhone): Promise<Quarantine['groups'][number]> => {
  const group = (await quarantine()).groups.find(({ deviceId }) => deviceId === phone.id);
  if (!group) throw new Error('nothing held of this phone');
  return group;
};
const decide = async (phone: TestPhone, over: object = {}): Promise<HeldDecided> => {
  const { reason, seqs } = await groupOf(phone);
  const body = { reason, seqs, decision: 'accept', why: '', ...over };
  return HeldDecided.parse((await world.bib.post(`/api/devices/${phone.id}/quarantine`, body)).body);
};
/** Of the newest phone of this file. */
const lastDecision = async (decision: string): Promise<Quarantine['decisions'][number] | undefined> =>
  (await quarantine()).decisions.find(
    (one) => one.deviceName === `Kwijt ${phones}` && one.decision === decision,
  );
const revoke = (phone: TestPhone) => world.bib.post(`/api/devices/${phone.id}/revoke`, {});
const standing = async (phone: TestPhone): Promise<string[]> => {
  const rows = await world.context.db
    .selectFrom('ruling')
    .select(['seq', 'n', 'outcome', 'code'])
    .where('device_id', '=', phone.id)
    .orderBy('seq')
    .orderBy('n')
    .execute();
  return rows.map(({ seq, outcome, code }) => `${seq} ${code ?? outcome}`);
};

/** A phone that made its scans before it was revoked, and sends them after. */
async function revokedPhone(cards: readonly { number: string }[], activityId: string): Promise<TestPhone> {
  const phone = await world.phone([activityId], `Kwijt ${++phones}`);
  cards.forEach(({ number }, i) => phone.checkIn({ activityId, number }, now - (30 - i) * MINUTE_MS));
  await revoke(phone);
  await world.sync(phone);
  return phone;
}

test('held scans stand together, with what the phone claims and what is sure; accepted, each counts once', async () => {
  const { activityId } = await world.activity();
  const [anna, bram, blocked] = [await world.card(), await world.card(), await world.card('blocked')];
  const phone = await revokedPhone([anna, bram, blocked], activityId);
  const group = await groupOf(phone);
  expect(group).toMatchObject({
    deviceName: `Kwijt ${phones}`,
    deviceState: 'revoked',
    reason: 'device-revoked',
    count: 3,
    undos: 0,
    claimed: [now - 30 * MINUTE_MS, now - 28 * MINUTE_MS],
    bracket: [now - 60 * MINUTE_MS, now],
    activities: [{ activityId, title: 'Jeugdboekenweek', count: 3 }],
    seqs: [[1, 3]],
    mayDecide: true,
  });
  const scans = HeldScans.parse(
    (await world.bib.get(`/api/devices/${phone.id}/quarantine?reason=device-revoked`)).body,
  );
  expect(scans.scans[0]).toMatchObject({
    seq: 1,
    card: maskUitpasNumber(anna.number),
    kind: 'check-in',
  });
  expect(JSON.stringify(scans)).not.toContain(anna.number);

  const [one, two] = await Promise.all([decide(phone), decide(phone)]);
  expect([one.count, two.count].sort()).toEqual([0, 3]);
  expect(one.counted + two.counted).toBe(2);
  expect(await standing(phone)).toEqual([
    '1 device-revoked',
    '1 accepted',
    '2 device-revoked',
    '2 accepted',
    '3 device-revoked',
    '3 card-blocked',
  ]);
  const { groups, decisions } = await quarantine();
  expect(groups.filter(({ deviceId }) => deviceId === phone.id)).toEqual([]);
  expect(decisions).toMatchObject([
    { decision: 'accept', count: 3, counted: 2, decidedBy: 'bib', mayDecide: true },
  ]);

  // The phone, revoked or not, hears what became of its scans, once every transaction of before is over.
  const told = await pollUntil(
    async () => {
      const { rulings } = SyncResponse.parse(await world.sync(phone, 4));
      return rulings.length > 0 ? rulings : undefined;
    },
    { timeoutMs: 20_000, onTimeout: () => new Error('the phone heard nothing') },
  );
  expect(told).toContainEqual(expect.objectContaining({ n: 2, outcome: 'accepted', seqs: [[1, 2]] }));
});

test('an accepted scan keeps its time: it was first, and the other phone hears that it was not', async () => {
  const { activityId } = await world.activity();
  const card = await world.card();
  const other = await world.phone([activityId], 'Inkom 2');
  other.checkIn({ activityId, number: card.number }, now - MINUTE_MS);
  await world.sync(other);
  const phone = await revokedPhone([card], activityId);
  expect(await decide(phone)).toEqual({ count: 1, counted: 1 });
  expect(await standing(other)).toEqual(['1 accepted', '1 duplicate']);
});

test('part of a group is decided, the rest waits on', async () => {
  const { activityId } = await world.activity();
  const phone = await revokedPhone([await world.card(), await world.card(), await world.card()], activityId);
  expect(await decide(phone, { seqs: [[1, 1]] })).toEqual({ count: 1, counted: 1 });
  expect(await groupOf(phone)).toMatchObject({ count: 2, seqs: [[2, 3]] });
});

test('a refusal needs a reason, and can be followed by an acceptance', async () => {
  const { activityId } = await world.activity();
  const phone = await revokedPhone([await world.card()], activityId);
  const { reason, seqs } = await groupOf(phone);
  const without = await world.bib.post(`/api/devices/${phone.id}/quarantine`, {
    reason,
    seqs,
    decision: 'refuse',
    why: '',
  });
  expect(without).toMatchObject({ status: 422, code: 'reason-needed' });
  expect(await decide(phone, { decision: 'refuse', why: 'Gsm was gestolen' })).toEqual({
    count: 1,
    counted: 0,
  });
  const refusal = await lastDecision('refuse');
  expect(refusal).toMatchObject({ decision: 'refuse', why: 'Gsm was gestolen', reversedAt: null });
  const reverse = () =>
    world.bib.post(`/api/quarantine-decisions/${refusal?.decisionId}/reverse`, { why: 'Toch van ons' });
  expect((await reverse()).body).toEqual({ count: 1, counted: 1 });
  expect(await reverse()).toMatchObject({ status: 409, code: 'reversed-already' });
  expect(await standing(phone)).toEqual(['1 device-revoked', '1 refused-at-desk', '1 accepted']);
});

test('an acceptance is taken back by an undo of each visit, once', async () => {
  const { activityId } = await world.activity();
  const [anna, bram] = [await world.card(), await world.card()];
  const phone = await revokedPhone([anna, bram], activityId);
  await decide(phone);
  const acceptance = await lastDecision('accept');
  const path = `/api/quarantine-decisions/${acceptance?.decisionId}/reverse`;
  const answers = await Promise.all([
    world.bib.post(path, { why: 'Verkeerde groep' }),
    world.bib.post(path, { why: 'Verkeerde groep' }),
  ]);
  expect(answers.map(({ status }) => status).every((status) => status === 200 || status === 409)).toBe(true);
  expect(await standing(phone)).toEqual([
    '1 device-revoked',
    '1 accepted',
    '1 undone',
    '2 device-revoked',
    '2 accepted',
    '2 undone',
  ]);
});

test('an undo that was held with its scan holds when both are accepted', async () => {
  const { activityId } = await world.activity();
  const card = await world.card();
  const phone = await world.phone([activityId], `Kwijt ${++phones}`);
  const scan = phone.checkIn({ activityId, number: card.number }, now - 9 * MINUTE_MS);
  phone.undo({ target: scan.id }, now - 8 * MINUTE_MS);
  phone.checkIn({ activityId, number: card.number }, now - 7 * MINUTE_MS);
  await revoke(phone);
  await world.sync(phone);
  expect(await groupOf(phone)).toMatchObject({ count: 3, undos: 1 });
  expect(await decide(phone)).toEqual({ count: 3, counted: 1 });
  expect(await standing(phone)).toEqual([
    '1 device-revoked',
    '1 undone',
    '2 device-revoked',
    '2 accepted',
    '3 device-revoked',
    '3 accepted',
  ]);
});

test('an undo that was accepted because its scan was refused holds when that is accepted after all', async () => {
  const { activityId } = await world.activity();
  const card = await world.card();
  const phone = await world.phone([activityId], `Kwijt ${++phones}`);
  const scan = phone.checkIn({ activityId, number: card.number }, now - 9 * MINUTE_MS);
  phone.undo({ target: scan.id }, now - 8 * MINUTE_MS);
  await revoke(phone);
  await world.sync(phone);
  await decide(phone, { seqs: [[1, 1]], decision: 'refuse', why: 'twijfel' });
  const refusal = await lastDecision('refuse');
  expect(await decide(phone)).toEqual({ count: 1, counted: 0 });
  await world.bib.post(`/api/quarantine-decisions/${refusal?.decisionId}/reverse`, { why: 'toch' });
  expect((await standing(phone)).filter((line) => line.startsWith('1'))).toEqual([
    '1 device-revoked',
    '1 refused-at-desk',
    '1 undone',
  ]);
});

test('who decided stands in the log, without a name or a number', async () => {
  const rows = await world.context.db
    .selectFrom('audit_entry')
    .select(['action', 'detail'])
    .where('action', 'like', 'quarantine%')
    .execute();
  expect(new Set(rows.map(({ action }) => action))).toEqual(
    new Set(['quarantine-accepted', 'quarantine-refused', 'quarantine-decision-reversed']),
  );
  expect(JSON.stringify(rows)).not.toMatch(/gestolen|\d{13}/);
});
