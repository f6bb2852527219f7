// What opens a session and what one is made of: the password to the letter, a new token each time, an end in time.
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApp } from '#server/app.ts';
import { DeskClient } from '#tests/_support/desk-client.ts';
import { PASSWORD, emailOf, staffRegions } from '#tests/_support/staffed-region.ts';
import { openTestContext, type TestServer } from '#tests/_support/test-context.ts';

const COOKIE = '__Host-streekbalie-session';

let server: TestServer;
let app: ReturnType<typeof createApp>;
beforeAll(async () => {
  server = await openTestContext(Date.now());
  await staffRegions(server.context);
  app = createApp(server.context);
});
afterAll(() => server.close());

const signIn = (who: string, password: string, desk = new DeskClient(app)) =>
  desk.post('/api/auth/sign-in/email', { email: emailOf(who), password });

it('a password counts as it was typed: every letter, every space, to the last one', async () => {
  const desk = await new DeskClient(app).signIn(emailOf('desk'), PASSWORD);
  // Any signs at all, of any writing, longer than most people would type.
  const long = ` Ünïcode, 密码 🙂 and spaces ${'x'.repeat(90)} `;
  expect(long.length).toBeGreaterThan(100);
  const change = { currentPassword: PASSWORD, newPassword: long };
  expect((await desk.post('/api/account/password', change)).status).toBe(200);
  expect((await signIn('desk', long)).status).toBe(200);
  for (const almost of [long.trim(), long.toLowerCase(), long.slice(0, 72), `${long} `, long.slice(0, -1)])
    expect((await signIn('desk', almost)).status).toBe(401);
});

it('a password needs the present one, twelve characters, and no kind of sign in particular', async () => {
  const desk = await new DeskClient(app).signIn(emailOf('youth'), PASSWORD);
  const change = (currentPassword: string, newPassword: string) =>
    desk.post('/api/account/password', { currentPassword, newPassword });
  expect(await change('niet dit wachtwoord', 'zomaar twaalf tekens')).toMatchObject({ code: 'proof-wrong' });
  expect(await change(PASSWORD, 'elf tekens.')).toMatchObject({ status: 422 });
  expect((await change(PASSWORD, 'alleen kleine letters')).status).toBe(200);
});

it('a password that others would try first is refused, wherever one is chosen', async () => {
  const desk = await new DeskClient(app).signIn(emailOf('auditor'), PASSWORD);
  for (const newPassword of ['Wachtwoord123!', 'streekbalie2026', 'auditor-auditor-1'])
    expect(
      await desk.post('/api/account/password', { currentPassword: PASSWORD, newPassword }),
    ).toMatchObject({
      status: 422,
      code: 'PASSWORD_GUESSABLE',
    });
  const reset = { token: 'x'.repeat(24), newPassword: 'qwertyuiop123' };
  expect(await desk.post('/api/auth/reset-password', reset)).toMatchObject({ code: 'PASSWORD_GUESSABLE' });
});

it('of passwords only a slow, salted hash is kept', async () => {
  const rows = await server.context.db.selectFrom('auth_account').select('password').execute();
  const hashes = rows.map(({ password }) => password ?? '');
  expect(hashes.length).toBeGreaterThan(4);
  // scrypt: a salt of 16 bytes and a key of 64.
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/);
  expect(new Set(hashes.map((hash) => hash.split(':')[0])).size).toBeGreaterThan(2);
  expect(JSON.stringify(rows)).not.toContain(PASSWORD);
});

it('signing in makes a new token of at least 128 bits, whatever the browser brings, and ends the one before', async () => {
  const planted = new DeskClient(app);
  planted.setCookie(COOKIE, 'chosen-by-somebody-else.c2lnbmF0dXJl');
  expect((await signIn('bib', PASSWORD, planted)).status).toBe(200);
  const first = planted.cookies.get(COOKIE) ?? '';
  expect(first).not.toContain('chosen-by-somebody-else');
  const [token = ''] = decodeURIComponent(first).split('.');
  expect(token).toMatch(/^[A-Za-z0-9]{32}$/); // 32 of 62 signs: 190 bits

  expect((await signIn('bib', PASSWORD, planted)).status).toBe(200);
  expect(planted.cookies.get(COOKIE)).not.toBe(first);
  const old = new DeskClient(app);
  old.setCookie(COOKIE, first);
  expect((await old.get('/api/me')).status).toBe(401);
  expect((await planted.get('/api/me')).status).toBe(200);
});

it('who only reads the database cannot make a cookie of what stands there', async () => {
  await new DeskClient(app).signIn(emailOf('bib'), PASSWORD);
  const { rows } = await sql<{ token: string }>`select token from auth_session`.execute(server.context.db);
  for (const { token } of rows) {
    const thief = new DeskClient(app);
    thief.setCookie(COOKIE, token);
    expect((await thief.get('/api/me')).status).toBe(401);
  }
});

it('a session that nobody uses for eight hours is over', async () => {
  const desk = await new DeskClient(app).signIn(emailOf('auditor'), PASSWORD);
  const hoursLeft = async (): Promise<number> => {
    const { rows } = await sql<{ hours: number }>`
      select extract(epoch from max(expires_at) - now())::float / 3600 as hours from auth_session s
      join auth_user u on u.id = s.user_id where u.email = ${emailOf('auditor')}
    `.execute(server.context.db);
    return rows[0]?.hours ?? 0;
  };
  expect(await hoursLeft()).toBeGreaterThan(7.9);
  expect(await hoursLeft()).toBeLessThanOrEqual(8);
  await sql`update auth_session set expires_at = now() - interval '1 second'`.execute(server.context.db);
  expect((await desk.get('/api/me')).status).toBe(401);
});

it('a role that is taken back is gone at the next request', async () => {
  const desk = await new DeskClient(app).signIn(emailOf('auditor'), PASSWORD);
  expect((await desk.get('/api/activities')).status).toBe(200);
  await sql`delete from role_grant g using auth_user u where u.id = g.user_id and u.email = ${emailOf('auditor')}`.execute(
    server.context.db,
  );
  expect((await desk.get('/api/activities')).status).toBeGreaterThanOrEqual(401);
});
