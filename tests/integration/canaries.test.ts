// Canaries (goal S2): a pass holder whose every detail is a word that stands nowhere else goes through the whole evening.
// Then everything that left for a phone, every error and the whole log is searched for those words. The national number
// lies sealed; a kansenstatuut has an end date, which is searched too.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { SIGNATURE_HEADER, SyncResponse } from '#domain/sync/exchange.ts';
import { pollUntil } from '#server/poll.ts';
import { createApp } from '#server/app.ts';
import { insertPeople } from '#server/demo/people-store.ts';
import { createLogger } from '#server/logger.ts';
import { DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { PASSWORD, emailOf } from '#tests/_support/staffed-region.ts';
import type { TestPhone } from '#tests/_support/test-phone.ts';

const NUMBER = makeUitpasNumber('31415926535', '1');
const BLOCKED = makeUitpasNumber('27182818284', '0');
const CHIP = '04C0FFEE5EED80';
const CANARIES = {
  'first name': 'Kanarievoornaam',
  'last name': 'Kanariefamilienaam',
  'birth date': '1931-07-19',
  'birth date, as read': '19/07/1931',
  'postal code': '8947',
  'end of the kansenstatuut': '2031-05-17',
  'card number': NUMBER,
  'number of a blocked card': BLOCKED,
  chip: CHIP,
  'password of staff': PASSWORD,
  'e-mail address of staff': emailOf('bib'),
  'national number that someone types': '31071912345',
  'national number in the file': '31071912307',
};
type Canary = keyof typeof CANARIES;

let world: DeskWorld;
let app: ReturnType<typeof createApp>;
let desk: DeskClient;
const passholderId = randomUUID();
const logged: string[] = [];
/** What reached a phone or stands in an answer that refuses, with where it came from. */
const seen: { from: string; text: string }[] = [];

beforeAll(async () => {
  world = await openDeskWorld();
  const log = createLogger('trace', { write: (line: string) => void logged.push(line) });
  app = createApp({ ...world.context, log });
  desk = await new DeskClient(app).signIn(emailOf('bib'), PASSWORD);
  const cardSystem = 'uitpas-westhoek';
  await insertPeople(
    world.context.db,
    1,
    {
      passholders: [
        {
          id: passholderId,
          firstName: CANARIES['first name'],
          lastName: CANARIES['last name'],
          dateOfBirth: CANARIES['birth date'],
          postalCode: CANARIES['postal code'],
          nisCode: null,
        },
      ],
      memberships: [
        {
          passholderId,
          cardSystem,
          status: 'active',
          kansenstatuutUntil: CANARIES['end of the kansenstatuut'],
          suspendedUntil: null,
        },
      ],
      cards: [
        { number: NUMBER, cardSystem, passholderId, chip: CHIP, kind: 'card', state: 'active', since: 0 },
        { number: BLOCKED, cardSystem, passholderId, chip: null, kind: 'card', state: 'blocked', since: 0 },
      ],
    },
    world.context.clock.now(),
  );
});
afterAll(() => world.close());

async function sync(phone: TestPhone, from: string): Promise<SyncResponse | undefined> {
  const { body, signature } = phone.request(phone.commands.length > 0 ? [phone.run()] : []);
  const answer = await app.request('/api/sync', {
    method: 'POST',
    headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature },
    body,
  });
  const text = await answer.text();
  seen.push({ from, text: text + JSON.stringify([...answer.headers]) });
  return answer.ok ? SyncResponse.parse(JSON.parse(text)) : undefined;
}

async function refusedAs(from: string, path: string, body: unknown): Promise<number> {
  const answer = await desk.post(path, body);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  seen.push({ from, text: JSON.stringify(answer.body) + JSON.stringify([...answer.headers]) });
  return answer.status;
}

const found = (text: string): Canary[] =>
  (Object.keys(CANARIES) as Canary[]).filter((name) =>
    name === 'postal code'
      ? POSTAL_CODE.test(text)
      : text.toLowerCase().includes(CANARIES[name].toLowerCase()),
  );
/** Its four figures also stand in ids and moments now and then. */
const POSTAL_CODE = new RegExp(`(?<![0-9a-f-])${CANARIES['postal code']}(?![0-9a-f-])`, 'i');

it('an evening with everything that goes right and wrong', async () => {
  const now = world.context.clock.now();
  const activity = await world.activity();
  const { activityId } = activity;
  const phone = await world.phone([activityId]);
  const other = await world.phone([activityId], 'Inkom 2');

  phone.checkIn({ activityId, number: NUMBER }, now - 60_000);
  phone.checkIn({ activityId, number: BLOCKED }, now - 50_000);
  phone.checkIn({ activityId, chip: CHIP }, now - 40_000);
  phone.append(randomUUID(), `geen json ${CANARIES['first name']}`, CANARIES['last name']);
  const answer = await sync(phone, 'sync with scans');
  other.checkIn({ activityId, number: NUMBER }, now - 30_000);
  // A feed waits for every older transaction of the cluster, also for those of other tests.
  const visits = await pollUntil(async () => (await sync(other, 'sync of another phone'))?.changes.visits, {
    timeoutMs: 20_000,
    onTimeout: () => new Error('no visit of another phone'),
  });
  expect(JSON.stringify(visits)).toContain(phone.id);

  // The list of cards, as numbers and as chips.
  const { url } = answer?.changes.roster ?? { url: '' };
  const authorization = `Bearer ${answer?.token?.value ?? ''}`;
  for (const query of ['', '?of=chip']) {
    const file = await app.request(url + query, { headers: { authorization } });
    expect(file.status).toBe(200);
    const bytes = Buffer.from(await file.arrayBuffer());
    expect(bytes.length).toBeGreaterThan(20);
    const forms = [bytes.toString('latin1'), bytes.toString('utf16le'), bytes.toString('hex')];
    seen.push({ from: `roster ${query}`, text: forms.join('\n') });
  }

  // The desk may see a first name; nothing else of the person, and no number but the one it typed.
  const counter = await new DeskClient(app).signIn(emailOf('desk'), PASSWORD);
  const looked = await counter.post('/api/cards/look-up', { number: NUMBER });
  expect(found(JSON.stringify(looked.body)).sort()).toEqual(['card number', 'first name']);
  const list = await desk.get(`/api/activities/${activityId}/check-ins`);
  expect(found(JSON.stringify(list.body))).toEqual([]);
  const paper = await desk.post('/api/paper-lists', {
    requestId: randomUUID(),
    activityId,
    reason: 'geen stroom',
    rows: [
      { number: NUMBER, at: now - 20_000 },
      { number: CANARIES['national number that someone types'], at: now - 20_000 },
    ],
  });
  expect(paper.status).toBe(200);
  expect(found(JSON.stringify(paper.body))).toEqual([]);

  // A lost phone that hands in its scans, and who decides about them.
  await desk.post(`/api/devices/${other.id}/revoke`, {});
  other.checkIn({ activityId, number: NUMBER }, now - 10_000);
  await sync(other, 'sync of a revoked phone');
  const held = await desk.get(`/api/devices/${other.id}/quarantine?reason=device-revoked`);
  expect(held.status).toBe(200);
  expect(found(JSON.stringify(held.body))).toEqual([]);

  // The national number: written, compared, asked for and refused, and in the copy for the person alone.
  const admin = await new DeskClient(app).signIn(emailOf('admin'), PASSWORD);
  const { organisationId } = world.staffed.organisations.bib;
  const insz = CANARIES['national number in the file'];
  await world.context.db
    .insertInto('setting')
    .values({
      ...{ region_id: 1, key: 'inszAsked', nis_code: null, organisation_id: null, value: 'true' },
      ...{ from_day: '2020-01-01', withdraws: null, set_at: 0, set_by: 'system', reason: 'proef' },
    })
    .execute();
  const file = `/api/passholders/${passholderId}`;
  const answers = [
    await admin.post(`${file}/insz`, { organisationId, insz }),
    await admin.post(`${file}/insz/check`, { insz }),
    await counter.post('/api/passholders/duplicates', {
      ...{ organisationId, firstName: 'Iemand', lastName: 'Anders', dateOfBirth: '2001-01-01', insz },
    }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(answers[2]?.body).toEqual({ own: [], elsewhere: true });
  for (const { body } of answers) seen.push({ from: 'the national number', text: JSON.stringify(body) });
  expect(found(JSON.stringify((await admin.get(file)).body))).not.toContain('national number in the file');
  expect(found(JSON.stringify((await admin.post(`${file}/copy`, {})).body))).toContain(
    'national number in the file',
  );

  // A member of a club: its staff sees the name, a counter elsewhere that there is one more.
  const associationId = randomUUID();
  const of = `/api/associations/${associationId}`;
  const made = await admin.post('/api/associations', {
    ...{ associationId, kind: 'association', name: 'Turnkring', nisCode: null, organisationId },
    ...{ organisationReads: true, organisationWrites: true, endRule: 'registration-date', endMonths: 12 },
  });
  expect(made.status).toBe(201);
  const inHand = { number: NUMBER, dateOfBirth: CANARIES['birth date'] };
  const member = { who: inHand, from: civilDayOf(world.context.clock.now()), until: null };
  expect((await desk.post(`${of}/register`, { ...member, termId: randomUUID() })).status).toBe(201);
  await refusedAs('a member already', `${of}/register`, { ...member, termId: randomUUID() });
  const everybody = { view: 'all', text: CANARIES['last name'], page: 1 };
  const byClub = await desk.post(`${of}/members`, everybody);
  expect(found(JSON.stringify(byClub.body)).sort()).toEqual(['first name', 'last name']);
  const byCounter = await counter.post(`${of}/members`, { ...everybody, text: '' });
  expect(byCounter.body).toMatchObject({ members: [], elsewhere: 1 });
  expect(found(JSON.stringify(byCounter.body))).toEqual([]);

  // What people type where it does not belong, and what is refused.
  for (const text of Object.values(CANARIES)) {
    await refusedAs('look-up', '/api/cards/look-up', { number: `${text}x` });
    await refusedAs('look-up, not even JSON', '/api/cards/look-up', `{"number": "${text}`);
    await refusedAs('sign-in', '/api/auth/sign-in/email', { email: `${text}@x`, password: text });
    await refusedAs('an unknown field', '/api/enrol-links', { organisationId: text, [text]: text });
    await refusedAs('an unknown door', `/api/${encodeURIComponent(text)}`, {});
    await refusedAs('an enrol code', '/api/enrol', { protocol: 1, code: text, publicKey: text, name: text });
  }
});

it('when the database itself fails, with the card in its hand', async () => {
  const { db } = world.context;
  await sql`alter table card rename to card_away`.execute(db);
  const counter = await new DeskClient(app).signIn(emailOf('desk'), PASSWORD);
  const answer = await counter.post('/api/cards/look-up', { number: NUMBER });
  expect(answer.status).toBe(500);
  seen.push({ from: 'a failing look-up', text: JSON.stringify(answer.body) });
  const phone = await world.phone([(await world.activity()).activityId]);
  phone.checkIn({ activityId: randomUUID(), number: NUMBER }, world.context.clock.now());
  expect(await sync(phone, 'a failing sync')).toBeUndefined();
  await sql`alter table card_away rename to card`.execute(db);
  expect(logged.filter((line) => line.includes('"level":"error"')).length).toBeGreaterThanOrEqual(2);
});

it('no phone, no refusal and no error carries a word of it', () => {
  expect(seen.length).toBeGreaterThan(70);
  const told = seen.flatMap(({ from, text }) => found(text).map((canary) => `${from}: ${canary}`));
  expect(told).toEqual([]);
});

it('nor does the log, at its most talkative', () => {
  expect(logged.length).toBeGreaterThan(80);
  expect(found(logged.join('\n'))).toEqual([]);
});

it('nor the audit, the letters and what counts attempts', async () => {
  const { db } = world.context;
  await desk.post('/api/auth/request-password-reset', { email: emailOf('bib') });
  await desk.post('/api/account/password', { currentPassword: PASSWORD, newPassword: `${PASSWORD} anders` });
  const rows = await Promise.all([
    db.selectFrom('audit_entry').selectAll().execute(),
    db.selectFrom('attempt').selectAll().execute(),
    db.selectFrom('passholder_insz').selectAll().execute(),
    db.selectFrom('desk_act').selectAll().execute(),
    db.selectFrom('association_term').selectAll().execute(),
    // Not to whom: a letter has an address.
    db.selectFrom('outgoing_mail').select(['subject', 'body']).execute(),
  ]);
  expect(rows[5].length).toBeGreaterThanOrEqual(2);
  expect(rows[0].length).toBeGreaterThan(5);
  expect(found(JSON.stringify(rows))).toEqual([]);
});

it('a canary that does get out is seen', () => {
  expect(found(`x${NUMBER}y`)).toEqual(['card number']);
});
