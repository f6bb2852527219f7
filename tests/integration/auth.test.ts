import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAdmin } from '#server/auth/admin-cli.ts';
import { SESSION_MS_MAX } from '#server/auth/sign-in.ts';
import { createApp } from '#server/app.ts';
import { OperatorError } from '#server/operator-error.ts';
import { DeskClient } from '#tests/_support/desk-client.ts';
import { PASSWORD, emailOf, staffRegions } from '#tests/_support/staffed-region.ts';
import { APP_URL, openTestContext, secret, type TestServer } from '#tests/_support/test-context.ts';

let server: TestServer;
let app: ReturnType<typeof createApp>;
const client = (address?: string): DeskClient => new DeskClient(app, address);

beforeAll(async () => {
  server = await openTestContext(Date.now());
  app = createApp(server.context);
  await staffRegions(server.context);
});
afterAll(() => server.close());

test('signing in gives a host cookie that scripts cannot read, and me says who', async () => {
  const desk = client();
  const answer = await desk.post('/api/auth/sign-in/email', { email: emailOf('desk'), password: PASSWORD });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ ok: true });
  const [cookie = ''] = answer.headers.getSetCookie();
  expect(cookie).toMatch(/^__Host-streekbalie-session=/);
  for (const attribute of [/;\s*secure/i, /httponly/i, /samesite=lax/i, /path=\//i])
    expect(cookie).toMatch(attribute);
  expect(cookie).not.toMatch(/domain=/i);

  const me = await desk.get('/api/me');
  expect(me.body).toMatchObject({
    email: emailOf('desk'),
    roles: [{ role: 'municipality-desk', place: 'Ieper' }],
    organisations: [{ name: 'Bibliotheek Ieper' }, { name: 'Museum Ieper' }],
  });
  expect(me.body).toHaveProperty('actions', expect.arrayContaining(['card.look-up', 'activity.write']));
  expect(me.body).toHaveProperty('actions', expect.not.arrayContaining(['audit.read', 'check-in.scan']));
});

test('nobody is signed in without a cookie, with a forged one, or after signing out', async () => {
  expect(await client().get('/api/me')).toMatchObject({ status: 401, code: 'not-signed-in' });
  const forged = client();
  forged.setCookie('__Host-streekbalie-session', 'token.c2lnbmF0dXJl');
  expect((await forged.get('/api/me')).status).toBe(401);

  const desk = await client().signIn(emailOf('desk'), PASSWORD);
  const before = [...desk.cookies];
  expect((await desk.post('/api/auth/sign-out', {})).status).toBe(200);
  // What stays only says that this person signed in here before.
  expect([...desk.cookies.keys()].filter((name) => !name.includes('-known-'))).toEqual([]);
  const replayed = client();
  for (const [name, value] of before) replayed.setCookie(name, value);
  expect((await replayed.get('/api/me')).status).toBe(401);
});

test('a wrong password and an unknown address get the same answer, and only the known one is audited', async () => {
  const wrong = await client().post('/api/auth/sign-in/email', {
    email: emailOf('desk'),
    password: 'nee nee nee nee',
  });
  const unknown = await client().post('/api/auth/sign-in/email', {
    email: 'niemand@test.invalid',
    password: 'nee nee nee nee',
  });
  expect(wrong).toMatchObject({ status: 401, code: 'INVALID_EMAIL_OR_PASSWORD' });
  expect(unknown.body).toEqual(wrong.body);
  const audited = await server.context.db
    .selectFrom('audit_entry')
    .select('action')
    .where('action', '=', 'sign-in-failed')
    .execute();
  expect(audited).toHaveLength(1);
});

test('requests of another site and forms change nothing', async () => {
  const desk = await client().signIn(emailOf('desk'), PASSWORD);
  const foreign = await desk.post('/api/auth/sign-out', {}, { origin: 'https://evil.example' });
  expect(foreign).toMatchObject({ status: 403, code: 'foreign-origin' });
  const form = await desk.post('/api/enrol-links', 'a=b', {
    'content-type': 'application/x-www-form-urlencoded',
  });
  expect(form).toMatchObject({ status: 415, code: 'wrong-content-type' });
  expect((await desk.get('/api/me')).status).toBe(200);
});

test('better-auth has no other door', async () => {
  const desk = await client().signIn(emailOf('desk'), PASSWORD);
  for (const path of ['sign-up/email', 'change-email', 'update-user', 'delete-user', 'change-password']) {
    expect((await desk.post(`/api/auth/${path}`, {})).status).toBe(404);
  }
  expect((await desk.get('/api/auth/get-session')).status).toBe(404);
});

test('a person is slowed down after ten wrong passwords from one place, others go on', async () => {
  const attacker = client('203.0.113.7');
  const tryOnce = () =>
    attacker.post('/api/auth/sign-in/email', { email: emailOf('auditor'), password: 'x'.repeat(12) });
  for (let i = 0; i < 10; i++) expect((await tryOnce()).status).toBe(401);
  const slowed = await tryOnce();
  expect(slowed).toMatchObject({ status: 429, code: 'too-many-requests' });
  expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0);
  await client('203.0.113.8').signIn(emailOf('auditor'), PASSWORD);
});

test('nobody locks out another person from one place, however often they try', async () => {
  const attacker = client('203.0.113.17');
  for (let i = 0; i < 40; i++)
    await attacker.post('/api/auth/sign-in/email', { email: emailOf('youth'), password: 'x'.repeat(12) });
  await client('203.0.113.18').signIn(emailOf('youth'), PASSWORD);
});

test('a session ends after seven days whatever happens', async () => {
  const desk = await client().signIn(emailOf('bib'), PASSWORD);
  const now = server.context.clock.now();
  server.setNow(now + SESSION_MS_MAX + 60_000);
  expect((await desk.get('/api/me')).status).toBe(401);
  server.setNow(now);
  expect((await desk.get('/api/me')).status).toBe(401);
});

test('after a rotation of the session key old sessions go on and new ones use the new key', async () => {
  const before = await client().signIn(emailOf('youth'), PASSWORD);
  const keys = server.context.keys;
  const rotated = createApp({
    ...server.context,
    keys: { ...keys, session: [secret('newer'), ...keys.session] },
  });
  const after = new DeskClient(rotated);
  for (const [name, value] of before.cookies) after.setCookie(name, value);
  expect((await after.get('/api/me')).status).toBe(200);
  await new DeskClient(rotated).signIn(emailOf('youth'), PASSWORD);
  expect((await after.post('/api/auth/sign-out', {})).status).toBe(200);
  expect((await before.get('/api/me')).status).toBe(401);
});

test('a forgotten password: a letter with a link, once, and every session ends', async () => {
  const desk = await client().signIn(emailOf('desk'), PASSWORD);
  expect((await client().post('/api/auth/request-password-reset', { email: emailOf('desk') })).status).toBe(
    200,
  );
  expect(
    (await client().post('/api/auth/request-password-reset', { email: 'niemand@test.invalid' })).status,
  ).toBe(200);
  const letters = await server.context.db.selectFrom('outgoing_mail').select(['recipient', 'body']).execute();
  expect(letters).toHaveLength(1);
  const token = tokenIn(letters[0]?.body ?? '');
  const reset = (newPassword: string) => client().post('/api/auth/reset-password', { token, newPassword });

  expect(await reset('te kort')).toMatchObject({ status: 422, code: 'PASSWORD_TOO_SHORT' });
  expect((await reset('een ander lang wachtwoord')).status).toBe(200);
  expect(await reset('nog een lang wachtwoord')).toMatchObject({ status: 410, code: 'INVALID_TOKEN' });
  expect((await desk.get('/api/me')).status).toBe(401);
  await client().signIn(emailOf('desk'), 'een ander lang wachtwoord');
  const after = await server.context.db.selectFrom('outgoing_mail').select(['recipient', 'body']).execute();
  expect(after.map(({ recipient }) => recipient)).toEqual([emailOf('desk'), emailOf('desk')]);
  expect(after.at(-1)?.body).toContain('er is een nieuw wachtwoord gekozen');
});

test('the first administrator chooses a password by a link and gets the region', async () => {
  const lines: string[] = [];
  const terminal = { say: (line: string) => void lines.push(line), ask: undefined };
  await expect(runAdmin(['create', 'geen-adres'], server.context, terminal)).rejects.toThrow(OperatorError);
  await expect(runAdmin(['create', 'baas@test.invalid'], server.context, terminal)).rejects.toThrow(
    /westhoek, elders/,
  );
  expect(
    await runAdmin(['create', 'baas@test.invalid', '--region', 'westhoek'], server.context, terminal),
  ).toBe(0);
  const link = lines.find((line) => line.startsWith(APP_URL)) ?? '';
  const password = 'wachtwoord van de baas';
  const answer = await client().post('/api/auth/reset-password', {
    token: tokenIn(link),
    newPassword: password,
  });
  expect(answer.status).toBe(200);
  const boss = await client().signIn('baas@test.invalid', password);
  expect((await boss.get('/api/me')).body).toMatchObject({
    roles: [{ role: 'region-admin', place: 'Westhoek' }],
  });
});

const tokenIn = (text: string): string => /wachtwoord#token=([\w-]+)/.exec(text)?.[1] ?? '';
