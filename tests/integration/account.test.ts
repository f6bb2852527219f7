// One's own account: where one is signed in, the password, and the second step with an app or a code on paper.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Account, RecoveryCodes, SignInAnswer, TotpSetUp } from '#domain/account-api.ts';
import { must } from '#domain/kernel/assert.ts';
import { createApp } from '#server/app.ts';
import { totpCode, totpStep } from '#server/auth/totp.ts';
import { bytesOf } from '#tests/_support/authenticator-app.ts';
import { DeskClient } from '#tests/_support/desk-client.ts';
import { PASSWORD, emailOf, staffRegions } from '#tests/_support/staffed-region.ts';
import { openTestContext, type TestServer } from '#tests/_support/test-context.ts';

const STEP_MS = 30_000;
const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36';

let server: TestServer;
let app: ReturnType<typeof createApp>;
const client = (address?: string): DeskClient => new DeskClient(app, address);
const signedIn = (who: string): Promise<DeskClient> => client().signIn(emailOf(who), PASSWORD);

beforeAll(async () => {
  server = await openTestContext(Date.now());
  app = createApp(server.context);
  await staffRegions(server.context);
});
afterAll(() => server.close());

const accountOf = async (desk: DeskClient): Promise<Account> =>
  Account.parse((await desk.get('/api/account')).body);

/** The next code that was not used yet: half a minute passes. */
function nextCode(secret: string): string {
  server.setNow(server.context.clock.now() + STEP_MS);
  return totpCode(bytesOf(secret), totpStep(server.context.clock.now()));
}

async function turnOn(desk: DeskClient): Promise<{ secret: string; codes: readonly string[] }> {
  const { secret } = TotpSetUp.parse((await desk.post('/api/account/totp/begin', {})).body);
  const answer = await desk.post('/api/account/totp/confirm', { code: nextCode(secret) });
  return { secret, codes: RecoveryCodes.parse(answer.body).recoveryCodes };
}

const password = (desk: DeskClient, who: string) =>
  desk.post('/api/auth/sign-in/email', { email: emailOf(who), password: PASSWORD });

async function challengeOf(desk: DeskClient, who: string): Promise<string> {
  const answer = SignInAnswer.parse((await password(desk, who)).body);
  expect(answer.ok).toBe(false);
  return must(answer.challenge, 'a challenge');
}
const second = (desk: DeskClient, challenge: string, code: string) =>
  desk.post('/api/auth/sign-in/second', { challenge, code });

test('I see where I am signed in, and end one or all others; nobody sees or ends those of another', async () => {
  const here = client();
  const email = emailOf('desk');
  await here.post('/api/auth/sign-in/email', { email, password: PASSWORD }, { 'user-agent': CHROME });
  const there = await signedIn('desk');
  const third = await signedIn('desk');
  const other = await signedIn('bib');
  const { sessions } = await accountOf(here);
  expect(sessions).toHaveLength(3);
  expect(sessions.find(({ isThis }) => isThis)).toMatchObject({ browser: 'Chrome · Windows' });

  const idOf = async (desk: DeskClient): Promise<string> =>
    must(
      (await accountOf(desk)).sessions.find(({ isThis }) => isThis),
      'its own session',
    ).sessionId;
  const thereId = await idOf(there);
  expect((await other.post(`/api/account/sessions/${thereId}/end`, {})).status).toBe(404);
  expect((await there.get('/api/me')).status).toBe(200);
  expect((await here.post(`/api/account/sessions/${thereId}/end`, {})).status).toBe(200);
  expect((await there.get('/api/me')).status).toBe(401);

  await here.post('/api/account/end-other-sessions', {});
  expect((await third.get('/api/me')).status).toBe(401);
  expect((await here.get('/api/me')).status).toBe(200);
  expect((await other.get('/api/me')).status).toBe(200);
});

test('a new password wants the old one, and ends the sessions elsewhere', async () => {
  const here = await signedIn('auditor');
  const there = await signedIn('auditor');
  const change = (currentPassword: string, newPassword: string) =>
    here.post('/api/account/password', { currentPassword, newPassword });
  expect(await change('niet dit wachtwoord', 'een heel nieuw wachtwoord')).toMatchObject({
    code: 'proof-wrong',
  });
  expect(await change(PASSWORD, 'te kort')).toMatchObject({ code: 'PASSWORD_TOO_SHORT' });
  expect((await there.get('/api/me')).status).toBe(200);
  expect((await change(PASSWORD, 'een heel nieuw wachtwoord')).status).toBe(200);
  expect((await there.get('/api/me')).status).toBe(401);
  expect((await here.get('/api/me')).status).toBe(200);
  await client().signIn(emailOf('auditor'), 'een heel nieuw wachtwoord');
  await expect(signedIn('auditor')).rejects.toThrow();
});

test('my name as colleagues see it', async () => {
  const youth = await signedIn('youth');
  await youth.post('/api/account/name', { name: '  Tibo\u202e Jeugd ' });
  expect((await youth.get('/api/me')).body).toMatchObject({ name: 'Tibo Jeugd' });
});

test('the second step: password and code, each code once, and the password alone opens nothing', async () => {
  const bib = await signedIn('bib');
  expect(await accountOf(bib)).toMatchObject({ secondStep: false });
  await bib.post('/api/account/totp/begin', {});
  await signedIn('bib'); // a QR code that was never confirmed locks nobody out
  expect(await bib.post('/api/account/totp/confirm', { code: '000000' })).toMatchObject({
    code: 'code-wrong',
  });
  const { secret, codes } = await turnOn(bib);
  expect(codes).toHaveLength(10);
  expect(new Set(codes.map((code) => /^[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}$/.test(code)))).toEqual(
    new Set([true]),
  );
  expect(await bib.post('/api/account/totp/begin', {})).toMatchObject({ code: 'already-on' });

  const other = client();
  const challenge = await challengeOf(other, 'bib');
  expect(other.cookies.size).toBe(0);
  expect((await other.get('/api/me')).status).toBe(401);
  expect(await second(other, challenge, '000000')).toMatchObject({ status: 422, code: 'proof-wrong' });
  const code = nextCode(secret);
  const both = [client(), client()];
  const again = await challengeOf(client(), 'bib');
  const answers = await Promise.all([
    second(must(both[0], 'a'), challenge, code),
    second(must(both[1], 'b'), again, code),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);

  const onPaper = client();
  expect(
    (await second(onPaper, await challengeOf(onPaper, 'bib'), (codes[0] ?? '').toUpperCase())).status,
  ).toBe(200);
  expect((await onPaper.get('/api/me')).status).toBe(200);
  const twice = client();
  expect(await second(twice, await challengeOf(twice, 'bib'), codes[0] ?? '')).toMatchObject({
    code: 'proof-wrong',
  });
  expect(await accountOf(bib)).toMatchObject({ secondStep: true, recoveryCodesLeft: 9 });

  // Codes of somebody else, or made anew, are worth nothing.
  const renewed = RecoveryCodes.parse((await bib.post('/api/account/recovery-codes', {})).body).recoveryCodes;
  expect(await second(twice, await challengeOf(twice, 'bib'), codes[1] ?? '')).toMatchObject({
    code: 'proof-wrong',
  });
  expect((await second(twice, await challengeOf(twice, 'bib'), renewed[1] ?? '')).status).toBe(200);
});

test('a challenge is good for five codes and ten minutes', async () => {
  const challenge = await challengeOf(client(), 'bib');
  for (let i = 0; i < 5; i++) expect((await second(client(), challenge, '111111')).status).toBe(422);
  expect(await second(client(), challenge, '111111')).toMatchObject({ status: 429 });
  const old = await challengeOf(client(), 'bib');
  const now = server.context.clock.now();
  server.setNow(now + 10 * 60_000);
  expect(await second(client(), old, '111111')).toMatchObject({ status: 410, code: 'challenge-over' });
  server.setNow(now);
  expect(await second(client(), 'verzonnen', '111111')).toMatchObject({
    status: 410,
    code: 'challenge-over',
  });
});

test('a lost phone: an administrator takes the second step away, and it is written down', async () => {
  const admin = await signedIn('admin');
  const { user_id: userId } = await server.context.db
    .selectFrom('auth_totp')
    .select('user_id')
    .executeTakeFirstOrThrow();
  expect((await admin.post(`/api/staff/${userId}/remove-second-step`, {})).status).toBe(200);
  await signedIn('bib');
  const noted = await server.context.db
    .selectFrom('audit_entry')
    .select(['action', 'subject'])
    .where('action', '=', 'second-step-removed')
    .execute();
  expect(noted).toEqual([{ action: 'second-step-removed', subject: `user:${userId}` }]);
});

test('each change of how one signs in reaches its owner by letter, also when a colleague made it', async () => {
  const { db } = server.context;
  await db.deleteFrom('outgoing_mail').execute();
  const youth = await signedIn('youth');
  await turnOn(youth);
  await youth.post('/api/account/recovery-codes', {});
  await youth.post('/api/account/totp/remove', {});
  await turnOn(youth);
  const { id: userId } = await db
    .selectFrom('auth_user')
    .select('id')
    .where('email', '=', emailOf('youth'))
    .executeTakeFirstOrThrow();
  const admin = await signedIn('admin');
  await admin.post(`/api/staff/${userId}/remove-second-step`, {});
  await youth.post('/api/account/password', { currentPassword: PASSWORD, newPassword: PASSWORD });

  const letters = await db.selectFrom('outgoing_mail').selectAll().orderBy('created_at').execute();
  expect(new Set(letters.map(({ recipient }) => recipient))).toEqual(new Set([emailOf('youth')]));
  const said = letters.map(({ body }) => /veranderd: (.*)\./.exec(body ?? '')?.[1]);
  expect([...said].sort()).toEqual([
    'bij het aanmelden wordt geen code meer gevraagd',
    'bij het aanmelden wordt geen code meer gevraagd',
    'bij het aanmelden wordt nu ook een code gevraagd',
    'bij het aanmelden wordt nu ook een code gevraagd',
    'er is een nieuw wachtwoord gekozen',
    'er zijn nieuwe reservecodes gemaakt',
  ]);
  for (const { body } of letters) expect(body).not.toContain(PASSWORD);
});

test('secrets rest sealed: neither the key of the app nor a code on paper is in the database', async () => {
  const desk = await signedIn('desk');
  const { secret, codes } = await turnOn(desk);
  const [row] = await server.context.db.selectFrom('auth_totp').selectAll().execute();
  const sealed = must(row, 'a row').sealed;
  expect(sealed.includes(bytesOf(secret))).toBe(false);
  const hashes = await server.context.db.selectFrom('auth_recovery_code').select('code_hash').execute();
  expect(hashes.some(({ code_hash }) => code_hash.includes(Buffer.from(codes[0] ?? '')))).toBe(false);
  // A code of the app also shows who it is before a sensitive act; the same one never twice.
  const code = nextCode(secret);
  expect((await desk.post('/api/auth/prove', { code })).status).toBe(200);
  expect(await desk.post('/api/auth/prove', { code })).toMatchObject({ code: 'proof-wrong' });
  expect((await desk.post('/api/account/totp/remove', {})).status).toBe(200);
  await signedIn('desk');
});

test('from however many places: nobody locks a person out of the browser he works in', async () => {
  const own = await signedIn('youth');
  for (let i = 0; i < 40; i++)
    await client(`198.51.100.${i}`).post('/api/auth/sign-in/email', {
      email: emailOf('youth'),
      password: 'x'.repeat(12),
    });
  expect((await password(client('198.51.100.77'), 'youth')).status).toBe(429);
  await own.post('/api/auth/sign-out', {});
  expect((await password(own, 'youth')).status).toBe(200);
  expect((await own.get('/api/me')).status).toBe(200);
  // The mark is this person's alone: it opens no other door, and has a limit of its own.
  const wrong = { email: emailOf('youth'), password: 'x'.repeat(12) };
  for (let i = 0; i < 10; i++) await own.post('/api/auth/sign-in/email', wrong);
  expect((await password(own, 'youth')).status).toBe(429);
});

test('a town hall that comes to work at nine is no attack', async () => {
  for (let i = 0; i < 110; i++)
    expect((await password(client('203.0.113.99'), i % 2 === 0 ? 'admin' : 'foreign')).status).toBe(200);
  // A hundred slow hashes: half a minute where others use the machine too.
}, 120_000);
