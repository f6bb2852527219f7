// Known already? Over HTTP and on real tables: what a clerk hears of files of the own desk and of other desks, and how little that is.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DuplicateAnswer } from '#domain/passholder-api.ts';
import { TaskList } from '#domain/task-api.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const DIKSMUIDE = '32003';

let world: DeskWorld;
let desk: DeskClient;
let admin: DeskClient;
let organisationId: string;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  admin = await world.client('admin');
  desk = await world.client('desk');
  ({ organisationId } = world.staffed.organisations.bib);
});
// What is counted by the day begins anew.
beforeEach(() => forgetAttempts());
afterAll(() => world.close());

/** Names that are more than one mistake apart. */
const letters = (i: number): string =>
  ['bdfglmnprs'[i % 10], 'aeou'[Math.floor(i / 10)], 'bdfglmnprs'[i % 7]].join('');
const forgetAttempts = () => world.context.db.deleteFrom('attempt').execute();

type Who = { first?: string; last?: string; born?: string; nis?: string | null };

async function person({ first = 'Noor', last = 'Vandevoorde', born = '2015-04-03', nis = IEPER }: Who) {
  const passholderId = randomUUID();
  await world.context.db
    .insertInto('passholder')
    .values({
      ...{ region_id: 1, passholder_id: passholderId, first_name: first, last_name: last },
      ...{ date_of_birth: born, postal_code: '8900', nis_code: nis, created_at: 0, upstream_reason: null },
    })
    .execute();
  await world.context.db
    .insertInto('membership')
    .values({
      ...{ region_id: 1, passholder_id: passholderId, card_system_id: 'uitpas-westhoek', status: 'active' },
      ...{ kansenstatuut_until: '2031-05-17', kansenstatuut_suspended_until: null },
      ...{ kansenstatuut_since: null, kansenstatuut_proof: 'leefloon', kansenstatuut_ended_on: null },
    })
    .execute();
  return passholderId;
}
const asked = ({ first = 'Noor', last = 'Vandevoorde', born = '2015-04-03' }: Who) => ({
  ...{ organisationId, firstName: first, lastName: last, dateOfBirth: born },
});
const check = (who: Who, by = desk): Promise<Answer> => by.post('/api/passholders/duplicates', asked(who));
const answerTo = async (who: Who, by = desk): Promise<DuplicateAnswer> =>
  DuplicateAnswer.parse((await check(who, by)).body);
const idsFor = async (who: Who, by = desk): Promise<string[]> =>
  (await answerTo(who, by)).own.map(({ passholderId }) => passholderId);
const looksAt = async (passholderId: string): Promise<number> => {
  const rows = await world.context.db
    .selectFrom('audit_entry')
    .select('audit_id')
    .where('action', '=', 'known-elsewhere')
    .where('subject', '=', `passholder:${passholderId}`)
    .execute();
  return rows.length;
};

describe('of the own desk', () => {
  it.each<[string, Who, Who]>([
    ['as it is', {}, {}],
    ['without accents', { first: 'Zoë', last: 'Declercq' }, { first: 'zoe', last: 'DECLERCQ' }],
    ['spelled as it sounds', { last: 'Declercq', first: 'Sophie' }, { last: 'De Klerk', first: 'Sofie' }],
    ['one letter wrong', { last: 'Peeters', first: 'Jan' }, { last: 'Pieters', first: 'Jan' }],
    ['one letter too few', { last: 'Vandenbroucke' }, { last: 'Vandenbrouke' }],
    ['a particle apart', { last: 'Vandevelde' }, { last: 'Van de Velde' }],
    ['first and last name exchanged', { first: 'Thomas', last: 'Simon' }, { first: 'Simon', last: 'Thomas' }],
    ['day and month exchanged', { first: 'Lio', born: '2014-03-05' }, { first: 'Lio', born: '2014-05-03' }],
  ])('%s', async (_, known, typed) => {
    const passholderId = await person(known);
    expect(await idsFor(typed)).toContain(passholderId);
  });

  it.each<[string, Who, Who]>([
    ['another first name', { first: 'Amber', last: 'Twins' }, { first: 'Femke', last: 'Twins' }],
    ['another day', { last: 'Lastname', born: '2011-01-01' }, { last: 'Lastname', born: '2011-01-02' }],
  ])('not: %s', async (_, known, typed) => {
    await person(known);
    expect(await idsFor(typed)).toEqual([]);
  });

  it('no card, no kansenstatuut, nothing but who it is', async () => {
    const passholderId = await person({ last: 'Zwijger' });
    const { body } = await check({ last: 'Zwijger' });
    expect(body).toEqual({
      own: [{ passholderId, firstName: 'Noor', lastName: 'Zwijger', dateOfBirth: '2015-04-03' }],
      elsewhere: false,
    });
  });
});

describe('of another desk', () => {
  it('only that there is one, in the audit of that person once, and a task for that side', async () => {
    const passholderId = await person({ last: 'Overkant', nis: DIKSMUIDE });
    const first = await check({ last: 'Overkant' });
    expect(first.body).toEqual({ own: [], elsewhere: true });
    await check({ last: 'Overcant' });
    expect(await looksAt(passholderId)).toBe(1);
    const ask = await desk.post('/api/passholders/duplicates/ask', asked({ last: 'Overkant' }));
    expect(ask).toMatchObject({ status: 200, body: { asked: true } });
    await desk.post('/api/passholders/duplicates/ask', asked({ last: 'Overkant' }));
    const tasks = TaskList.parse((await admin.get('/api/tasks')).body).open;
    expect(tasks.filter((task) => task.passholderId === passholderId)).toMatchObject([
      { kind: 'known-here', fromName: 'Ieper', toName: 'Diksmuide', number: null },
    ]);
    // Who asked sees that it waits, and still not of whom.
    const mine = TaskList.parse((await desk.get('/api/tasks')).body).asked;
    expect(mine.map((task) => task.passholderId)).toEqual(mine.map(() => null));
  });

  it('nothing where the day does not fit wholly', async () => {
    await person({ last: 'Schuiver', nis: DIKSMUIDE, born: '2014-03-05' });
    expect((await answerTo({ last: 'Schuiver', born: '2014-05-03' })).elsewhere).toBe(false);
  });

  it('nobody there: no task', async () => {
    expect(await desk.post('/api/passholders/duplicates/ask', asked({ last: 'Niemand' }))).toMatchObject({
      status: 422,
      code: 'nobody-elsewhere',
    });
  });

  it('who may see the whole region meets nobody elsewhere', async () => {
    const passholderId = await person({ last: 'Overal', nis: DIKSMUIDE });
    expect(await idsFor({ last: 'Overal' }, admin)).toEqual([passholderId]);
  });

  it('who meets twenty of other desks in a day asks nothing more, whether there is somebody or not', async () => {
    const names = Array.from({ length: 21 }, (_, i) => letters(i).repeat(3));
    for (const last of names) await person({ last, nis: DIKSMUIDE, born: '2010-06-06' });
    const statuses: number[] = [];
    for (const last of names) statuses.push((await check({ last, born: '2010-06-06' })).status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    const [hit, miss] = [
      await check({ last: names[0] ?? '', born: '2010-06-06' }),
      await check({ last: 'Nul' }),
    ];
    expect([hit.code, miss.code]).toEqual(['too-many-requests', 'too-many-requests']);
    await forgetAttempts();
    expect((await check({ last: 'Nul' })).status).toBe(200);
  });
});

it('half a person finds nobody, and a hundred questions in a quarter of an hour are enough', async () => {
  await person({ last: 'Halve', first: 'Bo' });
  expect(await answerTo({ last: 'H', first: 'Bo' })).toEqual({ own: [], elsewhere: false });
  let stopped: Answer | undefined;
  for (let i = 0; i < 100 && !stopped; i += 1) {
    const answer = await check({ last: 'Halve' });
    if (answer.status === 429) stopped = answer;
  }
  expect(stopped?.code).toBe('too-many-requests');
});

it('the birth date of a name cannot be found by trying days', async () => {
  await person({ last: 'Dagen', nis: DIKSMUIDE, born: '2001-01-20' });
  const statuses: number[] = [];
  for (let day = 1; day <= 20; day += 1)
    statuses.push((await check({ last: 'Dagen', born: `2001-01-${String(day).padStart(2, '0')}` })).status);
  expect(statuses.indexOf(429)).toBe(15);
  expect(statuses.slice(15)).toEqual([429, 429, 429, 429, 429]);
});

it('who was erased is nobody', async () => {
  const passholderId = await person({ last: 'Gewist' });
  const acted = await admin.post(`/api/passholders/${passholderId}/acts`, {
    ...{ actId: randomUUID(), organisationId, basedOn: 0, act: { kind: 'erase' } },
  });
  expect(acted.status).toBe(200);
  expect(await idsFor({ last: 'Gewist' })).toEqual([]);
});
