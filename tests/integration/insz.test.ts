// The national number, over HTTP and on real tables: asked only where it was decided, sealed, one file for each, every use noted with its
// purpose, shown to nobody but the person.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { parseInsz } from '#domain/cards/insz.ts';
import { DuplicateAnswer, PassholderCopy, PassholderFile } from '#domain/passholder-api.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER, aPerson, stockCard } from '#tests/_support/people-builder.ts';
import { secret } from '#tests/_support/test-context.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const SYSTEM = 'uitpas-westhoek';
const DIKSMUIDE = '32003';

let world: DeskWorld;
let desk: DeskClient;
let admin: DeskClient;
let organisationId: string;
let serial = 900;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  desk = await world.client('desk');
  admin = await world.client('admin');
  ({ organisationId } = world.staffed.organisations.bib);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.context.db.deleteFrom('attempt').execute();
  await ask(true);
});

let settings = 0;
/** What Ieper decided, the last one holds. */
async function ask(asked: boolean, nis: string | null = IEPER): Promise<void> {
  settings += 1;
  await world.context.db
    .insertInto('setting')
    .values({
      ...{ region_id: 1, key: 'inszAsked', nis_code: nis, organisation_id: null, value: String(asked) },
      ...{ from_day: '2020-01-01', withdraws: null, set_at: settings, set_by: 'system', reason: 'proef' },
    })
    .execute();
}

/** Of somebody born on 1 February 2010; the n-th. */
function numberOf(n: number): string {
  const nine = `100201${String(n).padStart(3, '0')}`;
  const check = 97 - (Number(`2${nine}`) % 97);
  return `${nine}${String(check).padStart(2, '0')}`;
}
let people = 0;
const newNumber = (): string => numberOf((people += 1));

async function registration(insz?: string, over: Record<string, unknown> = {}) {
  const { number } = stockCard(serial++);
  await world.context.db
    .insertInto('card')
    .values({
      ...{ region_id: 1, uitpas_number: number, card_system_id: SYSTEM, passholder_id: null },
      ...{ chip_number: null, kind: 'card', state: 'stock', state_since: 0, upstream_reason: null },
      place_nis: IEPER,
    })
    .execute();
  return {
    ...{ actId: randomUUID(), passholderId: randomUUID(), organisationId },
    registration: { kind: 'register', person: aPerson(), cardSystemId: SYSTEM, number },
    ...(insz !== undefined && { insz }),
    ...over,
  };
}
const register = async (insz?: string): Promise<{ answer: Answer; passholderId: string }> => {
  const asked = await registration(insz);
  return { answer: await desk.post('/api/passholders/register', asked), passholderId: asked.passholderId };
};
const purposesOf = async (passholderId: string): Promise<unknown[]> =>
  (
    await world.context.db
      .selectFrom('audit_entry')
      .select('detail')
      .where('action', '=', 'insz-used')
      .where('subject', '=', `passholder:${passholderId}`)
      .orderBy('audit_id')
      .execute()
  ).map(({ detail }) => detail['purpose']);
const fileOf = async (passholderId: string): Promise<PassholderFile> =>
  PassholderFile.parse((await desk.get(`/api/passholders/${passholderId}`)).body);

test('the numbers of this test are numbers', () => {
  expect(parseInsz(numberOf(1)).ok).toBe(true);
});

test('asked nowhere until somebody decides so; a municipality may leave it out', async () => {
  expect((await register(newNumber())).answer.status).toBe(201);
  await ask(false);
  const { answer } = await register(newNumber());
  expect(answer).toMatchObject({ status: 422, code: 'insz-not-asked' });
  expect((await desk.get(`/api/organisations/${organisationId}/counter`)).body).toMatchObject({
    inszAsked: false,
  });
  await ask(true, null);
  expect((await register(newNumber())).answer.code).toBe('insz-not-asked');
});

test('it lies sealed, the file says only that it is there, the copy of the person alone has it', async () => {
  const insz = newNumber();
  const { passholderId } = await register(insz);
  const file = await desk.get(`/api/passholders/${passholderId}`);
  expect(JSON.stringify(file.body)).not.toContain(insz);
  expect((await fileOf(passholderId)).inszWrittenAt).toBe(NOW);
  const copy = PassholderCopy.parse((await desk.post(`/api/passholders/${passholderId}/copy`, {})).body);
  expect(copy.insz).toBe(insz);
  expect(await purposesOf(passholderId)).toEqual(['register', 'copy']);
});

test('no table holds it, nor a plain hash that trying all of them would open', async () => {
  const insz = newNumber();
  const asked = await registration(insz);
  await desk.post('/api/passholders/register', asked);
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public'`.execute(world.context.db);
  for (const { name } of tables) {
    const { rows } = await sql<{ found: boolean }>`
      select exists (select from ${sql.table(name)} t where t::text like ${`%${insz}%`}
        or t::text like ${`%${Buffer.from(insz).toString('hex')}%`}) as found`.execute(world.context.db);
    expect({ name, found: rows[0]?.found }).toEqual({ name, found: false });
  }
  // The same request again is the same act, though the number is not what was remembered of it.
  expect((await desk.post('/api/passholders/register', asked)).status).toBe(201);
  const other = { ...asked, insz: newNumber() };
  expect(await desk.post('/api/passholders/register', other)).toMatchObject({
    status: 409,
    code: 'other-act-with-this-id',
  });
});

test('one number, one file: ten counters at once', async () => {
  const insz = newNumber();
  const asked = await Promise.all(Array.from({ length: 10 }, () => registration(insz)));
  const answers = await Promise.all(asked.map((each) => desk.post('/api/passholders/register', each)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  const refused = answers.filter(({ code }) => code === 'insz-taken');
  expect(refused).toHaveLength(9);
  const winner = asked[answers.findIndex(({ status }) => status === 201)]?.passholderId;
  expect(refused[0]?.body).toMatchObject({ passholderId: winner });
  // Nothing of the others is left.
  const left = await world.context.db
    .selectFrom('passholder')
    .select('passholder_id')
    .where(
      'passholder_id',
      'in',
      asked.map(({ passholderId }) => passholderId),
    )
    .execute();
  expect(left).toHaveLength(1);
});

test('of a file of another desk one hears that it is taken, and not whose', async () => {
  const insz = newNumber();
  const { passholderId } = await register(insz);
  await world.context.db
    .updateTable('passholder_home')
    .set({ nis_code: DIKSMUIDE })
    .where('passholder_id', '=', passholderId)
    .execute();
  await world.context.db
    .updateTable('passholder')
    .set({ nis_code: DIKSMUIDE, desks: [DIKSMUIDE] })
    .where('passholder_id', '=', passholderId)
    .execute();
  const { answer } = await register(insz);
  expect(answer).toMatchObject({ status: 422, code: 'insz-taken' });
  expect(JSON.stringify(answer.body)).not.toContain(passholderId);
  const typed = { organisationId, firstName: 'Iemand', lastName: 'Anders', dateOfBirth: '2001-01-01', insz };
  expect((await desk.post('/api/passholders/duplicates', typed)).body).toEqual({ own: [], elsewhere: true });
});

test('twenty taken numbers a day, then nothing is said any more', async () => {
  const insz = newNumber();
  await register(insz);
  const codes: unknown[] = [];
  for (let i = 0; i < 21; i += 1) codes.push((await register(insz)).answer.code);
  expect(codes.filter((code) => code === 'insz-taken')).toHaveLength(20);
  expect(codes.at(-1)).toBe('too-many-requests');
});

test('the numbers of one birthday cannot be tried out, by no door', async () => {
  const { passholderId } = await register();
  const whole = { organisationId, firstName: 'Bo', lastName: 'Deur', dateOfBirth: '2010-02-01' };
  const statuses: number[] = [];
  for (let i = 0; i < 6; i += 1)
    statuses.push((await desk.post('/api/passholders/duplicates', { ...whole, insz: newNumber() })).status);
  for (let i = 0; i < 6; i += 1)
    statuses.push(
      (await desk.post(`/api/passholders/${passholderId}/insz/check`, { insz: newNumber() })).status,
    );
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429, 429]);
});

test('while typing: the same number is certainly the same person, whatever else differs', async () => {
  const insz = newNumber();
  const { passholderId } = await register(insz);
  const typed = { organisationId, firstName: 'Gehuwde', lastName: 'Naam', dateOfBirth: '2001-01-01', insz };
  const { own } = DuplicateAnswer.parse((await desk.post('/api/passholders/duplicates', typed)).body);
  expect(own).toMatchObject([{ passholderId, certain: true }]);
  expect(await purposesOf(passholderId)).toEqual(['register', 'duplicate-check']);
  await ask(false);
  expect((await desk.post('/api/passholders/duplicates', typed)).body).toEqual({ own: [], elsewhere: false });
});

test('in the file: written, compared, replaced, taken away, each with its purpose', async () => {
  const { passholderId } = await register();
  const [insz, other] = [newNumber(), newNumber()];
  const path = `/api/passholders/${passholderId}/insz`;
  const write = (value: string | null) => desk.post(path, { organisationId, insz: value });
  const same = async (value: string): Promise<unknown> =>
    (await desk.post(`${path}/check`, { insz: value })).body;
  expect((await write(insz)).body).toEqual({ inszWrittenAt: NOW });
  expect([await same(insz), await same(other)]).toEqual([{ same: true }, { same: false }]);
  await write(other);
  expect(await same(other)).toEqual({ same: true });
  await write(null);
  expect(await same(other)).toEqual({ same: false });
  expect(await purposesOf(passholderId)).toEqual([
    ...['write', 'verify', 'verify', 'write', 'verify', 'remove', 'verify'],
  ]);
});

test('a wrong number says where, and not which', async () => {
  const { passholderId } = await register();
  const answer = await desk.post(`/api/passholders/${passholderId}/insz`, {
    ...{ organisationId, insz: '10020100199' },
  });
  expect(answer).toMatchObject({ status: 422, code: 'invalid' });
  expect(JSON.stringify(answer.body)).not.toContain('10020100199');
});

test('after a rotation of both keys old numbers are still read and recognised', async () => {
  const insz = newNumber();
  const { passholderId } = await register(insz);
  const { keys } = world.context;
  const rotated = {
    ...keys,
    inszSealing: [secret('newer'), ...keys.inszSealing] as const,
    inszMatching: [secret('newer'), ...keys.inszMatching] as const,
  };
  Object.assign(world.context, { keys: rotated });
  expect((await register(insz)).answer.code).toBe('insz-taken');
  const copy = PassholderCopy.parse((await desk.post(`/api/passholders/${passholderId}/copy`, {})).body);
  expect(copy.insz).toBe(insz);
});

test('erasing takes it along, and the number is free again', async () => {
  const insz = newNumber();
  const { passholderId } = await register(insz);
  const { n } = await fileOf(passholderId);
  const erased = await admin.post(`/api/passholders/${passholderId}/acts`, {
    ...{ actId: randomUUID(), organisationId, basedOn: n, act: { kind: 'erase' } },
  });
  expect(erased.status).toBe(200);
  const left = await world.context.db
    .selectFrom('passholder_insz')
    .select('key_id')
    .where('passholder_id', '=', passholderId)
    .execute();
  expect(left).toEqual([]);
  expect((await register(insz)).answer.status).toBe(201);
});
