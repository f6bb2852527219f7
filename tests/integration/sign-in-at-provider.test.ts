// Signing in with the account of one's own organisation, at a real OpenID provider on this machine.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Account, ProviderAddress, TotpSetUp } from '#domain/account-api.ts';
import { PersonLink } from '#domain/staff-api.ts';
import { createApp } from '#server/app.ts';
import { totpCode, totpStep } from '#server/auth/totp.ts';
import { bytesOf } from '#tests/_support/authenticator-app.ts';
import { DeskClient, type Answer } from '#tests/_support/desk-client.ts';
import { startIdentityProvider, type IdentityProvider } from '#tests/_support/identity-provider.ts';
import { PASSWORD, emailOf, staffRegions } from '#tests/_support/staffed-region.ts';
import { APP_URL, openTestContext, type TestServer } from '#tests/_support/test-context.ts';

let server: TestServer;
let provider: IdentityProvider;
let app: ReturnType<typeof createApp>;
let staffed: Awaited<ReturnType<typeof staffRegions>>;
const client = (): DeskClient => new DeskClient(app);

beforeAll(async () => {
  provider = await startIdentityProvider(APP_URL);
});
afterAll(() => provider.stop());
beforeEach(async () => {
  server = await openTestContext(Date.now());
  server.context.config.oidc = provider.settings;
  app = createApp(server.context);
  staffed = await staffRegions(server.context);
  provider.people.clear();
  return () => server.close();
});

const knownThere = (login: string, email = emailOf(login), emailVerified = true): void =>
  void provider.people.set(login, { email, emailVerified, name: 'Naam daar' });

async function addressFor(desk: DeskClient, body: object = {}): Promise<string> {
  const begun = await desk.post('/api/auth/provider/begin', body);
  return ProviderAddress.parse(begun.body).url;
}
const finish = (desk: DeskClient, query: string): Promise<Answer> =>
  desk.post('/api/auth/provider/finish', { query });

async function signInThere(desk: DeskClient, login: string, body: object = {}): Promise<Answer> {
  return finish(desk, await provider.signIn(await addressFor(desk, body), login));
}
const auditOf = async (action: string): Promise<number> =>
  (await server.context.db.selectFrom('audit_entry').selectAll().where('action', '=', action).execute())
    .length;
const usersHere = async (): Promise<number> =>
  (await server.context.db.selectFrom('auth_user').select('id').execute()).length;

test('a person with a role comes in by a checked address, and from then on by the link', async () => {
  knownThere('desk');
  const desk = client();
  expect((await signInThere(desk, 'desk')).body).toEqual({ did: 'signed-in' });
  expect((await desk.get('/api/me')).body).toMatchObject({ email: emailOf('desk'), name: 'desk' });
  expect(await auditOf('provider-linked')).toBe(1);
  expect(await auditOf('sign-in')).toBe(1);

  // Another address there, not even checked: the link knows who it is.
  knownThere('desk', 'getrouwd@test.invalid', false);
  const later = client();
  expect((await signInThere(later, 'desk')).body).toEqual({ did: 'signed-in' });
  expect((await later.get('/api/me')).body).toMatchObject({ email: emailOf('desk') });
  expect(await auditOf('provider-linked')).toBe(1);
});

test('the first proof of an address ends what opened the account before, the next ones do not', async () => {
  const email = 'nieuw@test.invalid';
  const admin = await client().signIn(emailOf('admin'), PASSWORD);
  const place = { kind: 'organisation', organisationId: staffed.organisations.bib.organisationId };
  const { url } = PersonLink.parse(
    (await admin.post('/api/staff/invitations', { email, role: 'youth-worker', place })).body,
  );
  // Somebody else opens it, with the link of the invitation.
  const token = url.split('#token=')[1];
  await client().post('/api/invitations/accept', { token, name: 'Nieuw', password: PASSWORD });
  const before = await client().signIn(email, PASSWORD);
  knownThere('nieuw', email);
  const owner = client();
  expect((await signInThere(owner, 'nieuw')).body).toEqual({ did: 'signed-in' });
  expect((await owner.get('/api/me')).status).toBe(200);
  expect((await before.get('/api/me')).status).toBe(401);
  await expect(client().signIn(email, PASSWORD)).rejects.toThrow();
  expect(await auditOf('ways-in-cleared')).toBe(1);

  const own = { currentPassword: '', newPassword: 'een woord dat ik zelf koos' };
  const again = client();
  await signInThere(again, 'nieuw', { again: true });
  expect((await again.post('/api/account/password', own)).status).toBe(200);
  await signInThere(client(), 'nieuw');
  await client().signIn(email, own.newPassword);
  expect(await auditOf('ways-in-cleared')).toBe(1);
});

test('nobody gets an account by signing in there', async () => {
  knownThere('stranger');
  const before = await usersHere();
  const desk = client();
  expect(await signInThere(desk, 'stranger')).toMatchObject({ status: 422, code: 'provider-unknown' });
  expect((await desk.get('/api/me')).status).toBe(401);
  expect(await usersHere()).toBe(before);
});

test('an address that the provider did not check opens nothing', async () => {
  knownThere('desk', emailOf('desk'), false);
  expect(await signInThere(client(), 'desk')).toMatchObject({ status: 422, code: 'provider-unverified' });
  expect(await auditOf('provider-linked')).toBe(0);
});

test('a second account there with the same address is somebody else', async () => {
  knownThere('desk');
  await signInThere(client(), 'desk');
  knownThere('impostor', emailOf('desk'));
  expect(await signInThere(client(), 'impostor')).toMatchObject({ status: 409, code: 'provider-taken' });
});

test('a person of another region works in his own region only', async () => {
  knownThere('foreign');
  const desk = client();
  await signInThere(desk, 'foreign');
  expect((await desk.get('/api/me')).body).toMatchObject({ roles: [{ place: 'Elders' }] });
  const admin = await client().signIn(emailOf('admin'), PASSWORD);
  const made = await admin.post('/api/activities', {
    organisationId: staffed.organisations.bib.organisationId,
    title: 'Proef',
    place: 'Hier',
    points: 1,
    limit: null,
    marginBeforeMin: null,
    marginAfterMin: null,
    occurrences: [{ startsAt: 1, endsAt: 2 }],
    version: 0,
  });
  const { activityId } = made.body as { activityId: string };
  expect((await desk.get(`/api/activities/${activityId}`)).status).toBe(404);
});

test('a role that is withdrawn holds at once: the session ends, and signing in again does not help', async () => {
  knownThere('bib');
  const desk = client();
  await signInThere(desk, 'bib');
  expect((await desk.get('/api/me')).status).toBe(200);
  await server.context.db.deleteFrom('role_grant').where('role', '=', 'organisation-admin').execute();
  expect((await desk.get('/api/me')).status).toBe(401);
  expect(await signInThere(client(), 'bib')).toMatchObject({ status: 422, code: 'provider-unknown' });
});

test('what comes back works once, in the browser that began, within ten minutes', async () => {
  knownThere('desk');
  const desk = client();
  const query = await provider.signIn(await addressFor(desk), 'desk');
  const other = client();
  await addressFor(other);
  expect(await finish(other, query)).toMatchObject({ status: 410, code: 'provider-over' });

  // The attempt is used up, also by the wrong browser.
  expect(await finish(desk, query)).toMatchObject({ status: 410, code: 'provider-over' });

  const again = await provider.signIn(await addressFor(desk), 'desk');
  expect((await finish(desk, again)).status).toBe(200);
  expect(await finish(desk, again)).toMatchObject({ status: 410, code: 'provider-over' });

  const late = await provider.signIn(await addressFor(desk), 'desk');
  server.setNow(server.context.clock.now() + 10 * 60_000 + 1);
  expect(await finish(desk, late)).toMatchObject({ status: 410, code: 'provider-over' });
});

test('a state, a nonce or a code of another attempt is refused', async () => {
  knownThere('desk');
  const desk = client();
  const right = await addressFor(desk);
  const wrongState = new URL(right);
  wrongState.searchParams.set('state', 'x'.repeat(43));
  expect(await finish(desk, await provider.signIn(wrongState.href, 'desk'))).toMatchObject({
    code: 'provider-over',
  });

  const wrongNonce = new URL(await addressFor(desk));
  wrongNonce.searchParams.set('nonce', 'x'.repeat(43));
  expect(await finish(desk, await provider.signIn(wrongNonce.href, 'desk'))).toMatchObject({
    status: 422,
    code: 'provider-wrong',
  });

  const used = new URLSearchParams(await provider.signIn(await addressFor(desk), 'desk'));
  await finish(desk, used.toString());
  const fresh = new URL(await addressFor(desk)).searchParams.get('state') ?? '';
  used.set('state', fresh);
  expect(await finish(desk, used.toString())).toMatchObject({ status: 422, code: 'provider-wrong' });
  expect((await client().get('/api/me')).status).toBe(401);
});

test('who leaves the page of the provider is told so', async () => {
  const desk = client();
  const query = await provider.signIn(await addressFor(desk), 'nobody of theirs');
  expect(await finish(desk, query)).toMatchObject({ status: 422, code: 'provider-refused' });
});

test('a provider that is away is said at once, and passwords go on', async () => {
  const away = await startIdentityProvider(APP_URL);
  await away.stop();
  server.context.config.oidc = away.settings;
  const desk = new DeskClient(createApp(server.context));
  const answer = await desk.post('/api/auth/provider/begin', {});
  expect(answer).toMatchObject({ status: 424, code: 'provider-away' });
  expect(answer.headers.get('retry-after')).toBe('10');
  await desk.signIn(emailOf('desk'), PASSWORD);
});

test('a provider that comes back is asked again', async () => {
  const before = await startIdentityProvider(APP_URL);
  await before.stop();
  server.context.config.oidc = before.settings;
  const desk = new DeskClient(createApp(server.context));
  expect((await desk.post('/api/auth/provider/begin', {})).status).toBe(424);
  const port = Number(new URL(before.settings.issuer).port);
  const back = await startIdentityProvider(APP_URL, port);
  expect((await desk.post('/api/auth/provider/begin', {})).status).toBe(200);
  await back.stop();
});

test('our second step follows, unless the settings trust that of the provider', async () => {
  knownThere('desk');
  const desk = await client().signIn(emailOf('desk'), PASSWORD);
  const { secret } = TotpSetUp.parse((await desk.post('/api/account/totp/begin', {})).body);
  await desk.post('/api/account/totp/confirm', { code: nextCode(secret) });

  const half = client();
  const answer = await signInThere(half, 'desk');
  expect(answer.body).toMatchObject({ did: 'half' });
  expect((await half.get('/api/me')).status).toBe(401);
  const { challenge } = answer.body as { challenge: string };
  const whole = await half.post('/api/auth/sign-in/second', { challenge, code: nextCode(secret) });
  expect(whole.status).toBe(200);
  expect((await half.get('/api/me')).status).toBe(200);
  expect((await half.post('/api/auth/sign-out', {})).body).toHaveProperty('providerUrl');

  // The provider says that it asked for more; only a setting makes that count.
  provider.people.set('desk', { email: emailOf('desk'), emailVerified: true, amr: ['pwd', 'otp'] });
  expect((await signInThere(client(), 'desk')).body).toMatchObject({ did: 'half' });
  server.context.config.oidc = { ...provider.settings, secondStep: ['otp'] };
  app = createApp(server.context);
  expect((await signInThere(client(), 'desk')).body).toEqual({ did: 'signed-in' });
});

test('signing out here offers signing out there; after a password it does not', async () => {
  knownThere('desk');
  const desk = client();
  await signInThere(desk, 'desk');
  const out = await desk.post('/api/auth/sign-out', {});
  const { providerUrl } = out.body as { providerUrl: string };
  const there = new URL(providerUrl);
  expect(there.origin).toBe(provider.settings.issuer);
  expect(there.searchParams.get('post_logout_redirect_uri')).toBe(`${APP_URL}/balie/aanmelden`);
  expect((await fetch(there)).status).toBe(200);
  expect((await desk.get('/api/me')).status).toBe(401);

  const byPassword = await client().signIn(emailOf('desk'), PASSWORD);
  expect((await byPassword.post('/api/auth/sign-out', {})).body).toEqual({ ok: true });
});

test('the account screen links an account with another address, shows it and unlinks it', async () => {
  knownThere('prive', 'prive@elders.invalid', false);
  const desk = await client().signIn(emailOf('desk'), PASSWORD);
  const linkOf = async () => Account.parse((await desk.get('/api/account')).body).provider;
  expect(await linkOf()).toEqual({ name: 'Stad Ieper', linkedAt: null });
  const { url } = ProviderAddress.parse((await desk.post('/api/account/provider/link', {})).body);
  const query = await provider.signIn(url, 'prive');
  expect((await finish(desk, query)).body).toEqual({ did: 'linked' });
  expect((await linkOf())?.linkedAt).not.toBeNull();
  expect((await signInThere(client(), 'prive')).body).toEqual({ did: 'signed-in' });

  expect((await desk.post('/api/account/provider/unlink', {})).status).toBe(200);
  expect(await linkOf()).toEqual({ name: 'Stad Ieper', linkedAt: null });
  expect(await signInThere(client(), 'prive')).toMatchObject({ code: 'provider-unverified' });
  expect([await auditOf('provider-linked'), await auditOf('provider-unlinked')]).toEqual([1, 1]);
  const letters = await server.context.db
    .selectFrom('outgoing_mail')
    .select(['recipient', 'body'])
    .where('subject', 'like', '%veranderd aan je account%')
    .where('recipient', '=', emailOf('desk'))
    .execute();
  for (const told of ['nu ook aanmelden met je account bij je organisatie', 'is losgekoppeld'])
    expect(letters.filter(({ body }) => body?.includes(told)).length).toBeGreaterThan(0);
});

test('a link begun by one person is not finished in the session of another, nor without one', async () => {
  knownThere('prive');
  const desk = await client().signIn(emailOf('desk'), PASSWORD);
  const { url } = ProviderAddress.parse((await desk.post('/api/account/provider/link', {})).body);
  const query = await provider.signIn(url, 'prive');
  await desk.post('/api/auth/sign-out', {});
  await desk.signIn(emailOf('bib'), PASSWORD);
  expect(await finish(desk, query)).toMatchObject({ status: 410, code: 'provider-over' });
  expect(await auditOf('provider-linked')).toBe(0);
});

test('a silent sign-in there proves nothing; one asked anew does, and nobody on the way leaves that out', async () => {
  knownThere('desk');
  const browser = new Map<string, string>();
  const signInWith = async (desk: DeskClient, body: object, leaveOut: readonly string[] = []) => {
    const address = new URL(await addressFor(desk, body));
    for (const name of leaveOut) address.searchParams.delete(name);
    return finish(desk, await provider.signIn(address.href, 'desk', browser));
  };
  const sensitive = (desk: DeskClient) => desk.post('/api/account/totp/begin', {});
  const desk = client();
  for (const time of ['first', 'silent']) {
    expect([time, (await signInWith(desk, {})).body]).toEqual([time, { did: 'signed-in' }]);
    expect(await sensitive(desk)).toMatchObject({ status: 403, code: 'proof-needed' });
  }
  // The address travels through the browser: whoever sits there makes it silent again.
  expect(await signInWith(desk, { again: true }, ['prompt', 'max_age'])).toMatchObject({
    status: 422,
    code: 'provider-wrong',
  });
  expect((await signInWith(desk, { again: true })).body).toEqual({ did: 'signed-in' });
  expect((await sensitive(desk)).status).toBe(200);
});

test('a proof there counts from when it was given', async () => {
  const signedInAtS = Math.floor(Date.now() / 1_000) - 3_600;
  provider.people.set('desk', { email: emailOf('desk'), emailVerified: true, signedInAtS });
  const desk = client();
  const asking = async (body: object): Promise<string> => {
    const address = new URL(await addressFor(desk, body));
    address.searchParams.delete('prompt');
    address.searchParams.set('max_age', '100000');
    return provider.signIn(address.href, 'desk');
  };
  expect(await finish(desk, await asking({ again: true }))).toMatchObject({ code: 'provider-wrong' });
  expect((await finish(desk, await asking({}))).body).toEqual({ did: 'signed-in' });
  expect(await desk.post('/api/account/totp/begin', {})).toMatchObject({ code: 'proof-needed' });
});

test('an invitation is taken up with the account there: its address must be the invited one, and checked', async () => {
  const admin = await client().signIn(emailOf('admin'), PASSWORD);
  const place = { kind: 'organisation', organisationId: staffed.organisations.bib.organisationId };
  const invited = await admin.post('/api/staff/invitations', {
    email: 'nieuw@test.invalid',
    role: 'youth-worker',
    place,
  });
  const token = new URL(PersonLink.parse(invited.body).url).hash.replace('#token=', '');

  knownThere('ander', 'ander@test.invalid');
  expect(await signInThere(client(), 'ander', { invitation: token })).toMatchObject({
    code: 'provider-other-address',
  });
  knownThere('nieuw', 'nieuw@test.invalid', false);
  expect(await signInThere(client(), 'nieuw', { invitation: token })).toMatchObject({
    code: 'provider-unverified',
  });
  knownThere('nieuw', 'Nieuw@test.invalid');
  const desk = client();
  const anew = { invitation: token, again: true };
  expect((await signInThere(desk, 'nieuw', anew)).body).toEqual({ did: 'signed-in' });
  expect((await desk.get('/api/me')).body).toMatchObject({
    email: 'nieuw@test.invalid',
    name: 'Naam daar',
    roles: [{ role: 'youth-worker', place: 'Bibliotheek Ieper' }],
  });
  expect(await signInThere(client(), 'nieuw', { invitation: token })).toMatchObject({
    code: 'invitation-over',
  });

  // It is the only way in of this person: it stays until there is another.
  expect(await desk.post('/api/account/provider/unlink', {})).toMatchObject({
    status: 409,
    code: 'last-way-in',
  });
  await desk.post('/api/account/password', { currentPassword: '', newPassword: PASSWORD });
  expect((await desk.post('/api/account/provider/unlink', {})).status).toBe(200);
});

test('an invitation that cannot be taken up with that account gives no role, and stays open', async () => {
  const admin = await client().signIn(emailOf('admin'), PASSWORD);
  const place = { kind: 'organisation', organisationId: staffed.organisations.bib.organisationId };
  const invited = await admin.post('/api/staff/invitations', {
    email: 'nieuw@test.invalid',
    role: 'youth-worker',
    place,
  });
  const invitation = new URL(PersonLink.parse(invited.body).url).hash.replace('#token=', '');
  // That account there is a colleague's already; its address changed to the invited one since.
  knownThere('desk');
  await signInThere(client(), 'desk');
  knownThere('desk', 'nieuw@test.invalid');
  const before = await usersHere();
  expect(await signInThere(client(), 'desk', { invitation })).toMatchObject({
    status: 409,
    code: 'provider-taken',
  });
  expect([await usersHere(), await auditOf('invitation-accepted')]).toEqual([before, 0]);
  knownThere('nieuw', 'nieuw@test.invalid');
  expect((await signInThere(client(), 'nieuw', { invitation })).body).toEqual({ did: 'signed-in' });
});

test('without a provider in the settings there is none', async () => {
  server.context.config.oidc = undefined;
  const plain = new DeskClient(createApp(server.context));
  expect((await plain.get('/api/public')).body).not.toHaveProperty('signInProvider');
  expect(await plain.post('/api/auth/provider/begin', {})).toMatchObject({
    status: 409,
    code: 'no-provider',
  });
});

/** The next code that was not used yet: half a minute passes. */
function nextCode(secret: string): string {
  server.setNow(server.context.clock.now() + 30_000);
  return totpCode(bytesOf(secret), totpStep(server.context.clock.now()));
}
