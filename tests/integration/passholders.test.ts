// A desk and its pass holders, over HTTP and on real tables: acts are taken once, and the history tells the present.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ActAnswer, PassholderCopy, CounterFacts, PassholderFile } from '#domain/passholder-api.ts';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { limits } from '#domain/kernel/limits.ts';
import { apply, nobody } from '#domain/passholders/passholder.ts';
import type { PassholderAct } from '#domain/passholders/passholder-command.ts';
import type { Person } from '#domain/passholders/person.ts';
import { listEvents, readPassholder } from '#server/passholders/repository.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER, aPerson, stockCard } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const SYSTEM = 'uitpas-westhoek';
const DIKSMUIDE = { country: 'BE', postalCode: '8600', city: 'Diksmuide' };
const proof = { proof: 'leefloon', until: '2027-04-30' };

let world: DeskWorld;
let desk: DeskClient;
let admin: DeskClient;
let organisationId: string;
let serial = 500;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  desk = await world.client('desk');
  admin = await world.client('admin');
  ({ organisationId } = world.staffed.organisations.bib);
});
afterAll(async () => {
  const { db } = world.context;
  // Law: what stands in the tables is the sum of what happened.
  const touched = await db.selectFrom('passholder').select('passholder_id').where('n', '>', 0).execute();
  expect(touched.length).toBeGreaterThan(5);
  for (const { passholder_id } of touched) {
    const standing = await readPassholder(db, 1, passholder_id, false);
    if (standing.state === 'erased') continue;
    const events = await listEvents(db, 1, passholder_id);
    const told = events.reduce((now, { event, ...when }) => apply(now, event, when), nobody(passholder_id));
    expect(sorted(told)).toEqual(sorted(standing));
  }
  await world.close();
});

const sorted = <T extends { cards: readonly { number: string }[] }>(passholder: T): T => ({
  ...passholder,
  cards: [...passholder.cards].sort((a, b) => (a.number < b.number ? -1 : 1)),
});

async function inStock(reduced = false, place: string | null = IEPER): Promise<UitpasNumber> {
  const { number } = stockCard(serial++, reduced);
  await world.context.db
    .insertInto('card')
    .values({
      region_id: 1,
      uitpas_number: number,
      card_system_id: SYSTEM,
      passholder_id: null,
      chip_number: null,
      kind: 'card',
      state: 'stock',
      state_since: 0,
      upstream_reason: null,
      place_nis: place,
    })
    .execute();
  return number;
}

const registration = (number: string, over: Record<string, unknown> = {}) => ({
  actId: randomUUID(),
  passholderId: randomUUID(),
  organisationId,
  registration: { kind: 'register', person: aPerson(), cardSystemId: SYSTEM, number, ...over },
});

async function register(over: Record<string, unknown> = {}, reader = desk): Promise<PassholderFile> {
  const number = await inStock('kansenstatuut' in over);
  return fileAfter(await desk.post('/api/passholders/register', registration(number, over)), reader);
}

const answerIn = ({ status, body }: Answer): ActAnswer => {
  expect([200, 201], JSON.stringify(body)).toContain(status);
  return ActAnswer.parse(body);
};
const read = async (passholderId: string, by = desk): Promise<PassholderFile> =>
  PassholderFile.parse((await by.get(`/api/passholders/${passholderId}`)).body);
/** The file as it is after an act. */
const fileAfter = async (answer: Answer, by = desk): Promise<PassholderFile> => {
  const { passholderId, n } = answerIn(answer);
  const file = await read(passholderId, by);
  expect(file.n).toBe(n);
  return file;
};

const act = (
  { passholderId, n }: Pick<PassholderFile, 'passholderId' | 'n'>,
  asked: PassholderAct,
  by = desk,
): Promise<Answer> =>
  by.post(`/api/passholders/${passholderId}/acts`, {
    actId: randomUUID(),
    organisationId,
    basedOn: n,
    act: asked,
  });

const auditOf = (passholderId: string) =>
  world.context.db
    .selectFrom('audit_entry')
    .selectAll()
    .where('subject', '=', `passholder:${passholderId}`)
    .orderBy('audit_id')
    .execute();

test('a family at the counter: registered with a card of this counter, which is active at once', async () => {
  const file = await register();
  expect(file).toMatchObject({
    n: 3,
    state: 'active',
    person: { firstName: 'Noor' },
    homes: [{ nisCode: IEPER, name: 'Ieper', from: '2026-11-23' }],
    memberships: [{ cardSystemId: SYSTEM, status: 'active', kansenstatuutStatus: 'none' }],
    cards: [{ state: 'active', since: NOW }],
    points: 0,
  });
  const looked = await desk.post('/api/cards/look-up', { number: file.cards[0]?.number });
  expect(looked.body).toMatchObject({ state: 'active', firstName: 'Noor', points: 0 });
});

test('a registration that is sent twice is one, also at once; another one under its id is refused', async () => {
  const input = registration(await inStock());
  const [first, second] = await Promise.all([
    desk.post('/api/passholders/register', input),
    desk.post('/api/passholders/register', input),
  ]);
  expect(answerIn(second)).toEqual(answerIn(first));
  const { passholderId } = answerIn(first);
  await act(await read(passholderId), { kind: 'change-details', person: aPerson({ firstName: 'Nora' }) });
  expect(answerIn(await desk.post('/api/passholders/register', input))).toEqual(answerIn(first));
  const other = { ...input, registration: { ...input.registration, person: aPerson({ firstName: 'Lou' }) } };
  expect(await desk.post('/api/passholders/register', other)).toMatchObject({
    status: 409,
    code: 'other-act-with-this-id',
  });
});

test('two desks take the last card of a stock at once: one gets it, the other hears who has it now', async () => {
  const number = await inStock();
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => desk.post('/api/passholders/register', registration(number))),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422, 422]);
  const refused = answers.filter(({ status }) => status === 422);
  expect(refused.map(({ code }) => code)).toEqual(Array(4).fill('card-not-in-stock'));
});

test('what is refused can be mended and sent again under the same id', async () => {
  const input = registration(await inStock(false, '32003'));
  expect(await desk.post('/api/passholders/register', input)).toMatchObject({
    status: 422,
    code: 'card-at-other-counter',
    body: { place: '32003' },
  });
  const mended = { ...input, registration: { ...input.registration, number: await inStock() } };
  expect((await desk.post('/api/passholders/register', mended)).status).toBe(201);
});

test('a lost card: blocked, replaced by one of the stock, the kansenstatuut stays', async () => {
  const file = await register({ kansenstatuut: proof });
  const number = file.cards[0]?.number as UitpasNumber;
  const blocked = await fileAfter(await act(file, { kind: 'block-card', number, reason: 'lost' }));
  expect(blocked.cards).toMatchObject([{ number, state: 'blocked' }]);
  const by = await inStock(true);
  const replaced = await fileAfter(
    await act(blocked, { kind: 'replace-card', number, by, reason: 'lost-or-stolen' }),
  );
  expect(replaced.cards).toMatchObject([
    { number, state: 'replaced', replacedBy: by },
    { number: by, state: 'active' },
  ]);
  expect(replaced.memberships).toMatchObject([{ kansenstatuutStatus: 'active' }]);
});

test('two people edit one file: the second one sees what the first one did', async () => {
  const file = await register();
  const moved = await fileAfter(
    await act(file, { kind: 'change-details', person: aPerson({ email: 'noor@voorbeeld.invalid' }) }),
  );
  const late = await act(file, { kind: 'change-details', person: aPerson({ firstName: 'Nora' }) });
  expect(late).toMatchObject({ status: 409, code: 'changed-meanwhile', body: { n: moved.n } });
  expect(JSON.stringify(late.body)).not.toContain('Vandevoorde');
});

test('who was known before there were events keeps everything, and a history begins', async () => {
  const { number, passholderId } = await world.card();
  await world.context.db
    .updateTable('passholder')
    .set({ nis_code: IEPER })
    .where('passholder_id', '=', passholderId)
    .execute();
  const file = await read(passholderId);
  expect(file).toMatchObject({ n: 0, person: { firstName: 'Noor' }, cards: [{ number, state: 'active' }] });
  const blocked = await fileAfter(await act(file, { kind: 'block-card', number, reason: 'stolen' }));
  expect(blocked).toMatchObject({ n: 2, cards: [{ number, state: 'blocked' }] });
  const events = await listEvents(world.context.db, 1, passholderId);
  expect(events.map(({ event }) => event.kind)).toEqual(['taken-over', 'card-blocked']);
});

test('an act never hands out a file that one may not read, and moving here takes somebody over', async () => {
  const file = await register({ person: aPerson({ address: DIKSMUIDE }) }, admin);
  expect((await desk.get(`/api/passholders/${file.passholderId}`)).status).toBe(403);
  expect((await act(file, { kind: 'change-details', person: aPerson() })).status).toBe(403);
  const guess = { passholderId: file.passholderId, n: -1 };
  const refused = await act(guess, { kind: 'move', person: aPerson(), from: '2026-11-23' });
  expect(refused).toMatchObject({ status: 409, body: { n: file.n } });
  expect(JSON.stringify(refused.body)).not.toContain('Vandevoorde');
  const moved = await fileAfter(await act(file, { kind: 'move', person: aPerson(), from: '2026-11-23' }));
  expect(moved.homes).toMatchObject([{ nisCode: IEPER }]);
});

test('who takes somebody over has that person there: name and birth date fit, and nobody tries many', async () => {
  const person = aPerson({ lastName: 'D’Hondt-Méric', dateOfBirth: '2001-02-03', address: DIKSMUIDE });
  const file = await register({ person }, admin);
  const colleague = await world.client('desk');
  const move = (over: Partial<Person>, from = '2026-11-23') =>
    act(
      file,
      { kind: 'move', person: aPerson({ ...person, address: aPerson().address, ...over }), from },
      colleague,
    );
  expect(await move({ lastName: 'Vandevoorde' })).toMatchObject({ status: 422, code: 'person-differs' });
  expect(await move({ dateOfBirth: '2001-02-04' })).toMatchObject({ code: 'person-differs' });
  // Nor does a day that is still to come let anybody write in that file.
  expect(await move({ lastName: 'Ander' }, '2026-12-23')).toMatchObject({ code: 'person-differs' });
  expect((await read(file.passholderId, admin)).person).toMatchObject({ lastName: 'D’Hondt-Méric' });
  expect((await move({ lastName: "d'hondt meric" })).status).toBe(200);
  const noted = await auditOf(file.passholderId);
  expect(noted.map(({ action }) => action)).toEqual([
    'passholder-register',
    'passholder-read',
    'take-over-refused',
    'take-over-refused',
    'take-over-refused',
    'passholder-read',
    'passholder-take-over',
    'passholder-move',
  ]);
  expect(JSON.stringify(noted)).not.toMatch(/hondt/i);

  const other = await register({ person }, admin);
  const again = () =>
    act(other, { kind: 'move', person: aPerson({ lastName: 'Gok' }), from: '2026-11-23' }, colleague);
  const answers = [];
  for (let i = 0; i < 30; i += 1) answers.push(await again());
  expect(answers.filter(({ code }) => code === 'person-differs').length).toBeLessThan(30);
  expect(answers.at(-1)).toMatchObject({ status: 429, code: 'too-many-requests' });
  await world.context.db.deleteFrom('attempt').where('purpose', '=', 'take-over').execute();
});

test('acts that are refused for their card are no way to go through all cards', async () => {
  const { number } = await world.card();
  const input = registration(number);
  const tries = await Promise.all(
    Array.from({ length: 40 }, () =>
      desk.post('/api/passholders/register', { ...input, actId: randomUUID(), passholderId: randomUUID() }),
    ),
  );
  expect(tries.filter(({ code }) => code === 'card-not-in-stock').length).toBeLessThanOrEqual(30);
  expect(tries.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(10);
  // Real work goes on.
  expect((await desk.post('/api/passholders/register', registration(await inStock()))).status).toBe(201);
  const told = await world.context.db
    .selectFrom('audit_entry')
    .select('detail')
    .where('action', '=', 'card-refused')
    .execute();
  expect(told.length).toBeGreaterThanOrEqual(40);
  expect(JSON.stringify(told)).not.toContain(number);
  await world.context.db.deleteFrom('attempt').where('purpose', '=', 'act-card-refused').execute();
});

test('two desks make the same person at once: one does, the other hears that it was done', async () => {
  const passholderId = randomUUID();
  const answers = await Promise.all(
    (await Promise.all(Array.from({ length: 4 }, () => inStock()))).map((number) =>
      desk.post('/api/passholders/register', { ...registration(number), passholderId }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422]);
  const refused = answers.filter(({ status }) => status === 422);
  expect(refused.map(({ code }) => code)).toEqual(Array(3).fill('is-registered'));
});

test('who lives outside the region stays with the counter that gave the card', async () => {
  const person = aPerson({ address: { country: 'FR', postalCode: '59270', city: 'Bailleul' } });
  const french = await register({ person });
  const number = french.cards[0]?.number as UitpasNumber;
  expect((await act(french, { kind: 'block-card', number, reason: 'lost' })).status).toBe(200);

  const leaving = await register({ kansenstatuut: proof });
  const brussels = aPerson({ address: { country: 'BE', postalCode: '1000', city: 'Brussel' } });
  const gone = await fileAfter(await act(leaving, { kind: 'move', person: brussels, from: '2026-12-01' }));
  expect(gone.memberships).toMatchObject([{ kansenstatuut: { endedOn: '2026-12-01' } }]);
  // It was a mistake: what the move had ended is there again.
  const back = await fileAfter(await act(gone, { kind: 'move', person: aPerson(), from: '2026-12-01' }));
  expect(back.homes).toMatchObject([{ nisCode: IEPER, from: '2026-11-23' }]);
  expect(back.memberships[0]?.kansenstatuut).toEqual({ since: '2026-11-23', ...proof });
});

test('only the region unblocks and erases, and what is erased is nowhere any more', async () => {
  const file = await register({
    person: aPerson({ lastName: 'Uitwisbaar' }),
    kansenstatuut: { ...proof, proof: 'materiele-opvang' },
  });
  const number = file.cards[0]?.number as UitpasNumber;
  const blocked = await fileAfter(await act(file, { kind: 'block-card', number, reason: 'misuse' }));
  expect((await act(blocked, { kind: 'unblock-card', number })).status).toBe(403);
  const unblocked = await fileAfter(await act(blocked, { kind: 'unblock-card', number }, admin), admin);
  expect((await act(unblocked, { kind: 'erase' })).status).toBe(403);
  const erased = await fileAfter(await act(unblocked, { kind: 'erase' }, admin), admin);
  expect(erased).toMatchObject({ state: 'erased', person: null, cards: [{ state: 'blocked' }] });
  const { rows } = await world.context.pool.query<{ text: string }>(
    `select row_to_json(p)::text as text from passholder p union all select row_to_json(e)::text from passholder_event e
     union all select row_to_json(a)::text from audit_entry a union all select row_to_json(m)::text from membership m`,
  );
  expect(rows.filter(({ text }) => /Uitwisbaar|materiele-opvang/.test(text))).toEqual([]);
  expect(rows.length).toBeGreaterThan(10);
});

test('a copy for the person holds all that is kept, names no clerk, and stands in the audit', async () => {
  const file = await register();
  await read(file.passholderId, admin);
  const answer = await desk.post(`/api/passholders/${file.passholderId}/copy`, {});
  const copy = PassholderCopy.parse(answer.body);
  expect(copy).toMatchObject({
    file: { person: { firstName: file.person?.firstName }, cards: [{ state: 'active' }] },
    visits: [],
    more: false,
  });
  expect(copy.file.history?.map(({ by }) => by)).toEqual([null, null, null]);
  expect(copy.looks.map(({ action }) => action)).toEqual([
    'passholder-read',
    'passholder-read',
    'passholder-read',
    'passholder-register',
  ]);
  expect((await auditOf(file.passholderId)).at(-1)).toMatchObject({ action: 'passholder-copied' });
  const elsewhere = await world.client('youth');
  expect((await elsewhere.post(`/api/passholders/${file.passholderId}/copy`, {})).status).toBe(403);
});

test('an answer to erasing that got lost comes again, and no older act tells a name by being asked again', async () => {
  const number = await inStock(false);
  const registered = registration(number);
  const answer = answerIn(await desk.post('/api/passholders/register', registered));
  const request = { actId: randomUUID(), organisationId, basedOn: answer.n, act: { kind: 'erase' } };
  const path = `/api/passholders/${answer.passholderId}/acts`;
  const first = await admin.post(path, request);
  expect(answerIn(await admin.post(path, request))).toEqual(answerIn(first));
  expect(await desk.post('/api/passholders/register', registered)).toMatchObject({
    status: 409,
    code: 'other-act-with-this-id',
  });
});

test('the file tells what happened in words of names, and not what the person was called before', async () => {
  const file = await register();
  const number = file.cards[0]?.number as UitpasNumber;
  const changed = aPerson({ firstName: 'Nora', phone: '0475 12 34 56' });
  const named = await fileAfter(await act(file, { kind: 'change-details', person: changed }));
  const blocked = await fileAfter(await act(named, { kind: 'block-card', number, reason: 'lost' }));
  expect(blocked.history).toMatchObject([
    { n: 5, kind: 'card-blocked', by: 'desk', number, blockReason: 'lost' },
    { n: 4, kind: 'details-changed', changed: ['firstName', 'phone'] },
    { n: 3, kind: 'card-handed-out', cardSystemName: 'UITPAS Westhoek', number },
    { n: 2, kind: 'membership-started' },
    { n: 1, kind: 'registered', homeName: 'Ieper', organisationName: 'Bibliotheek Ieper', day: '2026-11-23' },
  ]);
  expect(JSON.stringify(blocked.history)).not.toMatch(/Noor|0475/);
  expect(blocked).toMatchObject({ graceDays: 30, visits: [], visitsThisYear: 0 });
});

test('a counter hears by what it registers: its day, its municipalities, and what each accepts', async () => {
  const narrowed = { key: 'kansenstatuutProofsLeftOut', nis_code: '32003', value: '["leefloon"]' };
  await world.context.db
    .insertInto('setting')
    .values({
      region_id: 1,
      ...narrowed,
      from_day: '2026-01-01',
      set_at: 0,
      set_by: 'system',
      reason: 'proef',
    })
    .execute();
  const { body } = await desk.get(`/api/organisations/${organisationId}/counter`);
  const { today, graceDays, municipalities } = CounterFacts.parse(body);
  expect({ today, graceDays }).toEqual({ today: '2026-11-23', graceDays: 30 });
  const proofs = new Map(municipalities.map((each) => [each.name, each.proofs]));
  expect(proofs.get('Ieper')).toContain('leefloon');
  expect(proofs.get('Diksmuide')).not.toContain('leefloon');
  expect(municipalities).toMatchObject([{ postalCodes: ['8900'] }, { postalCodes: ['8600'] }]);
});

const checkCard = (number: string, by = desk): Promise<Answer> =>
  by.post('/api/passholders/check-card', { organisationId, number });

test('a card is checked before it is handed out: what it is, and why not, without a word about its holder', async () => {
  const mine = await inStock(true);
  const system = { cardSystemId: SYSTEM, cardSystemName: 'UITPAS Westhoek' };
  expect((await checkCard(mine)).body).toEqual({ number: mine, ...system });
  const elsewhere = await inStock(false, '32003');
  expect((await checkCard(elsewhere)).body).toEqual({
    number: elsewhere,
    why: 'card-at-other-counter',
    placeName: 'Diksmuide',
  });
  const regions = await inStock(false, null);
  expect((await checkCard(regions)).body).toMatchObject({ why: 'card-at-other-counter', placeName: null });
  const taken = (await register()).cards[0]?.number ?? '';
  const said = await checkCard(taken);
  expect(said.body).toEqual({ number: taken, why: 'card-not-in-stock', state: 'active' });
  expect((await checkCard('1234567890123')).status).toBe(422);
  // Of another region nothing exists here, and the counter of this one does not exist there.
  expect((await checkCard(mine, await world.client('foreign'))).status).toBe(404);
});

test('nobody finds out by checking which cards exist', async () => {
  const trying = await world.client('admin');
  let told = 0;
  while (told <= 31 && (await checkCard(stockCard(900_000 + told).number, trying)).status === 200) told++;
  // Asked before an act or by an act, it is one count.
  expect(told).toBeGreaterThan(20);
  expect(told).toBeLessThanOrEqual(30);
  const refused = await trying.post('/api/passholders/register', registration(stockCard(950_000).number));
  expect(refused.status).toBe(429);
  const entries = await world.context.db
    .selectFrom('audit_entry')
    .selectAll()
    .where('action', '=', 'card-refused')
    .execute();
  expect(entries.length).toBeGreaterThanOrEqual(told);
  expect(JSON.stringify(entries)).not.toContain('0991');
});

test('the card in the hand leads to the file only for who may read that', async () => {
  const own = await register();
  const away = await register({ person: aPerson({ address: DIKSMUIDE }) }, admin);
  const lookUp = async (file: PassholderFile, by = desk): Promise<unknown> =>
    (await by.post('/api/cards/look-up', { number: file.cards[0]?.number })).body;
  expect(await lookUp(own)).toMatchObject({ passholderId: own.passholderId });
  expect(await lookUp(away)).not.toHaveProperty('passholderId');
  expect(await lookUp(away, admin)).toMatchObject({ passholderId: away.passholderId });
});

test('whoever erases shows again who that is, when the proof is old', async () => {
  const file = await register();
  world.setNow(Date.now() + limits.freshProofMs + 60_000); // one signs in at the real time
  expect(await act(file, { kind: 'erase' }, admin)).toMatchObject({ status: 403, code: 'proof-needed' });
  expect(await act(file, { kind: 'erase' })).toMatchObject({ status: 403, code: 'not-allowed' });
  world.setNow(NOW);
});

test('every act and every look is in the audit, without a name or a number', async () => {
  const file = await register();
  await desk.get(`/api/passholders/${file.passholderId}`);
  const entries = await auditOf(file.passholderId);
  expect(entries.map(({ action }) => action)).toEqual([
    'passholder-register',
    'passholder-read',
    'passholder-read',
  ]);
  expect(JSON.stringify(entries)).not.toContain(file.cards[0]?.number);
});
