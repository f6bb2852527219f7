// Colleagues: invited by a link that works once, seen and managed only within one's own reach.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { limits } from '#domain/kernel/limits.ts';
import { InvitationFacts, PersonLink, StaffList } from '#domain/staff-api.ts';
import { createApp } from '#server/app.ts';
import { addPerson } from '#server/auth/accounts.ts';
import { DeskClient } from '#tests/_support/desk-client.ts';
import { PASSWORD, emailOf, staffRegions, type StaffedRegion } from '#tests/_support/staffed-region.ts';
import { openTestContext, type TestServer } from '#tests/_support/test-context.ts';

const NEW_PASSWORD = 'een wachtwoord van de nieuwe';

let server: TestServer;
let app: ReturnType<typeof createApp>;
let organisations: StaffedRegion['organisations'];
const client = (address?: string): DeskClient => new DeskClient(app, address);
const signedIn = (who: string): Promise<DeskClient> => client().signIn(emailOf(who), PASSWORD);

beforeAll(async () => {
  server = await openTestContext(Date.now());
  app = createApp(server.context);
  organisations = (await staffRegions(server.context)).organisations;
});
afterAll(() => server.close());

const atBib = () => ({ kind: 'organisation', organisationId: organisations.bib.organisationId });
const tokenIn = (text: string): string => /#token=([\w-]+)/.exec(text)?.[1] ?? '';

async function invite(desk: DeskClient, email: string, role = 'youth-worker', place: unknown = atBib()) {
  const answer = await desk.post('/api/staff/invitations', { email, role, place });
  expect(answer).toMatchObject({ status: 201 });
  return { token: tokenIn(PersonLink.parse(answer.body).url) };
}
const accept = (token: string, password: string, name?: string) =>
  client().post('/api/invitations/accept', { token, password, ...(name !== undefined && { name }) });
const listOf = async (desk: DeskClient): Promise<StaffList> =>
  StaffList.parse((await desk.get('/api/staff')).body);

test('from the invitation to the first sign-in, by a link that works once', async () => {
  const admin = await signedIn('admin');
  const { token } = await invite(admin, 'Nieuw@Test.invalid');
  const [letter] = await server.context.db
    .selectFrom('outgoing_mail')
    .select(['recipient', 'body'])
    .where('recipient', '=', 'nieuw@test.invalid')
    .execute();
  expect(tokenIn(letter?.body ?? '')).toBe(token);
  expect((await listOf(admin)).invitations).toMatchObject([
    { email: 'nieuw@test.invalid', role: 'youth-worker', placeName: 'Bibliotheek Ieper' },
  ]);

  const looked = InvitationFacts.parse((await client().post('/api/invitations/look', { token })).body);
  expect(looked).toMatchObject({ regionName: 'Westhoek', placeName: 'Bibliotheek Ieper', hasAccount: false });
  expect(await accept(token, 'te kort', 'Noor')).toMatchObject({ status: 422, code: 'PASSWORD_TOO_SHORT' });
  expect(await accept(token, NEW_PASSWORD)).toMatchObject({ status: 422, code: 'name-missing' });
  expect((await accept(token, NEW_PASSWORD, 'Noor')).status).toBe(200);
  expect(await accept(token, NEW_PASSWORD, 'Noor')).toMatchObject({ status: 410, code: 'invitation-over' });

  const noor = await client().signIn('nieuw@test.invalid', NEW_PASSWORD);
  expect((await noor.get('/api/me')).body).toMatchObject({
    name: 'Noor',
    roles: [{ role: 'youth-worker', place: 'Bibliotheek Ieper' }],
  });
  const after = await listOf(admin);
  expect(after.invitations).toEqual([]);
  expect(after.staff.find(({ email }) => email === 'nieuw@test.invalid')).toMatchObject({
    hasSignedIn: true,
    sessions: 1,
    mayManage: true,
  });
});

test('two who open the same link at the same time: one account, one role', async () => {
  const { token } = await invite(await signedIn('admin'), 'tegelijk@test.invalid');
  const answers = await Promise.all([
    accept(token, NEW_PASSWORD, 'Een'),
    accept(token, NEW_PASSWORD, 'Twee'),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
});

test('an old, a withdrawn and a replaced link open nothing', async () => {
  const admin = await signedIn('admin');
  const old = await invite(admin, 'oud@test.invalid');
  const newer = await invite(admin, 'oud@test.invalid');
  expect(await accept(old.token, NEW_PASSWORD, 'Oud')).toMatchObject({ status: 410 });
  const { invitations } = await listOf(admin);
  const found = invitations.filter(({ email }) => email === 'oud@test.invalid');
  expect(found).toHaveLength(1);
  await admin.post(`/api/staff/invitations/${found[0]?.invitationId ?? ''}/withdraw`, {});
  expect(await accept(newer.token, NEW_PASSWORD, 'Oud')).toMatchObject({ status: 410 });

  const late = await invite(admin, 'laat@test.invalid');
  const now = server.context.clock.now();
  server.setNow(now + limits.invitationMs);
  const answer = await client().post('/api/invitations/look', { token: late.token });
  server.setNow(now);
  expect(answer).toMatchObject({ status: 410, code: 'invitation-over' });
});

test('who has an account proves it: a copied link opens no account of a colleague', async () => {
  const { token } = await invite(await signedIn('bib'), emailOf('desk'));
  expect((await client().post('/api/invitations/look', { token })).body).toMatchObject({ hasAccount: true });
  expect(await accept(token, NEW_PASSWORD, 'Dief')).toMatchObject({
    status: 401,
    code: 'INVALID_EMAIL_OR_PASSWORD',
  });
  expect((await accept(token, PASSWORD)).status).toBe(200);
  const desk = await signedIn('desk');
  expect((await desk.get('/api/me')).body).toMatchObject({
    name: 'desk',
    roles: [{ role: 'municipality-desk' }, { role: 'youth-worker' }],
  });
});

test('somebody of another region is not drawn over', async () => {
  const { token } = await invite(await signedIn('admin'), emailOf('foreign'));
  expect(await accept(token, PASSWORD)).toMatchObject({ status: 409, code: 'other-region' });
});

test('an account without any role begins anew: the former owner of the address gets nowhere', async () => {
  const admin = await signedIn('admin');
  const first = await invite(admin, 'onthaal@test.invalid');
  await accept(first.token, NEW_PASSWORD, 'Vorige');
  const former = await client().signIn('onthaal@test.invalid', NEW_PASSWORD);
  const member = (await listOf(admin)).staff.find(({ email }) => email === 'onthaal@test.invalid');
  await admin.post(`/api/staff/grants/${member?.roles[0]?.grantId ?? ''}/withdraw`, {});
  expect((await former.get('/api/me')).status).toBe(401);

  const second = await invite(admin, 'onthaal@test.invalid');
  expect((await accept(second.token, 'een heel ander wachtwoord', 'Nieuwe')).status).toBe(200);
  expect((await former.get('/api/me')).status).toBe(401);
  await expect(client().signIn('onthaal@test.invalid', NEW_PASSWORD)).rejects.toThrow();
  await client().signIn('onthaal@test.invalid', 'een heel ander wachtwoord');
});

test('an organisation sees and gives only what is its own', async () => {
  const bib = await signedIn('bib');
  const { staff, offers } = await listOf(bib);
  expect(staff.map(({ email }) => email)).toContain(emailOf('bib'));
  expect(staff.map(({ email }) => email)).not.toContain(emailOf('admin'));
  expect(staff.map(({ email }) => email)).not.toContain(emailOf('youth'));
  expect(offers).toEqual([
    { role: 'youth-worker', places: [{ place: atBib(), name: 'Bibliotheek Ieper' }] },
    { role: 'organisation-admin', places: [{ place: atBib(), name: 'Bibliotheek Ieper' }] },
  ]);
  const ask = (role: string, place: unknown) =>
    bib.post('/api/staff/invitations', { email: 'hoger@test.invalid', role, place });
  expect(await ask('region-admin', { kind: 'region' })).toMatchObject({ status: 403 });
  expect(await ask('municipality-desk', { kind: 'municipality', nisCode: '33011' })).toMatchObject({
    status: 403,
  });
  expect(await ask('region-admin', atBib())).toMatchObject({ status: 409, code: 'not-yours-to-give' });
  expect(await ask('scanner-phone', atBib())).toMatchObject({ status: 409, code: 'not-yours-to-give' });
});

test('who has a role beyond my reach is not mine to sign out, nor to give a password link', async () => {
  const admin = await signedIn('admin');
  const bib = await signedIn('bib');
  const userId = await addPerson(server.context, {
    email: 'twee@test.invalid',
    name: 'Twee rollen',
    grants: [
      { regionId: 1, role: 'youth-worker', place: { kind: 'organisation', ...organisations.bib } },
      { regionId: 1, role: 'youth-worker', place: { kind: 'organisation', ...organisations.pool } },
    ],
    by: 'system',
  });
  const member = (list: StaffList) => list.staff.find((one) => one.userId === userId);
  expect(member(await listOf(bib))).toMatchObject({
    mayManage: false,
    roles: [{ placeName: 'Bibliotheek Ieper' }],
  });
  expect(await bib.post(`/api/staff/${userId}/password-link`, {})).toMatchObject({ code: 'beyond-reach' });
  expect(await bib.post(`/api/staff/${userId}/sign-out`, {})).toMatchObject({ code: 'beyond-reach' });
  expect(member(await listOf(admin))?.roles).toHaveLength(2);

  const link = PersonLink.parse((await admin.post(`/api/staff/${userId}/password-link`, {})).body);
  const reset = { token: tokenIn(link.url), newPassword: NEW_PASSWORD };
  expect((await client().post('/api/auth/reset-password', reset)).status).toBe(200);
  const two = await client().signIn('twee@test.invalid', NEW_PASSWORD);
  await admin.post(`/api/staff/${userId}/sign-out`, {});
  expect((await two.get('/api/me')).status).toBe(401);
});

test('an invitation is worth what its inviter may still give: who was let go leaves no way in behind', async () => {
  const admin = await signedIn('admin');
  const { token } = await invite(admin, 'vertrekt@test.invalid', 'region-admin', { kind: 'region' });
  await accept(token, NEW_PASSWORD, 'Vertrekt');
  const leaving = await client().signIn('vertrekt@test.invalid', NEW_PASSWORD);
  const back = await invite(leaving, 'vertrekt.thuis@test.invalid', 'region-admin', { kind: 'region' });
  const honest = await invite(admin, 'blijft@test.invalid');
  const member = (await listOf(admin)).staff.find(({ email }) => email === 'vertrekt@test.invalid');
  await admin.post(`/api/staff/grants/${member?.roles[0]?.grantId ?? ''}/withdraw`, {});

  const looked = await client().post('/api/invitations/look', { token: back.token });
  expect(looked).toMatchObject({ status: 410, code: 'invitation-over' });
  expect(await accept(back.token, NEW_PASSWORD, 'Terug')).toMatchObject({ status: 410 });
  expect((await accept(honest.token, NEW_PASSWORD, 'Blijft')).status).toBe(200);
});

test('a link for a new password is worth nothing any more after another new password', async () => {
  const admin = await signedIn('admin');
  const { token } = await invite(admin, 'twee.links@test.invalid');
  await accept(token, NEW_PASSWORD, 'Twee');
  const member = (await listOf(admin)).staff.find(({ email }) => email === 'twee.links@test.invalid');
  const link = async (): Promise<string> =>
    tokenIn(
      PersonLink.parse((await admin.post(`/api/staff/${member?.userId ?? ''}/password-link`, {})).body).url,
    );
  const reset = (with_: string, newPassword: string) =>
    client().post('/api/auth/reset-password', { token: with_, newPassword });
  const [first, second, third] = [await link(), await link(), await link()];
  expect((await reset(first, 'het eerste van twee')).status).toBe(200);
  expect(await reset(second, 'het tweede van twee')).toMatchObject({ status: 410, code: 'INVALID_TOKEN' });
  const owner = await client().signIn('twee.links@test.invalid', 'het eerste van twee');
  const fourth = await link();
  const change = { currentPassword: 'het eerste van twee', newPassword: 'zelf gekozen woorden' };
  expect((await owner.post('/api/account/password', change)).status).toBe(200);
  for (const old of [third, fourth])
    expect(await reset(old, 'van iemand anders hier')).toMatchObject({ status: 410 });
  await client().signIn('twee.links@test.invalid', 'zelf gekozen woorden');
});

test('who was let go keeps no link for the password of a colleague', async () => {
  const admin = await signedIn('admin');
  const { token } = await invite(admin, 'maakt.links@test.invalid', 'region-admin', { kind: 'region' });
  await accept(token, NEW_PASSWORD, 'Maakt links');
  const leaving = await client().signIn('maakt.links@test.invalid', NEW_PASSWORD);
  await accept((await invite(admin, 'collega@test.invalid')).token, NEW_PASSWORD, 'Collega');
  const { staff } = await listOf(admin);
  const colleague = staff.find(({ email }) => email === 'collega@test.invalid');
  const linkBy = async (maker: typeof admin): Promise<string> =>
    tokenIn(
      PersonLink.parse((await maker.post(`/api/staff/${colleague?.userId ?? ''}/password-link`, {})).body)
        .url,
    );
  const kept = await linkBy(leaving);
  const member = staff.find(({ email }) => email === 'maakt.links@test.invalid');
  await admin.post(`/api/staff/grants/${member?.roles[0]?.grantId ?? ''}/withdraw`, {});

  const reset = (with_: string, newPassword: string) =>
    client().post('/api/auth/reset-password', { token: with_, newPassword });
  expect(await reset(kept, 'van wie hier wegging')).toMatchObject({ status: 410, code: 'INVALID_TOKEN' });
  await client().signIn('collega@test.invalid', NEW_PASSWORD);
  expect((await reset(await linkBy(admin), 'van de collega zelf')).status).toBe(200);
});

test('who opened an account with an invitation to another is out as soon as its owner proves the address', async () => {
  const email = 'burgemeester@test.invalid';
  const { db } = server.context;
  // The inviter sees the link too, and is there first.
  const { token } = await invite(await signedIn('bib'), email);
  await accept(token, NEW_PASSWORD, 'Burgemeester');
  const impostor = await client().signIn(email, NEW_PASSWORD);
  const { userId } = (await impostor.get('/api/me')).body as { userId: string };
  const addPasskey = (name: string) =>
    db
      .insertInto('auth_passkey')
      .values({
        passkey_id: randomUUID(),
        user_id: userId,
        credential_id: name,
        public_key: Buffer.from(name),
        counter: 0,
        name,
        created_at: 0,
        last_used_at: null,
      })
      .execute();
  const passkeys = async (): Promise<string[]> => {
    const rows = await db.selectFrom('auth_passkey').select('name').where('user_id', '=', userId).execute();
    return rows.map(({ name }) => name);
  };
  const letters = async (): Promise<string[]> => {
    const rows = await db.selectFrom('outgoing_mail').select('body').where('recipient', '=', email).execute();
    return rows.map(({ body }) => body ?? '');
  };
  const resetByMail = async (newPassword: string): Promise<void> => {
    const before = await letters();
    await client().post('/api/auth/request-password-reset', { email });
    const [letter = ''] = (await letters()).filter((body) => !before.includes(body));
    const reset = { token: tokenIn(letter), newPassword };
    expect((await client().post('/api/auth/reset-password', reset)).status).toBe(200);
  };
  await addPasskey('van een ander');

  await resetByMail('het wachtwoord van de eigenaar');
  expect((await impostor.get('/api/me')).status).toBe(401);
  await expect(client().signIn(email, NEW_PASSWORD)).rejects.toThrow();
  expect(await passkeys()).toEqual([]);
  expect((await letters()).some((body) => body.includes('your address was confirmed'))).toBe(true);

  // From now on it is his: another forgotten password takes nothing else away.
  await addPasskey('van mij');
  await resetByMail('nog een wachtwoord van de eigenaar');
  await client().signIn(email, 'nog een wachtwoord van de eigenaar');
  expect(await passkeys()).toEqual(['van mij']);
});

test('nobody takes his own role; of two administrators who take each other one stays', async () => {
  const admin = await signedIn('admin');
  const { token } = await invite(admin, 'tweede@test.invalid', 'region-admin', { kind: 'region' });
  await accept(token, NEW_PASSWORD, 'Tweede');
  const second = await client().signIn('tweede@test.invalid', NEW_PASSWORD);
  const grants = (await listOf(admin)).staff.flatMap(({ email, roles }) =>
    roles.filter(({ role }) => role === 'region-admin').map(({ grantId }) => ({ email, grantId })),
  );
  const grantOf = (email: string): string => grants.find((grant) => grant.email === email)?.grantId ?? '';
  const own = await admin.post(`/api/staff/grants/${grantOf(emailOf('admin'))}/withdraw`, {});
  expect(own).toMatchObject({ status: 409, code: 'own-role' });

  const both = await Promise.all([
    admin.post(`/api/staff/grants/${grantOf('tweede@test.invalid')}/withdraw`, {}),
    second.post(`/api/staff/grants/${grantOf(emailOf('admin'))}/withdraw`, {}),
  ]);
  expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
  const left = await server.context.db
    .selectFrom('role_grant')
    .select('user_id')
    .where('region_id', '=', 1)
    .where('role', '=', 'region-admin')
    .execute();
  expect(left).toHaveLength(1);
});

test('a proof of who one is: the right password, ten wrong ones, and the session goes on', async () => {
  const bib = await signedIn('bib');
  const now = server.context.clock.now();
  server.setNow(now + limits.freshProofMs + 60_000);
  const ask = () =>
    bib.post('/api/staff/invitations', { email: 'vers@test.invalid', role: 'youth-worker', place: atBib() });
  expect(await ask()).toMatchObject({ status: 403, code: 'proof-needed' });
  const prove = (password: string) => bib.post('/api/auth/prove', { password });
  expect(await prove('niet dit wachtwoord')).toMatchObject({ status: 422, code: 'proof-wrong' });
  expect((await prove(PASSWORD)).status).toBe(200);
  expect((await ask()).status).toBe(201);
  for (let i = 0; i < 9; i++) await prove('niet dit wachtwoord');
  expect(await prove(PASSWORD)).toMatchObject({ status: 429 });
  expect((await bib.get('/api/me')).status).toBe(200);
  // Elsewhere the same person still signs in: only this session was slowed down.
  await signedIn('bib');
  server.setNow(now);
});
