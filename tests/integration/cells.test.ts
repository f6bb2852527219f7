// What a clerk of Veurne may and may not see of Ieper, cell by cell: in each room of Ieper lies a word that stands nowhere else, and
// every question that reads is asked by both. The routes come from the app itself, so that a new one is thought of.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Grant } from '#domain/devices/permissions.ts';
import { addPerson, givePassword } from '#server/auth/accounts.ts';
import { insertPeople } from '#server/demo/people-store.ts';
import { addTask } from '#server/tasks/service.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER, aPerson, stockCard } from '#tests/_support/people-builder.ts';
import { PASSWORD, emailOf } from '#tests/_support/staffed-region.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const TODAY = '2026-11-23';
const VEURNE = '38025';
const SYSTEM = 'uitpas-westhoek';

/** What lies in Ieper, each in a word of its own. */
const WORDS = {
  firstName: 'Fanfarella',
  lastName: 'Kanariëns',
  birth: '1983-03-02',
  street: 'Zangvogelpad',
  email: 'zangvogel@test.invalid',
  phone: '0470 99 88 77',
  note: 'Zingt vroeg',
  proof: 'merelbewijs',
  insz: '83030201540',
  association: 'Lijsterclub',
  groupPass: 'Vinkengroep',
  activity: 'Nachtegaalavond',
  place: 'Volièrezaal',
  phoneName: 'Kwikstaart 1',
  list: 'Roodborstlijst',
  till: 'Zwaluwgeld',
  voucher: 'Leeuwerikbon',
  transfer: 'Mussendoos',
  setting: 'Spreeuwbesluit',
  iban: 'BE68539007547034',
  contact: 'Wielewaal Contact',
  importFile: 'winterkoning.json',
} as const;
type Word = keyof typeof WORDS | 'number';

let world: DeskWorld;
let ieper: DeskClient;
let veurne: DeskClient;
let bib: DeskClient;
let ids: Record<string, string>;

const done = async (asked: Promise<Answer>): Promise<unknown> => {
  const { status, body } = await asked;
  expect([200, 201], JSON.stringify(body)).toContain(status);
  return body;
};

async function clerkOf(name: string, nisCode: string): Promise<void> {
  const grant: Grant = {
    regionId: 1,
    role: 'municipality-desk',
    place: { kind: 'municipality', nisCode },
  };
  const id = await addPerson(world.context, { email: emailOf(name), name, grants: [grant], by: 'system' });
  await givePassword(world.context, [id], PASSWORD);
}

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  const { db } = world.context;
  await db
    .insertInto('municipality')
    .values({ region_id: 1, nis_code: VEURNE, name: 'Veurne', postal_codes: ['8630'], uitpas: true })
    .execute();
  const counterId = randomUUID();
  await db
    .insertInto('organisation')
    .values({
      ...{ region_id: 1, organisation_id: counterId, name: 'Stadhuis Veurne', kind: 'organiser' },
      nis_code: VEURNE,
    })
    .execute();
  await clerkOf('veurne', VEURNE);
  [ieper, veurne, bib] = await Promise.all([
    world.client('desk'),
    world.client('veurne'),
    world.client('bib'),
  ]);
  const { organisationId } = world.staffed.organisations.bib;

  const [passholderId, familyId] = [randomUUID(), randomUUID()];
  const [associationId, groupPassId] = [randomUUID(), randomUUID()];
  const { number } = stockCard(1, true);
  await insertPeople(
    db,
    1,
    {
      passholders: [
        {
          ...{ id: passholderId, firstName: WORDS.firstName, lastName: WORDS.lastName },
          ...{ dateOfBirth: WORDS.birth, postalCode: '8900', nisCode: IEPER },
        },
      ],
      memberships: [
        {
          ...{ passholderId, cardSystem: SYSTEM, status: 'active', kansenstatuutUntil: '2026-12-01' },
          suspendedUntil: null,
        },
      ],
      cards: [
        { number, cardSystem: SYSTEM, passholderId, chip: null, kind: 'card', state: 'active', since: 0 },
      ],
    },
    NOW,
  );
  await db
    .updateTable('membership')
    .set({ kansenstatuut_since: '2026-01-01', kansenstatuut_proof: WORDS.proof })
    .where('passholder_id', '=', passholderId)
    .execute();
  const setting = { region_id: 1, organisation_id: null, from_day: '2020-01-01', withdraws: null };
  await db
    .insertInto('setting')
    .values([
      {
        ...{ ...setting, key: 'inszAsked', nis_code: null, value: 'true' },
        ...{ set_at: 0, set_by: 'system', reason: 'proef' },
      },
      {
        ...{ ...setting, key: 'kansenstatuutProofsLeftOut', nis_code: IEPER, value: '[]' },
        ...{ set_at: 0, set_by: 'system', reason: WORDS.setting },
      },
    ])
    .execute();
  const whole = aPerson({
    ...{ firstName: WORDS.firstName, lastName: WORDS.lastName, dateOfBirth: WORDS.birth },
    ...{ address: { country: 'BE', postalCode: '8900', city: 'Ieper', street: `${WORDS.street} 7` } },
    ...{ email: WORDS.email, phone: WORDS.phone },
  });
  let n = 0;
  for (const act of [
    { kind: 'change-details', person: whole },
    { kind: 'add-note', noteId: randomUUID(), text: WORDS.note },
  ]) {
    const answer = await done(
      ieper.post(`/api/passholders/${passholderId}/acts`, {
        ...{ actId: randomUUID(), organisationId, basedOn: n, act },
      }),
    );
    n = (answer as { n: number }).n;
  }
  await done(ieper.post(`/api/passholders/${passholderId}/insz`, { organisationId, insz: WORDS.insz }));
  const own = [{ memberId: randomUUID(), passholderId }];
  await done(ieper.post('/api/families', { familyId, organisationId, members: own }));
  await done(
    ieper.post('/api/associations', {
      ...{ associationId, kind: 'association', name: WORDS.association, nisCode: IEPER, organisationId },
      ...{ organisationReads: false, organisationWrites: false, endRule: 'custom', endMonths: null },
    }),
  );
  await done(
    ieper.post(`/api/associations/${associationId}/register`, {
      ...{ termId: randomUUID(), who: { passholderId }, from: TODAY, until: '2027-01-01' },
    }),
  );
  const groupCard = stockCard(2, true).number;
  const freeCard = stockCard(3).number;
  await db
    .insertInto('card')
    .values(
      [groupCard, freeCard].map((uitpas_number) => ({
        ...{ region_id: 1, uitpas_number, card_system_id: SYSTEM, passholder_id: null, chip_number: null },
        ...{ kind: 'card' as const, state: 'stock' as const, state_since: 0, upstream_reason: null },
        place_nis: IEPER,
      })),
    )
    .execute();
  await done(
    ieper.post('/api/group-passes', {
      ...{ groupPassId, organisationId, number: groupCard, name: WORDS.groupPass, holderId: organisationId },
      ...{ paysNis: IEPER, year: 2026, tickets: 40 },
    }),
  );
  const activity = await world.activity({ title: WORDS.activity, place: WORDS.place });
  const { activityId } = activity;
  await done(
    bib.post('/api/paper-lists', {
      ...{ requestId: randomUUID(), activityId, reason: 'geen stroom', rows: [{ number, at: NOW - 60_000 }] },
    }),
  );
  const phone = await world.phone([activityId], WORDS.phoneName);
  const [listId, exportId] = [randomUUID(), randomUUID()];
  for (const [id, work] of [
    [listId, { kind: 'block-card', reason: 'lost' }],
    [exportId, { kind: 'export' }],
  ] as const)
    await done(
      ieper.post('/api/bulk/lists', {
        ...{ listId: id, organisationId, title: WORDS.list, work, source: { numbers: [number] } },
      }),
    );
  const entryId = randomUUID();
  await done(
    ieper.post(`/api/tills/${organisationId}/change`, { entryId, way: 'in', cents: 100, why: WORDS.till }),
  );
  await done(
    ieper.post('/api/vouchers', {
      ...{ voucherId: randomUUID(), code: 'LEEUW1', label: WORDS.voucher, kind: 'amount', value: 1 },
      ...{ nisCode: IEPER, from: TODAY, until: '2026-12-31', usesMax: 1 },
    }),
  );
  await db
    .insertInto('card_transfer')
    .values({
      ...{ region_id: 1, transfer_id: randomUUID(), card_system_id: SYSTEM, from_nis: IEPER, to_nis: IEPER },
      ...{ note: WORDS.transfer, request_digest: Buffer.alloc(0), state: 'under-way', sent_at: 0 },
      sent_by: 'system',
    })
    .execute();
  await db.transaction().execute(async (trx) => {
    const made = { at: NOW, actor: 'system' };
    const here = { from: VEURNE, to: IEPER, passholderId, number: null } as const;
    await addTask(trx, 1, randomUUID(), { kind: 'known-here', ...here }, made);
  });
  await done(bib.post(`/api/organisations/${organisationId}/iban`, { iban: WORDS.iban, because: 'nieuw' }));
  await db
    .updateTable('organisation')
    .set({ contact_name: WORDS.contact })
    .where('organisation_id', '=', organisationId)
    .execute();
  const importId = randomUUID();
  await done(
    ieper.post('/api/uitdatabank/imports', {
      ...{ importId, organisationId, source: { kind: 'file', name: WORDS.importFile, total: 1 } },
    }),
  );
  const link = await done(bib.post('/api/enrol-links', { organisationId, activityIds: [activityId] }));
  ids = {
    ...{ passholderId, familyId, associationId, groupPassId, organisationId, activityId, listId, exportId },
    ...{ entryId, importId, counterId, number, freeCard, deviceId: phone.id },
    linkId: (link as { linkId: string }).linkId,
  };
});
afterAll(() => world.close());

type Question = {
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** The words in what Ieper is answered. */
  readonly there: readonly Word[];
  /** The words in what Veurne is answered. `no`: refused, without a word. */
  readonly here: 'no' | readonly Word[];
};

const person = { firstName: WORDS.firstName, lastName: WORDS.lastName, dateOfBirth: WORDS.birth };
const workList = { view: 'soon', cardSystemId: SYSTEM, soonDays: 30, sort: 'until', page: 1 };
const members = { view: 'all', text: '', page: 1 };
const NAME: readonly Word[] = ['firstName', 'lastName', 'birth'];
const DETAILS: readonly Word[] = [...NAME, 'street', 'email', 'phone', 'note', 'proof', 'number'];
const OF_PERSON = '/api/passholders/{passholderId}';
const OF_ACTIVITY = '/api/activities/{activityId}';
const OF_COUNTER = '/api/organisations/{organisationId}';

/** Every question that reads, asked by both. `{name}`: an id of Ieper; `{counter}`: the counter of who asks. */
const QUESTIONS: readonly Question[] = [
  // By name, birth date or national number: only one's own municipality.
  {
    path: '/api/passholders/search',
    body: { text: `${WORDS.firstName} ${WORDS.lastName}` },
    ...{ there: [...NAME, 'number'], here: [] },
  },
  {
    path: '/api/passholders/search',
    body: { text: WORDS.birth },
    ...{ there: [...NAME, 'number'], here: [] },
  },
  {
    path: '/api/passholders/duplicates',
    body: { organisationId: '{counter}', ...person, insz: WORDS.insz },
    ...{ there: NAME, here: [] },
  },
  {
    path: '/api/kansenstatuut/list',
    body: workList,
    there: ['firstName', 'lastName', 'proof', 'number'],
    here: [],
  },
  {
    path: '/api/kansenstatuut/sheet',
    body: workList,
    there: ['firstName', 'lastName', 'proof', 'number'],
    here: [],
  },
  { path: '/api/kansenstatuut/choices', there: [], here: [] },
  { path: '/api/passholders/places', there: [], here: [] },
  // The card in hand: any counter of the card system sees its state, its points and a first name.
  {
    path: '/api/cards/look-up',
    body: { number: '{number}' },
    ...{ there: ['firstName', 'activity', 'number'], here: ['firstName', 'number'] },
  },
  {
    path: '/api/passholders/check-card',
    body: { organisationId: '{counter}', number: '{number}' },
    ...{ there: ['number'], here: ['number'] },
  },
  {
    path: '/api/passholders/arrivals',
    body: { organisationId: '{counter}', number: '{number}' },
    ...{ there: ['number'], here: ['number'] },
  },
  // The file of that person, and what hangs on it.
  { path: OF_PERSON, there: [...DETAILS, 'activity'], here: 'no' },
  { path: `${OF_PERSON}/copy`, body: {}, there: [...DETAILS, 'insz', 'association', 'activity'], here: 'no' },
  { path: `${OF_PERSON}/insz/check`, body: { insz: WORDS.insz }, there: [], here: 'no' },
  { path: `${OF_PERSON}/families`, there: [...NAME, 'street', 'number'], here: 'no' },
  { path: `${OF_PERSON}/associations`, there: ['association'], here: 'no' },
  { path: '/api/families/{familyId}', there: [...NAME, 'street', 'number'], here: 'no' },
  // Who is a member is asked for every municipality: the club has a name, its members of elsewhere have none.
  { path: '/api/associations', there: ['association'], here: ['association'] },
  {
    path: '/api/associations/{associationId}/members',
    body: members,
    ...{ there: [...NAME, 'association'], here: ['association'] },
  },
  { path: '/api/associations/{associationId}/members/sheet', body: members, there: NAME, here: [] },
  { path: '/api/group-passes', there: ['groupPass'], here: [] },
  // What a municipality does.
  { path: '/api/activities', there: ['activity', 'place'], here: [] },
  { path: OF_ACTIVITY, there: ['activity', 'place'], here: 'no' },
  { path: `${OF_ACTIVITY}/tariffs`, there: [], here: 'no' },
  { path: `${OF_ACTIVITY}/check-ins`, there: [], here: 'no' },
  { path: `${OF_ACTIVITY}/poster`, there: ['activity', 'place'], here: 'no' },
  { path: `${OF_ACTIVITY}/poster.pdf`, there: [], here: 'no' },
  { path: '/api/devices', there: ['phoneName', 'activity'], here: [] },
  { path: '/api/devices/{deviceId}/quarantine?reason=device-revoked', there: [], here: 'no' },
  { path: '/api/quarantine', there: [], here: [] },
  { path: '/api/rescue', there: [], here: [] },
  { path: '/api/enrol-links/{linkId}', there: [], here: 'no' },
  { path: '/api/organisations', there: [], here: [] },
  { path: '/api/organisations/choices', there: [], here: [] },
  { path: OF_COUNTER, there: ['iban', 'contact'], here: 'no' },
  { path: `${OF_COUNTER}/counter`, there: [], here: 'no' },
  { path: '/api/uitdatabank/source', there: [], here: [] },
  { path: '/api/uitdatabank/imports', there: ['importFile'], here: [] },
  { path: '/api/uitdatabank/imports/{importId}', there: ['importFile'], here: 'no' },
  { path: '/api/uitdatabank/imports/{importId}/rows', there: [], here: 'no' },
  // Work, money and cards in cupboards.
  { path: '/api/bulk/lists', there: ['list'], here: [] },
  { path: '/api/bulk/lists/{listId}', there: ['list'], here: 'no' },
  { path: '/api/bulk/lists/{listId}/rows', body: {}, there: ['firstName', 'lastName', 'number'], here: 'no' },
  { path: '/api/bulk/lists/{exportId}/people', body: {}, there: [], here: 'no' },
  { path: '/api/tasks', there: [], here: [] },
  { path: '/api/today/{organisationId}', there: [], here: 'no' },
  { path: '/api/tills/{organisationId}', there: ['till', 'firstName', 'activity'], here: 'no' },
  { path: '/api/cash/entries/{entryId}', there: [], here: 'no' },
  { path: '/api/vouchers', there: ['voucher'], here: [] },
  { path: '/api/vouchers/check', body: { organisationId: '{counter}', code: 'LEEUW1' }, there: [], here: [] },
  { path: '/api/stock', there: ['transfer'], here: [] },
  { path: '/api/figures', there: [], here: [] },
  { path: `/api/settings?nisCode=${IEPER}`, there: ['setting'], here: 'no' },
  { path: '/api/settings', there: [], here: [] },
  { path: `/api/settings/margin-reach?key=marginBeforeMin&from=${TODAY}`, there: [], here: [] },
  // Nobody at a counter reads the log or the list of staff.
  ...['/api/staff', '/api/audit', '/api/audit/people'].map(
    (path) => ({ path, there: [], here: 'no' }) satisfies Question,
  ),
  { path: '/api/audit/subject', body: { number: '{number}' }, there: [], here: 'no' },
];

/** Of who asks, of the whole region, or proven by a phone. */
const OF_NO_MUNICIPALITY = [
  ...['/api/me', '/api/account', '/api/card-systems', '/api/public', '/api/desk/stream', '/api/dev/mailbox'],
  ...['/api/roster/:rosterId', '/api/sync/stream'],
];

const seenIn = (body: unknown): string[] => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return [...Object.entries(WORDS), ['number', ids['number'] ?? ''] as const]
    .filter(([, word]) => text.includes(word))
    .map(([name]) => name)
    .sort();
};

const ask = (client: DeskClient, counter: string, { path, body }: Question): Promise<Answer> => {
  const filled = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => ids[name === 'counter' ? counter : name] ?? name);
  return body
    ? client.post(filled(path), JSON.parse(filled(JSON.stringify(body))))
    : client.get(filled(path));
};

describe.each(QUESTIONS)('$path', (question) => {
  test('Ieper', async () => {
    const answer = await ask(ieper, 'organisationId', question);
    expect(answer.status).toBeLessThan(500);
    expect(seenIn(answer.body)).toEqual([...question.there].sort());
  });

  test('Veurne', async () => {
    const answer = await ask(veurne, 'counterId', question);
    expect(seenIn(answer.body)).toEqual(question.here === 'no' ? [] : [...question.here].sort());
    if (question.here === 'no') expect(answer).toMatchObject({ status: 403, code: 'not-allowed' });
    else expect(answer.status).toBeLessThan(500);
  });
});

test('every word is read somewhere in Ieper: one that nobody reads would hide nothing', () => {
  const read = new Set(QUESTIONS.flatMap(({ there }) => there));
  expect([...Object.keys(WORDS), 'number'].filter((word) => !read.has(word as Word))).toEqual([]);
});

test('every route that only reads is asked', () => {
  const shape = (path: string): string => path.replace(/\?.*/, '').replace(/\{\w+\}|:\w+/g, '*');
  const asked = new Set([...QUESTIONS.map(({ path }) => path), ...OF_NO_MUNICIPALITY].map(shape));
  const routes = world.app.routes.filter(({ method, path }) => method === 'GET' && path.startsWith('/api'));
  expect(routes.map(({ path }) => shape(path)).filter((path) => !asked.has(path))).toEqual([]);
});
