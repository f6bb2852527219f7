// Between regions, over HTTP and on real tables: what ends here and when, what the other side hears (a number and nothing else), and
// how somebody comes in who has a card of elsewhere.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { Arrival, CounterFacts, PassholderCopy, PassholderFile } from '#domain/passholder-api.ts';
import type { PassholderAct } from '#domain/passholders/passholder-command.ts';
import { apply, nobody } from '#domain/passholders/passholder.ts';
import { TaskList } from '#domain/task-api.ts';
import { insertPeople } from '#server/demo/people-store.ts';
import { endPlanned } from '#server/passholders/planned-ends.ts';
import { listEvents, readPassholder } from '#server/passholders/repository.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER, aPerson } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const DAY_MS = 24 * 3_600_000;
/** A municipality of region 2. */
const ELSEWHERE = { country: 'BE', postalCode: '9000', city: 'Elders' };
const NOWHERE = { country: 'BE', postalCode: '8500', city: 'Kortrijk' };

let world: DeskWorld;
let desk: DeskClient;
let admin: DeskClient;
let foreign: DeskClient;
let organisationId: string;
let serial = 5_000;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  [desk, admin, foreign] = [
    await world.client('desk'),
    await world.client('admin'),
    await world.client('foreign'),
  ];
  ({ organisationId } = world.staffed.organisations.bib);
});
beforeEach(async () => {
  world.setNow(NOW);
  await world.context.db.deleteFrom('attempt').execute();
});
afterAll(async () => {
  const { db } = world.context;
  const touched = await db.selectFrom('passholder').select('passholder_id').where('n', '>', 0).execute();
  expect(touched.length).toBeGreaterThan(5);
  for (const { passholder_id: id } of touched) {
    const standing = await readPassholder(db, 1, id, false);
    if (standing.state !== 'active' || standing.n === 0) continue;
    const told = (await listEvents(db, 1, id)).reduce(
      (now, { event, ...when }) => apply(now, event, when),
      nobody(id),
    );
    expect(told, 'the history tells the present').toEqual(standing);
  }
  await world.close();
});

const fileOf = async (id: string, by = admin): Promise<PassholderFile> =>
  PassholderFile.parse((await by.get(`/api/passholders/${id}`)).body);
async function act(id: string, wanted: PassholderAct, by = admin): Promise<Answer> {
  const { n } = await fileOf(id);
  return by.post(`/api/passholders/${id}/acts`, {
    ...{ actId: randomUUID(), organisationId, basedOn: n, act: wanted },
  });
}
const known = async () => {
  const card = await world.card();
  await world.context.db
    .updateTable('passholder')
    .set({ nis_code: IEPER })
    .where('passholder_id', '=', card.passholderId)
    .execute();
  return card;
};
const tasksOf = async (by: DeskClient): Promise<TaskList> =>
  TaskList.parse((await by.get('/api/tasks')).body);
async function cardOfElsewhere() {
  const number = makeUitpasNumber(String((serial += 1)).padStart(11, '0'), '0');
  const passholderId = randomUUID();
  const person = { firstName: 'Lou', lastName: 'Elders', dateOfBirth: '1990-01-01', postalCode: '9000' };
  await insertPeople(
    world.context.db,
    2,
    {
      passholders: [{ id: passholderId, ...person, nisCode: '44021' }],
      memberships: [
        {
          ...{ passholderId, cardSystem: 'uitpas-elders', status: 'active' as const },
          ...{ kansenstatuutUntil: null, suspendedUntil: null },
        },
      ],
      cards: [
        {
          ...{ number, cardSystem: 'uitpas-elders', passholderId, chip: null, kind: 'card' as const },
          ...{ state: 'active' as const, since: 0 },
        },
      ],
    },
    NOW,
  );
  return { number, passholderId };
}
async function stock() {
  const number = makeUitpasNumber(String((serial += 1)).padStart(11, '0'), '0');
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
const look = async (number: string, by = desk): Promise<Arrival> =>
  Arrival.parse((await by.post('/api/passholders/arrivals', { organisationId, number })).body);
async function register(comesWith: string, over: object = {}): Promise<Answer & { id: string }> {
  const id = randomUUID();
  const answer = await desk.post('/api/passholders/register', {
    ...{ actId: randomUUID(), passholderId: id, organisationId },
    registration: {
      ...{ kind: 'register', person: aPerson(), cardSystemId: 'uitpas-westhoek', number: await stock() },
      ...{ comesWith, ...over },
    },
  });
  return { ...answer, id };
}

test('who leaves today: the membership and the card end with a reason of their own, the points stay', async () => {
  const { passholderId, number } = await known();
  const activity = await world.activity();
  await world.bib.post('/api/paper-lists', {
    ...{ requestId: randomUUID(), activityId: activity.activityId, reason: 'geen stroom' },
    rows: [{ number, at: NOW - 60_000 }],
  });
  const person = aPerson({ address: ELSEWHERE });
  const left = await act(passholderId, { kind: 'move', person, from: '2026-11-23', leaves: true });
  expect(left.status).toBe(200);
  const file = await fileOf(passholderId);
  expect(file.memberships).toMatchObject([{ status: 'ended' }]);
  expect(file.cards).toMatchObject([{ number, state: 'blocked' }]);
  expect(file.points).toBe(1);
  expect(file.history?.map(({ kind, endReason }) => endReason ?? kind).slice(0, 2)).toEqual([
    'moved-away',
    'moved',
  ]);
});

test('the other region gets the number, and nothing of the person, nor who of here asked', async () => {
  const { passholderId, number } = await known();
  const person = aPerson({ firstName: 'Geheim', address: ELSEWHERE });
  await act(passholderId, { kind: 'move', person, from: '2026-11-23', leaves: true });
  const { open } = await tasksOf(foreign);
  const [task] = open.filter((line) => line.number === number);
  expect(task).toMatchObject({
    kind: 'comes-here',
    fromName: 'Westhoek',
    toName: 'Elders',
    passholderId: null,
  });
  expect(JSON.stringify(open)).not.toMatch(/Geheim|Vandevoorde|Noor/);
  expect(JSON.stringify(open)).not.toContain(passholderId);
  const asked = (await tasksOf(desk)).asked.find((line) => line.number === number);
  expect(asked).toMatchObject({ kind: 'comes-here', toName: 'Elders', doneAt: null, passholderId: null });
  // Done over there; here one sees that it was, not by whom.
  expect((await desk.post(`/api/tasks/${task?.taskId ?? ''}/done`, {})).status).toBe(403);
  expect((await foreign.post(`/api/tasks/${task?.taskId ?? ''}/done`, {})).status).toBe(200);
  const done = (await tasksOf(desk)).asked.find((line) => line.number === number);
  expect(done).toMatchObject({ doneAt: NOW, doneBy: null });
});

test('who moves later is a member until then: on the day it ends by itself, once, and told anew it does not', async () => {
  const [goes, stays] = [await known(), await known()];
  for (const { passholderId } of [goes, stays]) {
    const person = aPerson({ address: NOWHERE });
    await act(passholderId, { kind: 'move', person, from: '2026-12-01', leaves: true });
    expect((await fileOf(passholderId)).memberships).toMatchObject([
      { status: 'active', endsOn: '2026-12-01' },
    ]);
  }
  const back = await act(stays.passholderId, { kind: 'move', person: aPerson(), from: '2026-12-01' });
  expect(back.status).toBe(200);
  world.setNow(NOW + 7 * DAY_MS);
  expect(await endPlanned(world.context)).toBe(0);
  world.setNow(NOW + 8 * DAY_MS);
  const ended = await Promise.all([endPlanned(world.context), endPlanned(world.context)]);
  expect(ended.reduce((sum, count) => sum + count, 0)).toBe(1);
  world.setNow(NOW); // nobody is signed in that long
  const file = await fileOf(goes.passholderId);
  expect(file).toMatchObject({ memberships: [{ status: 'ended' }], cards: [{ state: 'blocked' }] });
  expect(file.history?.[0]).toMatchObject({ kind: 'membership-ended', endReason: 'moved-away', by: null });
  expect(await fileOf(stays.passholderId)).toMatchObject({
    ...{ memberships: [{ status: 'active' }], cards: [{ state: 'active' }] },
  });
  expect((await fileOf(stays.passholderId)).memberships[0]).not.toHaveProperty('endsOn');
});

test('who stays a member across the border keeps the card; inside the region nobody leaves', async () => {
  const { passholderId } = await known();
  const address = { country: 'FR', postalCode: '59270', city: 'Bailleul' };
  await act(passholderId, { kind: 'move', person: aPerson({ address }), from: '2026-11-23', leaves: false });
  expect((await fileOf(passholderId)).cards).toMatchObject([{ state: 'active' }]);
  const inside = await act(passholderId, {
    kind: 'move',
    person: aPerson(),
    from: '2026-11-23',
    leaves: true,
  });
  expect(inside).toMatchObject({ status: 422, code: 'stays-in-region' });
});

test('who comes from another region: a new card, a task over there with the number, closed there', async () => {
  const there = await cardOfElsewhere();
  expect(await look(there.number)).toEqual({
    number: there.number,
    where: 'other-region',
    regionName: 'Elders',
  });
  const { status, id } = await register(there.number);
  expect(status).toBe(201);
  const task = (await tasksOf(foreign)).open.find((line) => line.number === there.number);
  expect(task).toMatchObject({ kind: 'went-elsewhere', fromName: 'Westhoek', passholderId: null });
  expect((await foreign.post(`/api/tasks/${task?.taskId ?? ''}/done`, {})).status).toBe(200);
  const file = await fileOf(id);
  expect(file.points).toBe(0);
  expect(file.history?.at(-1)).toMatchObject({ kind: 'registered', number: there.number });
  const copy = PassholderCopy.parse((await admin.post(`/api/passholders/${id}/copy`, {})).body);
  expect(copy.file.history?.at(-1)?.number).toBe(there.number);
  // Erased, the number of elsewhere goes too.
  expect((await act(id, { kind: 'erase' })).status).toBe(200);
  expect(JSON.stringify(await fileOf(id))).not.toContain(there.number);
});

test('of an unknown card nobody is told; the address comes first; a card of here is no arrival', async () => {
  const unknown = makeUitpasNumber('99999999999', '0');
  expect(await look(unknown)).toEqual({ number: unknown, where: 'unknown' });
  const before = (await tasksOf(foreign)).open.length;
  expect((await register(unknown)).status).toBe(201);
  expect((await tasksOf(foreign)).open).toHaveLength(before);
  const outside = await register(unknown, { person: aPerson({ address: NOWHERE }) });
  expect(outside).toMatchObject({ status: 422, code: 'lives-outside' });
  const { number } = await known();
  expect(await register(number)).toMatchObject({ status: 422, code: 'card-known-here' });
});

test('a card of this region: the own desk opens the file, another one takes it over with name and birth date', async () => {
  const here = await known();
  expect(await look(here.number)).toMatchObject({
    where: 'here',
    own: true,
    passholderId: here.passholderId,
  });
  const there = await known();
  await world.context.db
    .updateTable('passholder')
    .set({ nis_code: '32003' })
    .where('passholder_id', '=', there.passholderId)
    .execute();
  const arrival = await look(there.number);
  expect(arrival).toEqual({
    ...{ number: there.number, where: 'here', passholderId: there.passholderId, n: 0, own: false },
  });
  expect((await desk.get(`/api/passholders/${there.passholderId}`)).status).toBe(403);
  const take = (lastName: string) =>
    desk.post(`/api/passholders/${there.passholderId}/acts`, {
      ...{ actId: randomUUID(), organisationId, basedOn: arrival.n },
      act: {
        kind: 'move',
        person: aPerson({ lastName, dateOfBirth: '2014-04-03', parentalConsent: true }),
        from: '2026-11-23',
      },
    });
  expect(await take('Iemand')).toMatchObject({ status: 422, code: 'person-differs' });
  expect((await take('Voorbeeld')).status).toBe(200);
  expect((await fileOf(there.passholderId, desk)).cards).toMatchObject([{ state: 'active' }]);
});

test('looking is written down and counted, and a free card is nobody', async () => {
  const number = await stock();
  expect(await look(number)).toEqual({ number, where: 'here' });
  const entries = await world.context.db
    .selectFrom('audit_entry')
    .select('subject')
    .where('action', '=', 'arrival-checked')
    .execute();
  expect(JSON.stringify(entries)).not.toContain(number);
  let status = 200;
  for (let i = 0; i < 60 && status === 200; i += 1)
    ({ status } = await desk.post('/api/passholders/arrivals', { organisationId, number }));
  expect(status).toBe(429);
});

test('a counter knows the towns of other regions, and an erasure takes the tasks about that number along', async () => {
  const facts = CounterFacts.parse((await desk.get(`/api/organisations/${organisationId}/counter`)).body);
  expect(facts).toMatchObject({
    regionName: 'Westhoek',
    otherTowns: [{ name: 'Elders', postalCodes: ['9000'] }],
  });
  const { passholderId, number } = await known();
  const person = aPerson({ address: ELSEWHERE });
  await act(passholderId, { kind: 'move', person, from: '2026-11-23', leaves: true });
  expect((await tasksOf(foreign)).open.some((line) => line.number === number)).toBe(true);
  await act(passholderId, { kind: 'erase' });
  expect((await tasksOf(foreign)).open.some((line) => line.number === number)).toBe(false);
});
