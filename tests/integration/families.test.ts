// Families over HTTP and on real tables: made once, left on a day, seen by one's own counter only.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FamiliesOf, FamilyFile } from '#domain/family-api.ts';
import { limits } from '#domain/kernel/limits.ts';
import { PassholderCopy, PassholderFile, SearchAnswer } from '#domain/passholder-api.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER, aPerson, stockCard } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const TODAY = '2026-11-23';
const SYSTEM = 'uitpas-westhoek';
const DIKSMUIDE = '32003';

let world: DeskWorld;
let desk: DeskClient;
let admin: DeskClient;
let organisationId: string;
let elsewhere: string;
let serial = 7_000;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  desk = await world.client('desk');
  admin = await world.client('admin');
  ({ organisationId } = world.staffed.organisations.bib);
  elsewhere = world.staffed.organisations.pool.organisationId;
});
afterAll(() => world.close());

type Registered = { readonly passholderId: string; readonly number: string };

/** Registered at the counter; by the region in Diksmuide. */
async function register(firstName: string, dateOfBirth: string, place = IEPER): Promise<Registered> {
  const { number } = stockCard(serial++);
  await world.context.db
    .insertInto('card')
    .values({
      ...{ region_id: 1, uitpas_number: number, card_system_id: SYSTEM, passholder_id: null },
      ...{ chip_number: null, kind: 'card', state: 'stock', state_since: 0, upstream_reason: null },
      place_nis: place,
    })
    .execute();
  const isHere = place === IEPER;
  const passholderId = randomUUID();
  const address = isHere
    ? { country: 'BE', postalCode: '8900', city: 'Ieper', street: 'Menenstraat 1' }
    : { country: 'BE', postalCode: '8600', city: 'Diksmuide' };
  const answer = await (isHere ? desk : admin).post('/api/passholders/register', {
    ...{ actId: randomUUID(), passholderId, organisationId: isHere ? organisationId : elsewhere },
    registration: {
      ...{ kind: 'register', cardSystemId: SYSTEM, number },
      person: aPerson({ firstName, lastName: 'Tezamen', dateOfBirth, address, parentalConsent: true }),
    },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return { passholderId, number };
}

const inputOf = (people: readonly Registered[]) => ({
  familyId: randomUUID(),
  organisationId,
  members: people.map(({ passholderId }) => ({ memberId: randomUUID(), passholderId })),
});
const fileIn = ({ status, body }: Answer): FamilyFile => {
  expect([200, 201], JSON.stringify(body)).toContain(status);
  return FamilyFile.parse(body);
};
const make = async (people: readonly Registered[], by = desk): Promise<FamilyFile> =>
  fileIn(await by.post('/api/families', inputOf(people)));
const act = (familyId: string, asked: Record<string, unknown>, by = desk): Promise<Answer> =>
  by.post(`/api/families/${familyId}/acts`, asked);
const add = (familyId: string, { passholderId }: Registered, by = desk): Promise<Answer> =>
  act(familyId, { kind: 'add', memberId: randomUUID(), passholderId, from: TODAY }, by);
const familiesOf = async ({ passholderId }: Registered, by = desk) =>
  FamiliesOf.parse((await by.get(`/api/passholders/${passholderId}/families`)).body).families;
const namesIn = ({ members }: FamilyFile) => members.map(({ person }) => person?.firstName ?? null);
const auditOf = async (subject: string): Promise<string[]> =>
  (
    await world.context.db
      .selectFrom('audit_entry')
      .select('action')
      .where('subject', '=', subject)
      .orderBy('audit_id')
      .execute()
  ).map(({ action }) => action);

test('a household is made once, with the eldest as contact, and stands in the file and the search of each', async () => {
  const [mother, child] = [await register('Moeder', '1988-03-14'), await register('Kindje', '2015-01-01')];
  const input = inputOf([mother, child]);
  const [first, second] = await Promise.all([
    desk.post('/api/families', input),
    desk.post('/api/families', input),
  ]);
  expect(fileIn(second)).toEqual(fileIn(first));
  const family = fileIn(first);
  expect(namesIn(family).sort()).toEqual(['Kindje', 'Moeder']);
  expect(family).toMatchObject({
    contactId: input.members[0]?.memberId,
    consentId: input.members[0]?.memberId,
    address: { street: 'Menenstraat 1', postalCode: '8900', city: 'Ieper' },
    mayChange: true,
  });
  expect(await familiesOf(child)).toEqual([family]);
  expect(await desk.post('/api/families', { ...input, members: input.members.slice(0, 1) })).toMatchObject({
    status: 409,
    code: 'other-act-with-this-id',
  });
  const found = SearchAnswer.parse(
    (await desk.post('/api/passholders/search', { text: 'kindje tezamen' })).body,
  );
  expect(found.people).toMatchObject([{ firstName: 'Kindje', familySize: 2 }]);
  expect(await auditOf(`passholder:${child.passholderId}`)).toEqual(
    expect.arrayContaining(['family-joined', 'family-read']),
  );
});

test('somebody leaves on a day: nothing is taken away, the role goes along, and a second press is the same act', async () => {
  const [father, son] = [await register('Vader', '1985-01-01'), await register('Zoon', '2016-01-01')];
  const family = await make([father, son]);
  const memberId = family.contactId ?? '';
  const asked = { kind: 'leave', memberId, on: TODAY };
  const after = fileIn(await act(family.familyId, asked));
  expect(after).toMatchObject({ contactId: null, consentId: null });
  expect(after.members).toHaveLength(2);
  expect(after.members.find((each) => each.memberId === memberId)).toMatchObject({ until: TODAY });
  expect(fileIn(await act(family.familyId, asked))).toEqual(after);
  expect(await familiesOf(father)).toEqual([]);
  expect(await familiesOf(son)).toHaveLength(1);
  expect(await auditOf(`passholder:${father.passholderId}`)).toContain('family-left');
  // And comes back later, as a new stretch of days.
  expect(fileIn(await add(family.familyId, father)).members).toHaveLength(3);
});

test('of another municipality: with the card and the birth date, and without a name on the screen', async () => {
  const [here, there] = [
    await register('Hier', '1990-01-01'),
    await register('Ginder', '2014-02-02', DIKSMUIDE),
  ];
  const family = await make([here]);
  expect(await add(family.familyId, there)).toMatchObject({ status: 403, code: 'not-allowed' });
  const byCard = (dateOfBirth: string) => ({
    ...{ kind: 'add-by-card', memberId: randomUUID(), number: there.number, dateOfBirth, from: TODAY },
  });
  expect(await act(family.familyId, byCard('2014-02-03'))).toMatchObject({
    status: 422,
    code: 'family-card-differs',
  });
  const joined = await act(family.familyId, byCard('2014-02-02'));
  expect(new Set(namesIn(fileIn(joined)))).toEqual(new Set(['Hier', null]));
  expect(JSON.stringify(joined.body)).not.toMatch(/Ginder|2014-02-02|8600/);
  expect(JSON.stringify(joined.body)).not.toContain(there.passholderId);
  expect(JSON.stringify(joined.body)).not.toContain(there.number);
  // Who sees all of the region sees both.
  expect(namesIn(fileIn(await admin.get(`/api/families/${family.familyId}`))).sort()).toEqual([
    'Ginder',
    'Hier',
  ]);
});

test('a family without anybody of one’s own is nothing to a counter', async () => {
  const there = await register('Ver', '1990-01-01', DIKSMUIDE);
  const family = await make([there], admin);
  expect(await desk.get(`/api/families/${family.familyId}`)).toMatchObject({ status: 403 });
  expect(await add(family.familyId, there)).toMatchObject({ status: 403 });
  expect(await desk.get(`/api/passholders/${there.passholderId}/families`)).toMatchObject({ status: 403 });
});

test('card and birth date cannot be tried out', async () => {
  const family = await make([await register('Eerlijk', '1990-01-01')]);
  const other = await world.client('admin');
  let status = 0;
  for (let tries = 0; tries < 25 && status !== 429; tries++)
    ({ status } = await act(
      family.familyId,
      {
        kind: 'add-by-card',
        memberId: randomUUID(),
        number: stockCard(1).number,
        dateOfBirth: TODAY,
        from: TODAY,
      },
      other,
    ));
  expect(status).toBe(429);
});

test('at once: one person is never in more families than may be, nor twice in one', async () => {
  const people = [];
  for (let i = 0; i < limits.familiesOfOneMax + 2; i++)
    people.push(await register(`Ouder${i}`, '1985-01-01'));
  const child = await register('Gedeeld', '2016-06-06');
  const families = await Promise.all(people.map((each) => make([each])));
  const answers = await Promise.all(families.map(({ familyId }) => add(familyId, child)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(limits.familiesOfOneMax);
  expect(answers.flatMap(({ code }) => code ?? [])).toEqual(Array(2).fill('family-too-many-families'));
  const twice = await register('Tweemaal', '2016-06-06');
  const [one] = families;
  const same = await Promise.all([0, 1].map(() => add(one?.familyId ?? '', twice)));
  expect(same.map(({ status }) => status).sort()).toEqual([200, 422]);
});

test('roles: two clerks at once, the second reads again; a child is no contact', async () => {
  const [mother, child] = [await register('Ma', '1988-03-14'), await register('Kleintje', '2018-01-01')];
  const family = await make([mother, child]);
  const idOf = (name: string) => family.members.find(({ person }) => person?.firstName === name)?.memberId;
  const roles = (contactId: unknown, consentId: unknown, basedOn = family.n) =>
    act(family.familyId, { kind: 'roles', basedOn, contactId, consentId });
  expect(await roles(idOf('Kleintje'), null)).toMatchObject({ code: 'family-contact-too-young' });
  const changed = fileIn(await roles(idOf('Ma'), null));
  expect(changed.consentId).toBeNull();
  expect(await roles(null, null)).toMatchObject({ status: 409, code: 'family-changed-meanwhile' });
});

test('who is erased is nobody in the family any more, and the copy before told of it', async () => {
  const [mother, child] = [await register('Blijft', '1988-03-14'), await register('Gaat', '2012-01-01')];
  const family = await make([mother, child]);
  const copy = PassholderCopy.parse(
    (await desk.post(`/api/passholders/${mother.passholderId}/copy`, {})).body,
  );
  expect(copy.families).toEqual([{ from: TODAY, until: null, isContact: true, members: 2 }]);
  expect(JSON.stringify(copy)).not.toContain('Gaat');
  const { n } = PassholderFile.parse((await admin.get(`/api/passholders/${mother.passholderId}`)).body);
  const erased = await admin.post(`/api/passholders/${mother.passholderId}/acts`, {
    ...{ actId: randomUUID(), organisationId, basedOn: n, act: { kind: 'erase' } },
  });
  expect(erased.status, JSON.stringify(erased.body)).toBe(200);
  const [left] = await familiesOf(child);
  expect(left).toMatchObject({ familyId: family.familyId, contactId: null, consentId: null });
  expect(left?.members.map(({ erased, until }) => [erased, until])).toEqual([
    [false, null],
    [true, TODAY],
  ]);
  const rows = await world.context.db
    .selectFrom('family_member')
    .selectAll()
    .where('passholder_id', '=', mother.passholderId)
    .execute();
  expect(rows).toEqual([]);
});

test('the database keeps what happened: nobody is taken out, no day is changed', async () => {
  const { db } = world.context;
  await expect(db.deleteFrom('family_member').execute()).rejects.toThrow();
  await expect(db.updateTable('family_member').set({ from_day: '2020-01-01' }).execute()).rejects.toThrow();
  await expect(db.deleteFrom('family').execute()).rejects.toThrow();
});

test('birth dates sent at once are not all looked at', async () => {
  const family = await make([await register('Samen', '1990-01-01')]);
  const told = { kind: 'add-by-card', number: stockCard(1).number, dateOfBirth: TODAY, from: TODAY };
  const answers = await Promise.all(
    Array.from({ length: 60 }, () => act(family.familyId, { ...told, memberId: randomUUID() })),
  );
  expect(answers.filter(({ status }) => status !== 429).length).toBeLessThanOrEqual(20);
});
