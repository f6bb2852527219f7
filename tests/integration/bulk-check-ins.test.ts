// Lists of visits on the real ledger: each row by the rule of a scan, once whoever carries it out, undone like any other. And the
// file of who is on a list.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BulkList, ExportAnswer, RowsAnswer, type BulkInput } from '#domain/bulk-api.ts';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { CheckInList } from '#domain/desk-api.ts';
import { limits } from '#domain/kernel/limits.ts';
import { carryOutStretches } from '#server/bulk/carry-out.ts';
import { createDeskLedger } from '#server/sync/desk-commands.ts';
import type { DeskClient } from '#tests/_support/desk-client.ts';
import { lastAfternoon, openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { holdersIn } from '#tests/_support/kansenstatuut-holders.ts';
import { brokenLaws } from '#tests/_support/region.ts';

const HOUR_MS = 3_600_000;
let world: DeskWorld;
let desk: DeskClient;
let admin: DeskClient;
let organisationId: string;
let now: number;
let holders: ReturnType<typeof holdersIn>;

beforeAll(async () => {
  world = await openDeskWorld(lastAfternoon());
  now = world.context.clock.now();
  desk = await world.client('desk');
  admin = await world.client('admin');
  ({ organisationId } = world.staffed.organisations.bib);
  holders = holdersIn(world.context.db);
});
afterAll(() => world.close());

const input = (
  source: BulkInput['source'],
  activityId: string,
  at = now - HOUR_MS / 2,
): BulkInput & { work: { kind: 'check-in' } } => ({
  ...{ listId: randomUUID(), organisationId, title: 'Klas van juf An', source },
  work: { kind: 'check-in', activityId, at },
});
async function make(asked: BulkInput, by = desk): Promise<BulkList> {
  const answer = await by.post('/api/bulk/lists', asked);
  expect(answer.status).toBe(201);
  return BulkList.parse(answer.body);
}
const act = (listId: string, what: string, by = desk) =>
  by.post(`/api/bulk/lists/${listId}/act`, { act: what });
const rowsOf = async (listId: string): Promise<RowsAnswer['rows']> =>
  RowsAnswer.parse((await desk.post(`/api/bulk/lists/${listId}/rows`, {})).body).rows;
async function carryOut(): Promise<void> {
  const ledger = createDeskLedger(world.context);
  while ((await carryOutStretches({ ...world.context, ledger })) > 0);
}
const listOf = async (activityId: string): Promise<CheckInList> =>
  CheckInList.parse((await world.bib.get(`/api/activities/${activityId}/check-ins`)).body);
const balanceOf = async (accountId: string): Promise<number> => {
  const { rows } = await world.context.pool.query<{ points: number }>(
    'select coalesce(sum(amount), 0)::int as points from posting where account_id = $1',
    [accountId],
  );
  return rows[0]?.points ?? 0;
};

test('each row by the rule of a scan: looked over, written down once, undone like any other', async () => {
  const { activityId } = await world.activity({ points: 2 });
  const [anna, bram] = await holders(2);
  const [here, blocked, elsewhere] = [await world.card(), await world.card('blocked'), await world.card()];
  const phone = await world.phone([activityId]);
  phone.checkIn({ activityId, number: here.number }, now - 0.75 * HOUR_MS);
  phone.checkIn({ activityId, number: elsewhere.number }, now - HOUR_MS / 4);
  await world.sync(phone);
  const strange = makeUitpasNumber('77', '0');
  const asked = input(
    {
      numbers: [
        ...[anna?.number, bram?.number, here.number, blocked.number, elsewhere.number].map(String),
        ...[strange, String(anna?.number), '12'],
      ],
    },
    activityId,
  );
  const list = await make(asked);
  expect(list.work).toMatchObject({ kind: 'check-in', title: 'Jeugdboekenweek' });
  expect(list.rows).toEqual({ ready: 3, bad: 5, done: 0, refused: 0 });
  const looked = await rowsOf(list.listId);
  expect(looked.map(({ code }) => code)).toEqual([
    ...[null, null, 'checked-in-already', 'card-blocked', 'checked-in-already', null, 'twice', 'number'],
  ]);
  expect(looked[0]?.detail).toEqual({ points: 2 });
  expect(looked[2]?.detail).toEqual({ at: now - 0.75 * HOUR_MS });
  // Later than the list says, but a scan that counts is not taken away for it.
  expect(looked[4]?.detail).toEqual({ at: now - HOUR_MS / 4 });
  expect(looked[5]?.detail).toEqual({ points: 2, note: 'foreign' });
  expect((await listOf(activityId)).checkIns).toHaveLength(2);

  await act(list.listId, 'start');
  await Promise.all([carryOut(), carryOut(), carryOut()]);
  await carryOut();
  expect((await rowsOf(list.listId)).map(({ state }) => state)).toEqual([
    ...['done', 'done', 'bad', 'bad', 'bad', 'done', 'bad', 'bad'],
  ]);
  const shown = await listOf(activityId);
  expect(shown.totals).toMatchObject({ scanned: 5, counted: 5 });
  expect(shown.checkIns.filter(({ way }) => way === 'paper')).toHaveLength(3);
  expect(await balanceOf(anna?.passholderId ?? '')).toBe(2);
  expect(await brokenLaws(world.context.db)).toEqual([]);

  // The same people in another list: nothing is left to do.
  expect((await make({ ...asked, listId: randomUUID() })).rows.ready).toBe(0);
  const [one] = shown.checkIns.filter(({ way }) => way === 'paper');
  await world.bib.post(`/api/check-ins/${one?.commandId}/undo`, { reason: 'Was er niet.' });
  expect((await listOf(activityId)).totals).toMatchObject({ counted: 4 });
  expect((await make({ ...asked, listId: randomUUID() })).rows.ready).toBe(1);
});

test('people of a search come with the card that they would have shown; those of others do not', async () => {
  const { activityId } = await world.activity();
  const [own, gone] = await holders(2, (i) => (i === 1 ? { card: { state: 'blocked' } } : {}));
  const [other] = await holders(1, () => ({ passholder: { postalCode: '8600', nisCode: '32003' } }));
  const people = [own, gone, other].map((holder) => holder?.passholderId ?? '');
  const list = await make(input({ people }, activityId));
  const rows = await rowsOf(list.listId);
  expect(rows.map(({ code }) => code)).toEqual([null, 'card-not-active', 'not-yours']);
  expect(rows[0]).toMatchObject({ given: own?.number, passholderId: own?.passholderId });
  expect(rows[2]).toMatchObject({ passholderId: null, name: null });
});

test('cards of other municipalities are counted as look-ups, also on a list of visits', async () => {
  const { activityId } = await world.activity();
  const others = await holders(1_001, () => ({ passholder: { postalCode: '8600', nisCode: '32003' } }));
  const numbers = others.map(({ number }) => String(number));
  const [own] = await holders(1);
  const ask = (of: readonly string[]) =>
    desk.post('/api/bulk/lists', input({ numbers: [...of] }, activityId));
  // A list may be longer than what is left, as one of any other kind; the next one waits until tomorrow.
  expect(await ask([...numbers, ...numbers, String(own?.number)])).toMatchObject({
    ...{ status: 201, body: { rows: { ready: 1_002, bad: 1_001 } } },
  });
  expect(await ask(numbers.slice(0, 1))).toMatchObject({ status: 429, code: 'too-many-requests' });
  await world.context.db.deleteFrom('attempt').execute();
  // One's own people, and a number that stands there twice, cost nothing.
  for (let i = 0; i < 2; i++)
    expect((await ask(Array.from({ length: 1_100 }, () => String(own?.number)))).status).toBe(201);
});

test('what changed in between is ruled as it stands, and leaves nothing behind', async () => {
  const { activityId } = await world.activity();
  const [scanned, blocked, good] = await holders(3);
  const list = await make(
    input({ numbers: [scanned, blocked, good].map((holder) => String(holder?.number)) }, activityId),
  );
  const phone = await world.phone([activityId]);
  phone.checkIn({ activityId, number: scanned?.number ?? '' }, now - HOUR_MS / 4);
  await world.sync(phone);
  await world.context.db
    .updateTable('card')
    .set({ state: 'blocked', state_since: now - 2 * HOUR_MS })
    .where('uitpas_number', '=', blocked?.number ?? '')
    .execute();
  await act(list.listId, 'start');
  await carryOut();
  expect((await rowsOf(list.listId)).map(({ state, code }) => [state, code])).toEqual([
    ['refused', 'checked-in-already'],
    ['refused', 'card-blocked'],
    ['done', null],
  ]);
  expect((await listOf(activityId)).totals).toMatchObject({ scanned: 2, counted: 2, toLookAt: 0 });
});

test('a moment at which nobody could come in is said for each row; one to come is no list', async () => {
  const { activityId } = await world.activity();
  const [holder] = await holders(1);
  const source = { numbers: [String(holder?.number)] };
  const early = await make(input(source, activityId, now - 30 * HOUR_MS));
  expect(early.reasons).toEqual([{ state: 'bad', code: 'activity-closed', count: 1 }]);
  const wrong = [now + HOUR_MS, now - limits.paperListBackMs - HOUR_MS];
  for (const at of wrong)
    expect(await desk.post('/api/bulk/lists', input(source, activityId, at))).toMatchObject({
      ...{ status: 422, code: 'moment-out-of-reach' },
    });
  expect(await desk.post('/api/bulk/lists', input(source, randomUUID()))).toMatchObject({ status: 403 });
  expect(await admin.post('/api/bulk/lists', input(source, randomUUID()))).toMatchObject({ status: 404 });
});

test('the file of a list: of those whose rows were carried out, each of them in the audit', async () => {
  const [one, two] = await holders(2);
  const [other] = await holders(1, () => ({ passholder: { postalCode: '8600', nisCode: '32003' } }));
  const source = { numbers: [one, two, other].map((holder) => String(holder?.number)) };
  const list = await make({ ...input(source, ''), title: 'Brief', work: { kind: 'export' } });
  expect(list.rows).toMatchObject({ ready: 2, bad: 1 });
  const ask = (by = desk) => by.post(`/api/bulk/lists/${list.listId}/people`, {});
  expect(ExportAnswer.parse((await ask()).body).people).toEqual([]);
  await act(list.listId, 'start');
  await carryOut();
  const { people, more } = ExportAnswer.parse((await ask()).body);
  expect(more).toBe(false);
  expect(people.map(({ number }) => number)).toEqual([one?.number, two?.number]);
  expect(people[0]).toMatchObject({ firstName: 'Noor', dateOfBirth: '1990-04-03', postalCode: '8900' });
  const { rows } = await world.context.pool.query<{ subject: string }>(
    `select subject from audit_entry where action = 'passholder-exported' order by audit_id`,
  );
  expect(rows.map(({ subject }) => subject).sort()).toEqual(
    [one, two].map((holder) => `passholder:${holder?.passholderId}`).sort(),
  );
  // No other list has a file.
  const visits = await make(input(source, (await world.activity()).activityId));
  expect(await desk.post(`/api/bulk/lists/${visits.listId}/people`, {})).toMatchObject({ status: 404 });
});
