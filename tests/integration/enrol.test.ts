import { afterAll, beforeAll, expect, test } from 'vitest';
import { DeskDevice, DeviceList, EnrolLink, EnrolLinkState } from '#domain/desk-api.ts';
import { enrolWords } from '#domain/devices/enrol-words.ts';
import { limits } from '#domain/kernel/limits.ts';
import {
  EnrolResponse,
  SIGNATURE_HEADER,
  publicKeyText,
  requestText,
  responseText,
} from '#domain/sync/exchange.ts';
import { createApp } from '#server/app.ts';
import { isSignedBy, sha256 } from '#server/devices/device-signatures.ts';
import { DeskClient, type Answer } from '#tests/_support/desk-client.ts';
import { PASSWORD, emailOf, staffRegions, type StaffedRegion } from '#tests/_support/staffed-region.ts';
import { TestPhone } from '#tests/_support/test-phone.ts';
import { APP_URL, openTestContext, type TestServer } from '#tests/_support/test-context.ts';

let server: TestServer;
let staffed: StaffedRegion;
let bib: DeskClient;
let activityId: string;
let addressNo = 10;

beforeAll(async () => {
  server = await openTestContext(Date.now());
  staffed = await staffRegions(server.context);
  bib = await new DeskClient(createApp(server.context)).signIn(emailOf('bib'), PASSWORD);
  const { organisationId } = staffed.organisations.bib;
  const now = server.context.clock.now();
  const answer = await bib.post('/api/activities', {
    organisationId,
    title: 'Jeugdboekenweek',
    place: 'Bibliotheek',
    points: 1,
    limit: { volume: 1, period: 'DAY' },
    marginBeforeMin: null,
    marginAfterMin: null,
    occurrences: [{ startsAt: now - 3_600_000, endsAt: now + 3_600_000 }],
  });
  activityId = (answer.body as { activityId: string }).activityId;
});
afterAll(() => server.close());

/** Each phone has its own address, so that no test meets the limit of another. */
const newPhone = () => new DeskClient(createApp(server.context), `198.51.100.${addressNo++}`);

async function makeLink(): Promise<EnrolLink> {
  const { organisationId } = staffed.organisations.bib;
  const answer = await bib.post('/api/enrol-links', { organisationId, activityIds: [activityId] });
  expect(answer.status).toBe(201);
  return EnrolLink.parse(answer.body);
}

const ask = (client: DeskClient, phone: TestPhone, code: string): Promise<Answer> =>
  client.post('/api/enrol', {
    protocol: 1,
    code,
    publicKey: phone.publicKey,
    name: 'Inkom links',
    platform: 'Android',
    appVersion: 'test',
  });

async function statusOf(client: DeskClient, phone: TestPhone, device: string): Promise<Answer> {
  const body = JSON.stringify({ protocol: 1, device, sentAt: 0 });
  const signature = phone.sign(requestText(device, body));
  const answer = await client.post('/api/enrol/status', body, { [SIGNATURE_HEADER]: signature });
  if (answer.status === 200) {
    const { publicJwk } = server.context.keys.receiptSigning[0];
    const signed = responseText(device, JSON.stringify(answer.body));
    expect(isSignedBy(publicJwk, signed, answer.headers.get(SIGNATURE_HEADER) ?? '')).toBe(true);
  }
  return answer;
}

test('a phone asks with the code, both see the same two words, the coordinator approves', async () => {
  const link = await makeLink();
  expect(link.code).toMatch(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
  expect(link.url).toBe(`${APP_URL}/koppel#${link.code}`);
  expect(link.qrSvg).toMatch(/^<svg/);
  expect((await bib.get(`/api/enrol-links/${link.linkId}`)).body).toEqual({ state: 'open', device: null });

  const phone = new TestPhone();
  const client = newPhone();
  const asked = EnrolResponse.parse(
    (await ask(client, phone, link.code.toLowerCase().replace('-', ' '))).body,
  );
  expect(asked).toMatchObject({
    region: 'westhoek',
    organisationName: 'Bibliotheek Ieper',
    activityTitles: ['Jeugdboekenweek'],
    serverKey: server.context.keys.receiptSigning[0].publicJwk,
  });
  expect((await statusOf(client, phone, asked.device)).body).toEqual({ state: 'pending' });

  const seen = EnrolLinkState.parse((await bib.get(`/api/enrol-links/${link.linkId}`)).body);
  const words = enrolWords(sha256, asked.device, publicKeyText(phone.publicKey));
  expect(seen).toMatchObject({ state: 'used', device: { state: 'pending', words: [...words] } });

  const wrong = await bib.post(`/api/devices/${asked.device}/approve`, { words: ['appel', 'zout'] });
  expect(wrong).toMatchObject({ status: 422, code: 'words-differ' });
  const approved = await bib.post(`/api/devices/${asked.device}/approve`, { words });
  expect(DeskDevice.parse(approved.body)).toMatchObject({ state: 'active', words: null, owes: 0 });
  expect((await statusOf(client, phone, asked.device)).body).toEqual({ state: 'active' });
  expect(await bib.post(`/api/devices/${asked.device}/approve`, { words })).toMatchObject({ status: 409 });
});

test('a lost answer is given again to the same key, another phone hears that the code is used', async () => {
  const { code } = await makeLink();
  const phone = new TestPhone();
  const client = newPhone();
  const first = await ask(client, phone, code);
  expect((await ask(client, phone, code)).body).toEqual(first.body);
  expect(await ask(newPhone(), new TestPhone(), code)).toMatchObject({
    status: 410,
    code: 'enrol-code-used',
  });
});

test('of ten phones with the same code at once one asks', async () => {
  const { code } = await makeLink();
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(newPhone(), new TestPhone(), code)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter((answer) => answer.code === 'enrol-code-used')).toHaveLength(9);
});

test('an old, unknown or mistyped code says which it is; a bad key spends nothing', async () => {
  const link = await makeLink();
  const phone = new TestPhone();
  const badKey = { ...phone.publicKey, y: phone.publicKey.x };
  const bad = await newPhone().post('/api/enrol', {
    protocol: 1,
    code: link.code,
    publicKey: badKey,
    name: 'x',
    platform: '',
    appVersion: '',
  });
  expect(bad).toMatchObject({ status: 422, code: 'bad-key' });
  expect(await ask(newPhone(), phone, 'ABCD')).toMatchObject({ status: 422, code: 'enrol-code-malformed' });
  expect(await ask(newPhone(), phone, 'ZZZZ-ZZZZ')).toMatchObject({
    status: 404,
    code: 'enrol-code-unknown',
  });

  const now = server.context.clock.now();
  server.setNow(now + limits.enrolLinkMs);
  expect(await ask(newPhone(), phone, link.code)).toMatchObject({ status: 410, code: 'enrol-code-expired' });
  expect((await bib.get(`/api/enrol-links/${link.linkId}`)).body).toMatchObject({ state: 'expired' });
  server.setNow(now);
});

test('codes cannot be tried out from one address', async () => {
  const guesser = newPhone();
  const guess = () => ask(guesser, new TestPhone(), 'ABCD-EFGH');
  for (let i = 0; i < 20; i++) expect((await guess()).status).toBe(404);
  expect(await guess()).toMatchObject({ status: 429, code: 'too-many-requests' });
});

test('thirty phones on the wifi of one hall all get in', async () => {
  const hall = newPhone();
  for (let i = 0; i < 30; i++)
    expect((await ask(hall, new TestPhone(), (await makeLink()).code)).status).toBe(200);
});

test('a request that nobody approves in half an hour is over', async () => {
  const { code } = await makeLink();
  const phone = new TestPhone();
  const client = newPhone();
  const { device } = EnrolResponse.parse((await ask(client, phone, code)).body);
  const now = server.context.clock.now();
  server.setNow(now + limits.enrolApprovalMs);
  expect((await statusOf(client, phone, device)).body).toEqual({ state: 'expired' });
  const words = enrolWords(sha256, device, publicKeyText(phone.publicKey));
  expect(await bib.post(`/api/devices/${device}/approve`, { words })).toMatchObject({
    status: 409,
    code: 'approval-expired',
  });
  server.setNow(now);
});

test('only the phone itself hears its state', async () => {
  const { code } = await makeLink();
  const phone = new TestPhone();
  const client = newPhone();
  const { device } = EnrolResponse.parse((await ask(client, phone, code)).body);
  expect(await statusOf(client, new TestPhone(), device)).toMatchObject({
    status: 401,
    code: 'not-this-device',
  });
  expect(await statusOf(client, phone, crypto.randomUUID())).toMatchObject({
    status: 401,
    code: 'not-this-device',
  });
});

test('rename and revoke: the token is gone, what is in custody still counts, the list shows it', async () => {
  const { code } = await makeLink();
  const phone = new TestPhone();
  const client = newPhone();
  const { device } = EnrolResponse.parse((await ask(client, phone, code)).body);
  const words = enrolWords(sha256, device, publicKeyText(phone.publicKey));
  await bib.post(`/api/devices/${device}/approve`, { words });
  const renamed = await bib.post(`/api/devices/${device}/rename`, { name: '  Inkom rechts ' });
  expect(renamed.body).toMatchObject({ name: 'Inkom rechts' });
  await server.context.db
    .updateTable('device')
    .set({ acked_seq: 7, head_seq: 9, token_hash: Buffer.from('x'), token_expires_at: 1 })
    .where('device_id', '=', device)
    .execute();
  expect((await bib.post(`/api/devices/${device}/revoke`, {})).body).toMatchObject({
    state: 'revoked',
    owes: 2,
  });
  expect(await bib.post(`/api/devices/${device}/revoke`, {})).toMatchObject({
    status: 409,
    code: 'not-active',
  });
  const row = await server.context.db
    .selectFrom('device')
    .select(['revoked_after_seq', 'token_hash'])
    .where('device_id', '=', device)
    .executeTakeFirst();
  expect(row).toEqual({ revoked_after_seq: 7, token_hash: null });
  expect((await statusOf(client, phone, device)).body).toEqual({ state: 'revoked' });
  const list = DeviceList.parse((await bib.get('/api/devices')).body);
  expect(list.devices.find(({ deviceId }) => deviceId === device)?.state).toBe('revoked');
  const audit = await server.context.db
    .selectFrom('audit_entry')
    .select('action')
    .where('subject', '=', `device:${device}`)
    .orderBy('audit_id')
    .execute();
  expect(audit.map(({ action }) => action)).toEqual(['phone-approved', 'phone-renamed', 'phone-revoked']);
});
