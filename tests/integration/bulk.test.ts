// Lists of people over HTTP and on real tables: every row is looked over and says why, carried out once whoever carries it out, and
// judged anew by what holds then.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BulkList, RowsAnswer, type BulkInput } from '#domain/bulk-api.ts';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { carryOutStretches } from '#server/bulk/carry-out.ts';
import { createDeskLedger } from '#server/sync/desk-commands.ts';
import { tidyUp } from '#server/housekeeping.ts';
import type { DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { holdersIn, type Holder } from '#tests/_support/kansenstatuut-holders.ts';
import { emailOf } from '#tests/_support/staffed-region.ts';

const NOW = Date.UTC(2026, 2, 2, 10);
const DAY_MS = 24 * 3_600_000;
const SYSTEM = 'uitpas-westhoek';
const DIKSMUIDE = '32003';
const UNTIL = '2027-04-30';

let world: DeskWorld;
let desk: DeskClient;
let admin: DeskClient;
let organisationId: string;
let holders: ReturnType<typeof holdersIn>;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  desk = await world.client('desk');
  admin = await world.client('admin');
  ({ organisationId } = world.staffed.organisations.bib);
  holders = holdersIn(world.context.db);
});
beforeEach(() => world.setNow(NOW));
afterAll(() => world.close());

const csv = (...rows: readonly string[]) => ({
  file: Buffer.from(['nummer;einddatum', ...rows].join('\r\n')).toString('base64url'),
});
const input = (source: BulkInput['source'], over: Partial<BulkInput> = {}): BulkInput => ({
  ...{ listId: randomUUID(), organisationId, title: 'Voorjaar', source },
  work: { kind: 'renew-kansenstatuut', cardSystemId: SYSTEM, until: UNTIL, proof: 'leefloon' },
  ...over,
});
async function make(asked: BulkInput, by = desk): Promise<BulkList> {
  const answer = await by.post('/api/bulk/lists', asked);
  expect(answer.status).toBe(201);
  return BulkList.parse(answer.body);
}
const act = (listId: string, what: string, by = desk) =>
  by.post(`/api/bulk/lists/${listId}/act`, { act: what });
const read = async (listId: string, by = desk): Promise<BulkList> =>
  BulkList.parse((await by.get(`/api/bulk/lists/${listId}`)).body);
const rowsOf = async (listId: string, question = {}, by = desk): Promise<RowsAnswer> =>
  RowsAnswer.parse((await by.post(`/api/bulk/lists/${listId}/rows`, question)).body);
async function carryOutAll(): Promise<void> {
  const ledger = createDeskLedger(world.context);
  while ((await carryOutStretches({ ...world.context, ledger })) > 0);
}
const untilOf = async ({ passholderId }: Holder): Promise<string | null | undefined> =>
  (
    await world.context.db
      .selectFrom('membership')
      .select('kansenstatuut_until')
      .where('passholder_id', '=', passholderId)
      .executeTakeFirst()
  )?.kansenstatuut_until;
const renewalsOf = async (people: readonly Holder[]): Promise<number> =>
  (
    await world.context.db
      .selectFrom('passholder_event')
      .select('n')
      .where('kind', '=', 'kansenstatuut-set')
      .where(
        'passholder_id',
        'in',
        people.map(({ passholderId }) => passholderId),
      )
      .execute()
  ).length;
const actsOf = async (subject: string): Promise<string[]> =>
  (
    await world.context.db
      .selectFrom('audit_entry')
      .select('action')
      .where('subject', '=', subject)
      .orderBy('audit_id')
      .execute()
  ).map(({ action }) => action);

test('a list of which thirty-seven rows are wrong: each says why, the others are renewed once', async () => {
  const good = await holders(263);
  const theirs = await holders(6, () => ({ passholder: { postalCode: '8600', nisCode: DIKSMUIDE } }));
  const blocked = await holders(6, () => ({ card: { state: 'blocked' } }));
  const without = await holders(6, () => ({ membership: { kansenstatuutUntil: null } }));
  const longer = await holders(6, () => ({ membership: { kansenstatuutUntil: '2027-04-30' } }));
  const rows = [
    ...good.map(({ number }) => `${number};`),
    ...[...theirs, ...blocked, ...without, ...longer].map(({ number }) => `${number};`),
    ...Array.from({ length: 5 }, (_, i) => `${makeUitpasNumber(String(700 + i), '1')};`),
    `${good[0]?.number};`,
    `${good[1]?.number.slice(1)};`,
    'niet leesbaar;',
    `${makeUitpasNumber('800', '1')};30/02/2027`,
    `${makeUitpasNumber('801', '1')};gisteren`,
    // Of good people, but as they stand these two rows come after their first.
    `${good[2]?.number};`,
    `${good[3]?.number};31/12/2027`,
    `${good[4]?.number};`,
  ];
  expect(rows).toHaveLength(300);
  const list = await make(input(csv(...rows)));
  expect(list).toMatchObject({ state: 'draft', rows: { ready: 263, bad: 37, done: 0, refused: 0 } });
  expect(Object.fromEntries(list.reasons.map(({ code, count }) => [code, count]))).toEqual({
    'not-yours': 6,
    'card-is-blocked': 6,
    'no-kansenstatuut': 6,
    'end-not-later': 6,
    'card-unknown': 5,
    twice: 4,
    number: 2,
    date: 2,
  });
  const wrong = await rowsOf(list.listId, { state: 'bad', code: 'not-yours' });
  // Nothing of who is somebody else's: no name, no file.
  expect(wrong.rows).toHaveLength(6);
  expect(wrong.rows.every(({ name, passholderId }) => name === null && passholderId === null)).toBe(true);
  const twice = await rowsOf(list.listId, { state: 'bad', code: 'twice' });
  expect(twice.rows[0]).toMatchObject({ row: 294, detail: { firstRow: 2 } });
  const first = await rowsOf(list.listId, { state: 'ready' });
  expect(first).toMatchObject({ more: true, rows: { length: 50 } });
  expect(first.rows[0]).toMatchObject({ until: UNTIL, detail: { current: '2026-04-30' } });
  expect(first.rows[0]?.name).toMatch(/^Noor Voorbeeld/);
  expect((await rowsOf(list.listId, { whole: true })).rows).toHaveLength(300);
  expect(await renewalsOf(good.slice(0, 50))).toBe(0);

  await act(list.listId, 'start');
  await carryOutAll();
  expect(await read(list.listId)).toMatchObject({
    state: 'done',
    rows: { done: 263, bad: 37, refused: 0 },
  });
  expect(await renewalsOf(good)).toBe(263);
  expect(await untilOf(good[0] as Holder)).toBe(UNTIL);
  expect(await untilOf(theirs[0] as Holder)).toBe('2026-04-30');
  expect(await actsOf(`bulk:${list.listId}`)).toEqual(
    expect.arrayContaining(['bulk-looked-over', 'bulk-read', 'bulk-saved', 'bulk-started', 'bulk-ended']),
  );
  expect(await actsOf(`passholder:${good[7]?.passholderId}`)).toEqual(['passholder-renew-kansenstatuut']);
});

describe('once', () => {
  test('a list that is sent ten times is one list; other rows under its id are refused', async () => {
    const [holder] = await holders(1);
    const asked = input({ numbers: [holder?.number ?? ''] });
    const answers = await Promise.all(Array.from({ length: 10 }, () => desk.post('/api/bulk/lists', asked)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(await desk.post('/api/bulk/lists', { ...asked, title: 'anders' })).toMatchObject({
      ...{ status: 409, code: 'other-act-with-this-id' },
    });
    expect(await admin.post('/api/bulk/lists', asked)).toMatchObject({ status: 409 });
    expect((await read(asked.listId)).rows.ready).toBe(1);
  });

  test('ten servers at once and ten presses: each row once', async () => {
    const people = await holders(120);
    const list = await make(input({ people: people.map(({ passholderId }) => passholderId) }));
    await Promise.all(Array.from({ length: 10 }, () => act(list.listId, 'start')));
    await Promise.all(Array.from({ length: 10 }, carryOutAll));
    await carryOutAll();
    expect(await read(list.listId)).toMatchObject({ state: 'done', rows: { done: 120, refused: 0 } });
    expect(await renewalsOf(people)).toBe(120);
    expect((await actsOf(`bulk:${list.listId}`)).filter((action) => action === 'bulk-started')).toHaveLength(
      1,
    );
    expect((await actsOf(`bulk:${list.listId}`)).filter((action) => action === 'bulk-ended')).toHaveLength(1);
  });

  test('two lists with the same people, carried out at once: the second one finds it done', async () => {
    const people = await holders(40);
    const [a, b] = await Promise.all([
      make(input({ numbers: people.map(({ number }) => number) })),
      make(input({ numbers: people.map(({ number }) => number).reverse() })),
    ]);
    await Promise.all([act(a.listId, 'start'), act(b.listId, 'start')]);
    await Promise.all([carryOutAll(), carryOutAll()]);
    await carryOutAll();
    const [one, two] = [await read(a.listId), await read(b.listId)];
    expect(one.rows.done + two.rows.done).toBe(40);
    expect(one.rows.refused + two.rows.refused).toBe(40);
    expect([...one.reasons, ...two.reasons].every(({ code }) => code === 'end-not-later')).toBe(true);
    expect(await renewalsOf(people)).toBe(40);
  });

  test('stopped: nothing more happens after the answer, and it goes on where it was', async () => {
    const people = await holders(60);
    const list = await make(input({ numbers: people.map(({ number }) => number) }));
    await act(list.listId, 'start');
    const working = carryOutAll();
    const stopped = BulkList.parse((await act(list.listId, 'stop')).body);
    expect(stopped.state).toBe('stopped');
    const done = await renewalsOf(people);
    await working;
    expect(await renewalsOf(people)).toBe(done);
    expect((await read(list.listId)).rows.ready).toBe(60 - done);

    await act(list.listId, 'start');
    await carryOutAll();
    expect(await read(list.listId)).toMatchObject({ state: 'done', rows: { done: 60 } });
    expect(await renewalsOf(people)).toBe(60);
    // Over: a late press starts nothing anew.
    expect(await act(list.listId, 'start')).toMatchObject({ status: 200, body: { state: 'done' } });
    expect(await act(list.listId, 'withdraw')).toMatchObject({ status: 409, code: 'list-has-begun' });
  });

  test('a list that was put away is never carried out', async () => {
    const [holder] = await holders(1);
    const list = await make(input({ numbers: [holder?.number ?? ''] }));
    await act(list.listId, 'withdraw');
    expect(await act(list.listId, 'start')).toMatchObject({ status: 409, code: 'list-is-over' });
    await carryOutAll();
    expect(await untilOf(holder as Holder)).toBe('2026-04-30');
  });
});

describe('what holds when the turn of a row comes', () => {
  test('who was renewed, moved away or erased meanwhile is judged anew', async () => {
    const people = await holders(4);
    const [renewed, moved, erased, same] = people as [Holder, Holder, Holder, Holder];
    const list = await make(input({ numbers: people.map(({ number }) => number) }));
    const single = (passholderId: string, by: DeskClient, what: Record<string, unknown>) =>
      by.post(`/api/passholders/${passholderId}/acts`, {
        ...{ actId: randomUUID(), organisationId, basedOn: 0, act: what },
      });
    const grant = { proof: 'leefloon', until: '2027-12-31' };
    const renewal = { kind: 'renew-kansenstatuut', cardSystemId: SYSTEM, grant };
    expect((await single(renewed.passholderId, desk, renewal)).status).toBe(200);
    await world.context.db
      .updateTable('passholder')
      .set({ nis_code: DIKSMUIDE, postal_code: '8600' })
      .where('passholder_id', '=', moved.passholderId)
      .execute();
    expect((await single(erased.passholderId, admin, { kind: 'erase' })).status).toBe(200);

    await act(list.listId, 'start');
    await carryOutAll();
    const { rows } = await rowsOf(list.listId);
    expect(rows.map(({ state, code }) => [state, code])).toEqual([
      ['refused', 'end-not-later'],
      ['refused', 'not-yours'],
      ['refused', 'not-here'],
      ['done', null],
    ]);
    expect(rows[2]).toMatchObject({ name: null, detail: { state: 'erased' } });
    expect(await untilOf(renewed)).toBe('2027-12-31');
    expect(await untilOf(same)).toBe(UNTIL);
  });

  test('who lost the right half-way: the list stops and says so, somebody else goes on', async () => {
    const people = await holders(3);
    const list = await make(input({ numbers: people.map(({ number }) => number) }));
    await act(list.listId, 'start');
    const own = world.context.db.selectFrom('auth_user').select('id').where('email', '=', emailOf('desk'));
    const grants = await world.context.db
      .selectFrom('role_grant')
      .selectAll()
      .where('user_id', 'in', own)
      .execute();
    await world.context.db.deleteFrom('role_grant').where('user_id', 'in', own).execute();
    await carryOutAll();
    expect(await read(list.listId, admin)).toMatchObject({
      ...{ state: 'stopped', stoppedBecause: 'not-allowed', rows: { done: 0 } },
    });
    await world.context.db.insertInto('role_grant').values(grants).execute();
    await act(list.listId, 'start', admin);
    await carryOutAll();
    expect(await read(list.listId)).toMatchObject({ state: 'done', rows: { done: 3 } });
  });

  test('a row that breaks off three times does not keep the others waiting', async () => {
    const [broken, good] = (await holders(2)) as [Holder, Holder];
    const list = await make(input({ numbers: [broken.number, good.number] }));
    // Written by another hand: a row of nobody.
    await world.context.db
      .updateTable('bulk_row')
      .set({ passholder_id: null })
      .where('list_id', '=', list.listId)
      .where('row_no', '=', 1)
      .execute();
    await act(list.listId, 'start');
    await carryOutAll();
    expect((await rowsOf(list.listId)).rows.map(({ state, code }) => [state, code])).toEqual([
      ['refused', 'went-wrong'],
      ['done', null],
    ]);
  });
});

describe('other work', () => {
  test('blocking: red on every phone, once, and only cards that are active', async () => {
    const people = await holders(3, (i) => (i === 2 ? { card: { state: 'blocked' } } : {}));
    const list = await make(
      input(
        { numbers: people.map(({ number }) => number) },
        { work: { kind: 'block-card', reason: 'stolen' } },
      ),
    );
    expect(list).toMatchObject({ rows: { ready: 2, bad: 1 }, reasons: [{ code: 'card-not-active' }] });
    await act(list.listId, 'start');
    await carryOutAll();
    const { rows } = await world.context.pool.query<{ state: string }>(
      `select state from card where uitpas_number = any($1)`,
      [people.map(({ number }) => number)],
    );
    expect(rows.map(({ state }) => state)).toEqual(['blocked', 'blocked', 'blocked']);
  });

  test('a street with another name: only of those who live there and whose file is complete', async () => {
    const people = await holders(3);
    const person = (street: string) =>
      JSON.stringify({
        ...{ firstName: 'Noor', lastName: 'Voorbeeld', dateOfBirth: '1990-04-03', termsAccepted: 'paper' },
        address: { country: 'BE', postalCode: '8900', city: 'Ieper', street },
        optIns: { service: true, milestones: false, newsByMail: false, newsBySms: false, newsByPost: false },
      });
    for (const [i, street] of ['Kerkstraat 12', 'Markt 1'].entries())
      await world.context.db
        .updateTable('passholder')
        .set({ person: person(street), n: 0 })
        .where('passholder_id', '=', people[i]?.passholderId ?? '')
        .execute();
    const list = await make(
      input(
        { people: people.map(({ passholderId }) => passholderId) },
        { work: { kind: 'rename-street', postalCode: '8900', from: 'Kerkstraat', to: 'Sint-Jansstraat' } },
      ),
    );
    expect(list.rows).toMatchObject({ ready: 1, bad: 2 });
    await act(list.listId, 'start');
    await carryOutAll();
    const stored = await world.context.db
      .selectFrom('passholder')
      .select('person')
      .where('passholder_id', '=', people[0]?.passholderId ?? '')
      .executeTakeFirstOrThrow();
    expect(stored.person?.address).toMatchObject({ street: 'Sint-Jansstraat 12', city: 'Ieper' });
  });

  test('who was found by a search gets another address, once, and only within the municipality', async () => {
    const people = await holders(2);
    const ids = people.map(({ passholderId }) => passholderId);
    const person = JSON.stringify({
      ...{ firstName: 'Noor', lastName: 'Voorbeeld', dateOfBirth: '1990-04-03', termsAccepted: 'paper' },
      address: { country: 'BE', postalCode: '8900', city: 'Ieper', street: 'Markt 1' },
      optIns: { service: true, milestones: false, newsByMail: false, newsBySms: false, newsByPost: false },
    });
    await world.context.db
      .updateTable('passholder')
      .set({ person, n: 0 })
      .where('passholder_id', 'in', ids)
      .execute();
    const work = {
      kind: 'change-address',
      postalCode: '8900',
      city: 'Ieper',
      street: 'Verzonnenlaan 5',
    } as const;
    const elsewhere = await make(
      input({ people: ids }, { work: { ...work, postalCode: '8600', city: 'Diksmuide' } }),
    );
    expect(elsewhere.reasons).toEqual([{ state: 'bad', code: 'is-a-move', count: 2 }]);
    const list = await make(input({ people: ids }, { work }));
    expect(list.rows).toMatchObject({ ready: 2, bad: 0 });
    await act(list.listId, 'start');
    await carryOutAll();
    const again = await make(input({ people: ids }, { work }));
    expect(again.reasons).toEqual([{ state: 'bad', code: 'lives-there', count: 2 }]);
  });
});

describe('whose it is', () => {
  test('a list is of who made it, and of who may do everything in the region', async () => {
    const [holder] = await holders(1);
    const list = await make(input({ numbers: [holder?.number ?? ''] }), admin);
    expect(await desk.get(`/api/bulk/lists/${list.listId}`)).toMatchObject({ status: 403 });
    expect(await desk.post(`/api/bulk/lists/${list.listId}/rows`, {})).toMatchObject({ status: 403 });
    expect(await act(list.listId, 'start')).toMatchObject({ status: 403 });
    const listed = async (by: DeskClient) =>
      ((await by.get('/api/bulk/lists')).body as { lists: BulkList[] }).lists.map(({ listId }) => listId);
    expect(await listed(desk)).not.toContain(list.listId);
    expect(await listed(admin)).toContain(list.listId);
  });

  test('numbers of others are counted as look-ups: who goes through a region is stopped', async () => {
    const unknown = (from: number) =>
      Array.from({ length: 600 }, (_, i) => makeUitpasNumber(String(90_000 + from + i), '0'));
    const client = await world.client('desk');
    world.setNow(NOW + 2 * DAY_MS);
    await make(input({ numbers: unknown(0) }), client);
    await make(input({ numbers: unknown(600) }), client);
    const stopped = await client.post('/api/bulk/lists', input({ numbers: unknown(1_200) }));
    expect(stopped).toMatchObject({ status: 429, code: 'too-many-requests' });
    // One's own people go on.
    world.setNow(NOW + 3 * DAY_MS);
    const people = await holders(5);
    expect((await make(input({ numbers: people.map(({ number }) => number) }), client)).rows.ready).toBe(5);
  });

  test('lists go when nobody needs them any more, with their rows', async () => {
    const [holder] = await holders(1);
    const list = await make(input({ numbers: [holder?.number ?? ''] }));
    world.setNow(NOW + 8 * DAY_MS);
    await tidyUp(world.context);
    const { rows } = await world.context.pool.query('select 1 from bulk_row where list_id = $1', [
      list.listId,
    ]);
    expect(rows).toEqual([]);
  });
});

test.each([
  ['nothing', { file: '' }, 'sheet-empty'],
  [
    'a list of names',
    { file: Buffer.from('naam;voornaam\nPeeters;Jan').toString('base64url') },
    'no-number-column',
  ],
  ['no numbers', { numbers: [] }, 'empty'],
  ['nobody', { people: [] }, 'empty'],
])('%s is said to be no list', async (_, source, code) => {
  expect(await desk.post('/api/bulk/lists', input(source))).toMatchObject({ status: 422, code });
});
