// The file of an organisation over HTTP and on real tables: nothing of it is deleted, an account has four eyes, and of two
// people who edit at once the second one hears it.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OrganisationFile, OrganisationList } from '#domain/organisation-api.ts';
import { addCivilDays, civilDayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { addPerson, givePassword } from '#server/auth/accounts.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { PASSWORD, emailOf } from '#tests/_support/staffed-region.ts';

// Of now: how old a proof of who one is, the sign-in itself says by the real clock.
const NOW = Date.now();
const TODAY = civilDayOf(NOW);
const inDays = (days: number): string => addCivilDays(TODAY, days);
const IBAN = 'BE68539007547034';
const OTHER_IBAN = 'BE71096123456769';

let world: DeskWorld;
let admin: DeskClient;
let second: DeskClient;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  const grant = { regionId: 1, role: 'region-admin', place: { kind: 'region' } } as const;
  const person = { email: emailOf('second'), name: 'second', grants: [grant], by: 'system' };
  await givePassword(world.context, [await addPerson(world.context, person)], PASSWORD);
  admin = await world.client('admin');
  second = await world.client('second');
});
afterAll(() => world.close());

const input = (over: Record<string, unknown> = {}) => ({
  ...{ name: 'KSK Voorbeeld', kind: 'organiser', nisCode: '33011', kboNumber: '0206.731.645' },
  ...{ contactName: 'An Proef', contactEmail: 'an@test.invalid', contactPhone: '057 00 00 00' },
  cardSystemIds: ['uitpas-westhoek'],
  ...over,
});
const fileIn = (answer: Answer): OrganisationFile => OrganisationFile.parse(answer.body);
async function added(over: Record<string, unknown> = {}): Promise<OrganisationFile> {
  const answer = await admin.post('/api/organisations', input(over));
  expect(answer.status).toBe(201);
  return fileIn(answer);
}
const at = ({ organisationId }: OrganisationFile, rest = ''): string =>
  `/api/organisations/${organisationId}${rest}`;

test('an organisation is added, found by its name and municipality, and read back as it was typed', async () => {
  const made = await added({ name: 'Atletiekclub Proef' });
  expect(made).toMatchObject({
    ...{ version: 1, kboNumber: '0206731645', municipalityName: 'Ieper', agreement: 'none', iban: null },
    mayWrite: true,
  });
  const find = async (query: string): Promise<string[]> =>
    OrganisationList.parse((await admin.get(`/api/organisations?${query}`)).body).organisations.map(
      ({ name }) => name,
    );
  expect(await find('q=atletiek')).toEqual(['Atletiekclub Proef']);
  expect(await find('q=atletiek&nisCode=32003')).toEqual([]);
  expect(await find('state=no-agreement')).toContain('Atletiekclub Proef');
  const own = OrganisationList.parse((await world.bib.get('/api/organisations')).body);
  expect(own.organisations.map(({ name }) => name)).toEqual(['Bibliotheek Ieper']);
  expect(own).toMatchObject({ mayAdd: false, municipalities: [{ nisCode: '33011', name: 'Ieper' }] });
});

test.each([
  [{ kboNumber: '0206.731.646' }, { path: 'kboNumber', code: 'kbo-check-digits' }],
  [{ nisCode: null }, { path: 'nisCode', code: 'needed' }],
  [{ nisCode: '99999' }, { path: 'nisCode', code: 'unknown' }],
  [{ contactEmail: 'an bij proef' }, { path: 'contactEmail', code: 'no-address' }],
  [{ cardSystemIds: ['uitpas-elders'] }, { path: 'cardSystemIds', code: 'unknown' }],
  [{ name: '' }, { path: 'name', code: 'too_small' }],
])('%j is named at its field', async (over, field) => {
  expect(await admin.post('/api/organisations', input(over))).toMatchObject({
    status: 422,
    body: { fields: [field] },
  });
});

test('of two people who edit at once the second one hears that it changed, and then saves on the newer one', async () => {
  const made = await added();
  const answers = await Promise.all([
    admin.put(at(made), input({ name: 'Eerste', version: 1 })),
    second.put(at(made), input({ contactName: 'Bo Proef', version: 1 })),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  const loser = answers.find(({ status }) => status === 409);
  expect(loser?.code).toBe('changed-meanwhile');
  const again = await second.put(at(made), input({ contactName: 'Bo Proef', version: 2 }));
  expect(fileIn(again)).toMatchObject({ version: 3, contactName: 'Bo Proef' });
});

test('agreements follow each other, never overlap, and one that is ended stays with why', async () => {
  const made = await added();
  const agreement = {
    agreementId: randomUUID(),
    fromDay: inDays(-300),
    untilDay: inDays(38),
    note: 'jaar',
  };
  const first = fileIn(await admin.post(at(made, '/agreements'), agreement));
  expect(first).toMatchObject({ agreement: 'ends-soon', agreementUntil: inDays(38) });
  // Sent twice is once.
  expect(fileIn(await admin.post(at(made, '/agreements'), agreement)).agreements).toHaveLength(1);
  const over = { agreementId: randomUUID(), fromDay: inDays(38), untilDay: null, note: '' };
  expect(await admin.post(at(made, '/agreements'), over)).toMatchObject({
    status: 422,
    code: 'agreement-overlaps',
  });
  const next = { ...over, fromDay: inDays(39) };
  expect(fileIn(await admin.post(at(made, '/agreements'), next))).toMatchObject({
    agreement: 'in-force',
    agreementUntil: null,
  });

  const end = { untilDay: TODAY, because: 'stopt ermee' };
  const ended = fileIn(await admin.post(at(made, `/agreements/${agreement.agreementId}/end`), end));
  expect(ended).toMatchObject({ agreement: 'ends-soon', agreementUntil: TODAY });
  expect(ended.agreements[1]).toMatchObject({
    untilDay: TODAY,
    ended: { because: 'stopt ermee', by: 'admin' },
  });
  expect(
    await admin.post(at(made, `/agreements/${agreement.agreementId}/end`), {
      ...end,
      untilDay: inDays(8),
    }),
  ).toMatchObject({ status: 422, code: 'agreement-only-shorter' });
  for (const table of ['organisation_agreement', 'organisation_agreement_end'])
    await expect(sql`delete from ${sql.table(table)}`.execute(world.context.db)).rejects.toThrow(
      'never changed or deleted',
    );
});

test('an account is only changed by two people: one proposes, another one confirms what that one saw', async () => {
  const made = await added();
  const proposed = fileIn(
    await admin.post(at(made, '/iban'), { iban: 'BE68 5390 0754 7034', because: 'brief' }),
  );
  expect(proposed.iban).toBeNull();
  const [change] = proposed.ibanChanges;
  expect(change).toMatchObject({ iban: IBAN, state: 'proposed', mine: true, proposedBy: 'admin' });
  const confirm = at(made, `/iban/${change?.changeId ?? ''}/confirm`);
  expect(await admin.post(confirm, { iban: IBAN })).toMatchObject({ status: 422, code: 'iban-own-proposal' });
  expect(await second.post(confirm, { iban: OTHER_IBAN })).toMatchObject({ status: 422, code: 'iban-other' });
  expect(await admin.post(at(made, '/iban'), { iban: OTHER_IBAN, because: 'x' })).toMatchObject({
    status: 422,
    code: 'iban-waits',
  });
  const answers = await Promise.all([1, 2, 3].map(() => second.post(confirm, { iban: IBAN })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422]);
  const after = fileIn(await admin.get(at(made)));
  expect(after).toMatchObject({ iban: IBAN, ibanChanges: [{ state: 'confirmed', closedBy: 'second' }] });

  world.setNow(NOW + 1);
  const again = fileIn(await second.post(at(made, '/iban'), { iban: OTHER_IBAN, because: 'verhuis' }));
  const withdraw = at(made, `/iban/${again.ibanChanges[0]?.changeId ?? ''}/withdraw`);
  expect(fileIn(await second.post(withdraw, { because: 'vergist' }))).toMatchObject({
    iban: IBAN,
    ibanChanges: [{ state: 'withdrawn' }, { state: 'confirmed' }],
  });

  const { rows } = await sql<{ action: string; detail: unknown }>`
    select action, detail from audit_entry where subject = ${`organisation:${made.organisationId}`} order by audit_id
  `.execute(world.context.db);
  expect(rows.map(({ action }) => action)).toEqual([
    'organisation-added',
    ...['iban-proposed', 'iban-confirmed', 'iban-proposed', 'iban-withdrawn'],
  ]);
  expect(JSON.stringify(rows)).not.toContain('BE68');
});

test('the database itself refuses one pair of eyes, a second look at a closed change, and a deletion', async () => {
  const made = await added();
  await admin.post(at(made, '/iban'), { iban: IBAN, because: 'brief' });
  const { db } = world.context;
  const own = sql`where organisation_id = ${made.organisationId}::uuid`;
  await expect(
    sql`update organisation_iban_change set state = 'confirmed', closed_at = 1, closed_by = proposed_by ${own}`.execute(
      db,
    ),
  ).rejects.toThrow('check constraint');
  await expect(
    sql`update organisation_iban_change set iban = ${OTHER_IBAN} ${own}`.execute(db),
  ).rejects.toThrow('never changed');
  await expect(sql`delete from organisation_iban_change ${own}`.execute(db)).rejects.toThrow('never changed');
});

test('an account is not proposed with an old proof of who one is, and not by the desk of the municipality', async () => {
  const made = await added();
  world.setNow(NOW + limits.freshProofMs + 60_000);
  const answer = await admin.post(at(made, '/iban'), { iban: IBAN, because: 'brief' });
  world.setNow(NOW);
  expect(answer).toMatchObject({ status: 403, code: 'proof-needed' });
  const desk = await world.client('desk');
  expect(await desk.post(at(made, '/iban'), { iban: IBAN, because: 'brief' })).toMatchObject({ status: 403 });
  expect(fileIn(await desk.get(at(made)))).toMatchObject({ mayWrite: false, mayProposeIban: false });
});
