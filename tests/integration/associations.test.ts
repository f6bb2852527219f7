// Associations and schools over HTTP and on real tables: once, until a day, one's own people by name; kept through a merge, gone after erasing.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  AssociationFile,
  AssociationList,
  MemberPage,
  MemberSheet,
  MembershipsOf,
  RegisteredMember,
  RenewedMembers,
} from '#domain/association-api.ts';
import type { AssociationFacts } from '#domain/associations/association.ts';
import { PassholderCopy, PassholderFile } from '#domain/passholder-api.ts';
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
let bib: DeskClient;
let organisationId: string;
let serial = 8_000;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  desk = await world.client('desk');
  admin = await world.client('admin');
  bib = await world.client('bib');
  ({ organisationId } = world.staffed.organisations.bib);
});
beforeEach(() => world.context.db.deleteFrom('attempt').execute());
afterAll(() => world.close());

type Known = { readonly passholderId: string; readonly number: string };

async function person(
  firstName: string,
  { nis = IEPER, born = '2014-02-02', until = null as string | null, lastName = 'Zoekmij' } = {},
): Promise<Known> {
  const passholderId = randomUUID();
  const { number } = stockCard(serial++, until !== null);
  const { db } = world.context;
  await db
    .insertInto('passholder')
    .values({
      ...{ region_id: 1, passholder_id: passholderId, first_name: firstName, last_name: lastName },
      ...{ date_of_birth: born, postal_code: '8900', nis_code: nis, n: 0, state: 'active', person: null },
      ...{ merged_into: null, notes: '[]', created_at: NOW - 86_400_000, upstream_reason: null },
    })
    .execute();
  await db
    .insertInto('account')
    .values({ region_id: 1, account_id: passholderId, kind: 'passholder', balance: 0 })
    .execute();
  await db
    .insertInto('membership')
    .values({
      ...{ region_id: 1, passholder_id: passholderId, card_system_id: SYSTEM, status: 'active' },
      ...{ kansenstatuut_until: until, kansenstatuut_since: until && '2026-01-01' },
    })
    .execute();
  await db
    .insertInto('card')
    .values({
      ...{ region_id: 1, uitpas_number: number, card_system_id: SYSTEM, passholder_id: passholderId },
      ...{ chip_number: null, kind: 'card', state: 'active', state_since: 0, upstream_reason: null },
    })
    .execute();
  return { passholderId, number };
}

const CLUB: AssociationFacts = {
  ...{ kind: 'association', name: 'Turnkring De Ringen', nisCode: IEPER, organisationId: null },
  ...{ organisationReads: false, organisationWrites: false, endRule: 'registration-date', endMonths: 12 },
};
const SCHOOL: AssociationFacts = {
  ...{ ...CLUB, kind: 'school', name: 'Basisschool De Wilg', endRule: 'school-year', endMonths: null },
};
const bodyOf = ({ status, body }: Answer): unknown => {
  expect([200, 201], JSON.stringify(body)).toContain(status);
  return body;
};
const make = async (facts: AssociationFacts, by = desk): Promise<AssociationFile> =>
  AssociationFile.parse(
    bodyOf(await by.post('/api/associations', { associationId: randomUUID(), ...facts })),
  );
type Of = { readonly associationId: string };
const register = (
  { associationId }: Of,
  { passholderId }: Known,
  over: Record<string, unknown> = {},
  by = desk,
): Promise<Answer> =>
  by.post(`/api/associations/${associationId}/register`, {
    ...{ termId: randomUUID(), who: { passholderId }, from: TODAY, until: null, ...over },
  });
const joined = async (of: Of, who: Known, over: Record<string, unknown> = {}): Promise<RegisteredMember> =>
  RegisteredMember.parse(bodyOf(await register(of, who, over)));
const renew = ({ associationId }: Of, renewals: readonly object[], by = desk): Promise<Answer> =>
  by.post(`/api/associations/${associationId}/renew`, {
    renewals: renewals.map((each) => ({ newTermId: randomUUID(), until: null, ...each })),
  });
const resultsOf = (answer: Answer) => RenewedMembers.parse(bodyOf(answer)).results;
const stop = ({ associationId }: Of, termId: string, by = desk): Promise<Answer> =>
  by.post(`/api/associations/${associationId}/stop`, { termId, on: TODAY, reason: 'asked' });
const membersOf = async ({ associationId }: Of, by = desk, text = '', view = 'all'): Promise<MemberPage> =>
  MemberPage.parse(
    bodyOf(await by.post(`/api/associations/${associationId}/members`, { view, text, page: 1 })),
  );
const membershipsOf = async ({ passholderId }: Known, by = desk): Promise<MembershipsOf> =>
  MembershipsOf.parse(bodyOf(await by.get(`/api/passholders/${passholderId}/associations`)));
const auditOf = async (subject: string): Promise<string[]> =>
  (
    await world.context.db
      .selectFrom('audit_entry')
      .select('action')
      .where('subject', '=', subject)
      .orderBy('audit_id')
      .execute()
  ).map(({ action }) => action);
/** A term that began long ago, as no counter may write it. */
async function oldTerm({ associationId }: Of, who: Known, until: string): Promise<string> {
  const termId = randomUUID();
  await world.context.db
    .insertInto('association_term')
    .values({
      ...{ region_id: 1, term_id: termId, association_id: associationId, passholder_id: who.passholderId },
      ...{ from_day: '2024-01-01', until_day: until, renews: null, added_at: 0, added_by: 'system' },
      ...{ stopped_on: null, stop_reason: null, stopped_at: null, stopped_by: null },
    })
    .execute();
  return termId;
}

test('an association is made once, changed by one clerk at a time, and ends without anybody being taken out', async () => {
  const input = { associationId: randomUUID(), ...CLUB };
  const [first, second] = await Promise.all([0, 1].map(() => desk.post('/api/associations', input)));
  expect(AssociationFile.parse(bodyOf(first as Answer))).toEqual(bodyOf(second as Answer));
  expect(await desk.post('/api/associations', { ...input, name: 'Anders' })).toMatchObject({
    code: 'other-act-with-this-id',
  });
  const act = (body: object) => desk.post(`/api/associations/${input.associationId}/acts`, body);
  const change = { kind: 'change', basedOn: 1, facts: { ...CLUB, name: 'Turnkring Ieper' } };
  expect(bodyOf(await act(change))).toMatchObject({ name: 'Turnkring Ieper', n: 2 });
  expect(await act(change)).toMatchObject({ status: 409, code: 'changed-meanwhile' });
  expect(await act({ ...change, basedOn: 2, facts: SCHOOL })).toMatchObject({
    code: 'association-kind-fixed',
  });
  const who = await person('Blijft');
  await joined(input, who);
  expect(bodyOf(await act({ kind: 'end' }))).toMatchObject({ endedOn: TODAY });
  expect(await register(input, await person('Laat'))).toMatchObject({ code: 'association-ended' });
  expect((await membersOf(input)).members).toMatchObject([{ firstName: 'Blijft', renewal: null }]);
  expect(bodyOf(await act({ kind: 'resume' }))).toMatchObject({ endedOn: null });
  expect(await auditOf(`association:${input.associationId}`)).toEqual(
    expect.arrayContaining([
      'association-made',
      'association-changed',
      'association-ended',
      'members-read',
      'association-resumed',
    ]),
  );
});

test('a desk keeps those of its own municipality; those of the region are of the region', async () => {
  const facts = { ...CLUB, nisCode: DIKSMUIDE };
  expect(await desk.post('/api/associations', { associationId: randomUUID(), ...facts })).toMatchObject({
    status: 403,
  });
  expect(
    await desk.post('/api/associations', { associationId: randomUUID(), ...CLUB, nisCode: null }),
  ).toMatchObject({ status: 403 });
  const { associationId } = await make({ ...CLUB, nisCode: null }, admin);
  const list = AssociationList.parse((await desk.get('/api/associations')).body);
  expect(list.associations.find((each) => each.associationId === associationId)).toMatchObject({
    placeName: null,
    mayChange: false,
    mayWrite: true,
  });
  expect(list.municipalities).toEqual([{ nisCode: IEPER, name: 'Ieper' }]);
  // Its people may be members there all the same.
  await joined({ associationId }, await person('Streek'));
  // Nor is one handed to another municipality.
  const own = await make(CLUB);
  expect(
    await desk.post(`/api/associations/${own.associationId}/acts`, { kind: 'change', basedOn: 1, facts }),
  ).toMatchObject({ status: 403 });
});

test('registered once, renewed by one tap in time, stopped with a reason: each act stays to be seen', async () => {
  const club = await make(CLUB);
  const who = await person('Lid');
  const input = { termId: randomUUID() };
  const answers = await Promise.all([0, 1].map(() => register(club, who, input)));
  expect(answers.map(({ body }) => body)).toEqual(
    Array(2).fill({ termId: input.termId, from: TODAY, until: '2027-11-23' }),
  );
  expect(await register(club, who)).toMatchObject({ status: 422, code: 'member-already' });
  const soon = await person('Bijna');
  const termId = await oldTerm(club, soon, '2026-12-01');
  expect((await membershipsOf(soon)).memberships).toMatchObject([
    { status: 'active', until: '2026-12-01', renewal: '2027-12-01', since: '2024-01-01' },
  ]);
  const wish = { termId, basedOn: '2026-12-01' };
  const same = { ...wish, newTermId: randomUUID() };
  const [once, twice] = await Promise.all([renew(club, [same]), renew(club, [same])]);
  expect(resultsOf(once)).toEqual([{ termId, until: '2027-12-01' }]);
  expect(resultsOf(twice)).toEqual(resultsOf(once));
  // Another counter with the same screen: renewed once.
  expect(
    resultsOf(await renew(club, [wish, { ...wish, termId: input.termId, basedOn: '2027-11-23' }])),
  ).toEqual([
    { termId, until: null, code: 'member-changed-meanwhile' },
    { termId: input.termId, until: null, code: 'member-not-renewable' },
  ]);
  const [standing] = (await membershipsOf(soon)).memberships;
  expect(standing).toMatchObject({ until: '2027-12-01', since: '2024-01-01', renewal: null });
  bodyOf(await stop(club, standing?.termId ?? ''));
  bodyOf(await stop(club, standing?.termId ?? ''));
  const after = await membershipsOf(soon);
  expect(after.memberships).toEqual([]);
  expect(after.past.map(({ until, stopReason }) => [until, stopReason])).toEqual([
    ['2027-12-01', 'asked'],
    ['2026-12-01', 'asked'],
  ]);
  expect(
    (await auditOf(`passholder:${soon.passholderId}`)).filter((each) => each.startsWith('member')),
  ).toEqual(expect.arrayContaining(['member-renewed', 'member-stopped', 'memberships-read']));
  expect(
    (await auditOf(`passholder:${soon.passholderId}`)).filter((each) => each === 'member-stopped'),
  ).toHaveLength(1);
});

test('where the end is picked: a year further by itself, another day when a clerk says so, never a nearer one', async () => {
  const club = await make({ ...CLUB, name: 'Harmonie', endRule: 'custom', endMonths: null });
  const [season, picked] = [await person('Seizoen'), await person('Gekozen')];
  expect(await register(club, season)).toMatchObject({ status: 422, code: 'member-end-needed' });
  expect(await joined(club, season, { until: '2026-12-31' })).toMatchObject({ until: '2026-12-31' });
  const termIds = [
    await oldTerm(club, picked, '2026-12-31'),
    (await membershipsOf(season)).memberships[0]?.termId,
  ];
  const basedOn = '2026-12-31';
  const results = resultsOf(
    await renew(club, [
      { termId: termIds[0], basedOn, until: '2027-06-30' },
      { termId: termIds[1], basedOn },
    ]),
  );
  expect(results.map(({ until }) => until)).toEqual(['2027-06-30', '2027-12-31']);
  const late = await oldTerm(club, await person('Eerder'), basedOn);
  expect(resultsOf(await renew(club, [{ termId: late, basedOn, until: '2026-12-30' }]))).toMatchObject([
    { until: null, code: 'member-not-renewable' },
  ]);
});

test('a renewal by mistake is taken back alone, once, and the end of before counts again', async () => {
  const club = await make(CLUB);
  const who = await person('Mistikt');
  const first = await oldTerm(club, who, '2026-12-01');
  const again = { termId: first, basedOn: '2026-12-01' };
  await renew(club, [again]);
  const standing = async () => (await membershipsOf(who)).memberships[0];
  const wrong = await standing();
  expect(wrong).toMatchObject({ until: '2027-12-01', renewed: true });
  expect((await membersOf(club)).members).toMatchObject([{ renewed: true }]);
  const undo = { termId: wrong?.termId, on: TODAY, reason: 'mistake', renewalOnly: true };
  const send = () => desk.post(`/api/associations/${club.associationId}/stop`, undo);
  const answers = await Promise.all([send(), send()]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await standing()).toMatchObject({ termId: first, until: '2026-12-01', renewed: false });
  // The first term is no renewal, and may be renewed anew.
  expect(
    await desk.post(`/api/associations/${club.associationId}/stop`, { ...undo, termId: first }),
  ).toMatchObject({ status: 422, code: 'member-no-renewal' });
  expect(resultsOf(await renew(club, [again]))).toMatchObject([{ until: '2027-12-01' }]);
});

test('two counters at once make one member, and renew once', async () => {
  const club = await make(CLUB);
  const who = await person('Dubbel');
  const answers = await Promise.all([0, 1, 2].map(() => register(club, who)));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422]);
  const other = await person('Verlengt');
  const termId = await oldTerm(club, other, '2026-11-30');
  const renewed = await Promise.all([0, 1, 2].map(() => renew(club, [{ termId, basedOn: '2026-11-30' }])));
  expect(renewed.flatMap(resultsOf).filter(({ until }) => until !== null)).toHaveLength(1);
});

test('members: who ends soon first, found by name, and of other municipalities only how many', async () => {
  const club = await make(CLUB);
  const [anna, bert, carl, dora] = [
    await person('Anna', { lastName: 'Ledenlijst' }),
    await person('Bert', { lastName: 'Ledenlijst' }),
    await person('Carl', { lastName: 'Ledenlijst' }),
    await person('Doraver', { lastName: 'Ledenlijst', nis: DIKSMUIDE, born: '1999-09-09' }),
  ];
  await oldTerm(club, anna, '2027-10-01');
  await oldTerm(club, bert, '2026-11-25');
  await oldTerm(club, carl, '2026-11-20');
  await oldTerm(club, dora, '2027-01-01');
  const names = ({ members }: MemberPage) => members.map(({ firstName }) => firstName);
  const page = await membersOf(club);
  expect(names(page)).toEqual(['Bert', 'Anna', 'Carl']);
  expect(page.members.map(({ status }) => status)).toEqual(['active', 'active', 'expired']);
  expect(page).toMatchObject({ total: 3, elsewhere: 1 });
  expect(JSON.stringify(page)).not.toMatch(/Doraver|1999-09-09/);
  expect(JSON.stringify(page)).not.toContain(dora.passholderId);
  expect(names(await membersOf(club, desk, 'ann ledenl'))).toEqual(['Anna']);
  expect(names(await membersOf(club, desk, '', 'soon'))).toEqual(['Bert']);
  expect(names(await membersOf(club, desk, '', 'expired'))).toEqual(['Carl']);
  expect(names(await membersOf(club, admin))).toEqual(['Bert', 'Doraver', 'Anna', 'Carl']);
  // Nor does the desk reach her by what it knows of the association.
  expect((await desk.get(`/api/passholders/${dora.passholderId}/associations`)).status).toBe(403);
  const sheet = MemberSheet.parse(
    bodyOf(
      await desk.post(`/api/associations/${club.associationId}/members/sheet`, {
        ...{ view: 'all', text: '', page: 1 },
      }),
    ),
  );
  expect(sheet.members.map(({ firstName }) => firstName)).toEqual(['Bert', 'Anna', 'Carl']);
  expect(await auditOf(`association:${club.associationId}`)).toContain('members-saved');
});

test('somebody of another municipality joins with the card in hand and the birth date, and stays without a name', async () => {
  const club = await make(CLUB);
  const there = await person('Ginder', { nis: DIKSMUIDE });
  expect(await register(club, there)).toMatchObject({ status: 403 });
  const card = (dateOfBirth: string) => ({ who: { number: there.number, dateOfBirth } });
  expect(await register(club, there, card('2014-02-03'))).toMatchObject({
    status: 422,
    code: 'member-card-differs',
  });
  const { termId } = await joined(club, there, card('2014-02-02'));
  expect(await membersOf(club)).toMatchObject({ members: [], elsewhere: 1 });
  expect(await stop(club, termId)).toMatchObject({ status: 403 });
  expect((await renew(club, [{ termId, basedOn: '2027-11-23' }])).status).toBe(403);
});

test('the staff of an association sees and writes its members where that was given, and never a file', async () => {
  const own = { organisationId, organisationReads: true, organisationWrites: true };
  const club = await make({ ...CLUB, ...own });
  const silent = await make({ ...CLUB, organisationId });
  const [here, there] = [await person('Hier'), await person('Ginds', { nis: DIKSMUIDE })];
  await joined(club, here);
  const termId = await oldTerm(club, there, '2026-11-30');
  const page = await membersOf(club, bib);
  expect(page.members).toMatchObject([
    { firstName: 'Ginds', passholderId: null, dateOfBirth: null },
    { firstName: 'Hier', passholderId: null, dateOfBirth: null },
  ]);
  expect(JSON.stringify(page)).not.toMatch(new RegExp(`${here.passholderId}|${there.passholderId}|2014`));
  expect(resultsOf(await renew(club, [{ termId, basedOn: '2026-11-30' }], bib))).toMatchObject([
    { until: '2027-11-30' },
  ]);
  const newcomer = await person('Nieuw');
  const byCard = { who: { number: newcomer.number, dateOfBirth: '2014-02-02' } };
  expect((await register(club, newcomer, byCard, bib)).status).toBe(201);
  expect((await register(club, await person('Naam'), {}, bib)).status).toBe(403);
  expect(
    await bib.post(`/api/associations/${silent.associationId}/members`, { view: 'all', text: '', page: 1 }),
  ).toMatchObject({ status: 403 });
  expect((await register(silent, newcomer, byCard, bib)).status).toBe(403);
  const writesOnly = await make({ ...CLUB, organisationId, organisationWrites: true });
  expect((await register(writesOnly, newcomer, byCard, bib)).status).toBe(201);
  expect(
    await bib.post(`/api/associations/${writesOnly.associationId}/members`, {
      ...{ view: 'all', text: '', page: 1 },
    }),
  ).toMatchObject({ status: 403 });
  // A term of one association says nothing of the people of another.
  expect(await stop(silent, termId, bib)).toMatchObject({ status: 403 });
});

test('a pupil has kansenstatuut and one school at a time', async () => {
  const [school, next] = [await make(SCHOOL), await make({ ...SCHOOL, name: 'Basisschool De Eik' })];
  const without = await person('Zonder');
  expect(await register(school, without)).toMatchObject({ status: 422, code: 'pupil-no-kansenstatuut' });
  const pupil = await person('Leerling', { until: '2027-04-30' });
  expect(await joined(school, pupil)).toMatchObject({ until: '2027-08-31' });
  expect(await register(next, pupil)).toMatchObject({ status: 422, code: 'pupil-elsewhere' });
  await joined(next, pupil, { leavesOtherSchool: true });
  const now = await membershipsOf(pupil);
  expect(now).toMatchObject({
    entitled: true,
    memberships: [{ name: 'Basisschool De Eik', kind: 'school' }],
  });
  expect(now.past).toMatchObject([
    { name: 'Basisschool De Wilg', stopReason: 'other-school', stoppedOn: TODAY },
  ]);
  await world.context.db
    .updateTable('membership')
    .set({ kansenstatuut_ended_on: TODAY })
    .where('passholder_id', '=', pupil.passholderId)
    .execute();
  expect((await membersOf(next)).members).toMatchObject([{ firstName: 'Leerling', entitled: false }]);
});

test('of who is erased nothing stays but that there was a member; the copy before told all of it', async () => {
  const club = await make(CLUB);
  const who = await person('Weggewist');
  await joined(club, who);
  const copy = PassholderCopy.parse((await desk.post(`/api/passholders/${who.passholderId}/copy`, {})).body);
  expect(copy.associations).toEqual([
    { name: CLUB.name, kind: 'association', from: TODAY, until: '2027-11-23', stoppedOn: null },
  ]);
  const { n } = PassholderFile.parse((await admin.get(`/api/passholders/${who.passholderId}`)).body);
  const erased = await admin.post(`/api/passholders/${who.passholderId}/acts`, {
    ...{ actId: randomUUID(), organisationId, basedOn: n, act: { kind: 'erase' } },
  });
  expect(erased.status, JSON.stringify(erased.body)).toBe(200);
  const rows = await world.context.db
    .selectFrom('association_term')
    .select(['passholder_id', 'stopped_on', 'stop_reason'])
    .where('association_id', '=', club.associationId)
    .execute();
  expect(rows).toEqual([{ passholder_id: null, stopped_on: TODAY, stop_reason: 'erased' }]);
  expect(await membersOf(club)).toMatchObject({ members: [], elsewhere: 0 });
});

test('two files become one: the one that stays is a member for the longest, and a pupil of one school', async () => {
  const [club, other, school, next] = [
    await make(CLUB),
    await make({ ...CLUB, name: 'Koor' }),
    await make(SCHOOL),
    await make({ ...SCHOOL, name: 'De Eik' }),
  ];
  const [into, from] = [
    await person('Blijft', { until: '2027-04-30' }),
    await person('Gaat', { until: '2027-04-30' }),
  ];
  await joined(club, into);
  await oldTerm(club, from, '2028-01-01');
  await oldTerm(other, from, '2026-01-01');
  await joined(school, into);
  await joined(next, from);
  const fileOf = async ({ passholderId }: Known) =>
    PassholderFile.parse((await desk.get(`/api/passholders/${passholderId}`)).body);
  const merged = await desk.post(`/api/passholders/${into.passholderId}/merge`, {
    ...{ actId: randomUUID(), organisationId, other: from.passholderId, person: aPerson() },
    ...{ basedOn: (await fileOf(into)).n, otherBasedOn: (await fileOf(from)).n, stays: [into.number] },
  });
  expect(merged.status, JSON.stringify(merged.body)).toBe(200);
  const { memberships, past } = await membershipsOf(into);
  expect(memberships.map(({ name, until, status }) => [name, until, status]).sort()).toEqual([
    ['Basisschool De Wilg', '2027-08-31', 'active'],
    ['Koor', '2026-01-01', 'expired'],
    ['Turnkring De Ringen', '2028-01-01', 'active'],
  ]);
  // What stood in the other file is told in this one.
  expect(past.filter(({ stopReason }) => stopReason === 'merged')).toHaveLength(3);
  expect(
    (await membersOf(club, admin)).members.map(({ passholderId, until }) => [passholderId, until]),
  ).toEqual([[into.passholderId, '2028-01-01']]);
  const copy = PassholderCopy.parse((await desk.post(`/api/passholders/${into.passholderId}/copy`, {})).body);
  expect(copy.associations).toHaveLength(7);
});

test('the database keeps what happened: nobody is taken out, no day is changed, nobody is a school’s staff', async () => {
  const { db } = world.context;
  await expect(db.deleteFrom('association_term').execute()).rejects.toThrow();
  await expect(db.deleteFrom('association').execute()).rejects.toThrow();
  await expect(
    db.updateTable('association_term').set({ until_day: '2099-01-01' }).execute(),
  ).rejects.toThrow();
  await expect(
    db
      .updateTable('association')
      .set({ organisation_id: organisationId })
      .where('kind', '=', 'school')
      .execute(),
  ).rejects.toThrow();
});
