// Signing in with an account at the provider of one's organisation. The provider says who somebody is; who may work here is
// decided here: a link that was made, or a checked e-mail address of a person who has a role. Nobody gets an account by
// signing in there. One attempt lives ten minutes, works once, and only in the browser that began it.
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import type { ProviderAnswer, ProviderLink } from '#domain/account-api.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import type { Context } from '../context.ts';
import { actorName, type Actor } from './actor.ts';
import { tellOwner } from './change-notice.ts';
import { readCookie } from './cookie.ts';
import { requireFreshProof } from './fresh-proof.ts';
import type { Identity, OidcProvider, ProviderRefusal } from './oidc-provider.ts';
import { claimByAddress } from './proven-address.ts';
import {
  deleteLink,
  findLinkedPerson,
  findLinkedSince,
  findWorkingPerson,
  insertLink,
  type Person,
} from './oidc-repository.ts';
import { listPasskeys } from './passkey-repository.ts';
import { auditSignIn, findPassword } from './repository.ts';
import { hasSecondStep } from './second-step-service.ts';
import { makeChallenge, openProvenSession, readSession, type AuthRefusal, type From } from './service.ts';
import type { SignIn } from './sign-in.ts';

type OidcContext = Pick<Context, 'db' | 'clock' | 'ids' | 'keys' | 'appUrl' | 'mail'>;

export type OidcRefusal =
  | ProviderRefusal
  | {
      readonly code:
        | 'provider-over'
        | 'provider-unknown'
        | 'provider-unverified'
        | 'provider-taken'
        | 'provider-linked-already'
        | 'last-way-in';
    }
  | AuthRefusal;

/**
 * Takes up an invitation for the person that the provider names; the staff room gives it (desk-routes.ts). With the account
 * there or not at all: `link` is tried in the same transaction.
 */
export type AcceptInvitation = (
  token: string,
  person: { readonly email: string; readonly name: string | undefined },
  link: (trx: Context['db'], person: Person) => Promise<boolean>,
) => Promise<
  Result<
    Person,
    { readonly code: 'invitation-over' | 'other-region' | 'provider-other-address' | 'provider-taken' }
  >
>;

type Purpose =
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'link'; readonly userId: string }
  | { readonly kind: 'invitation'; readonly token: string };

const Attempt = z.object({
  /** Set where the person must show anew there who he is. */
  againFrom: z.optional(z.number()),
  nonce: z.string(),
  verifier: z.string(),
  browser: z.string(),
  purpose: z.union([
    z.object({ kind: z.literal('sign-in') }),
    z.object({ kind: z.literal('link'), userId: z.string() }),
    z.object({ kind: z.literal('invitation'), token: z.string() }),
  ]),
});
type Attempt = z.infer<typeof Attempt>;

const ATTEMPT_MS = 10 * 60_000;
const BEGIN_BY_ADDRESS: AttemptRule = { purpose: 'provider-begin', max: 200, windowMs: 15 * 60_000 };

export type Begun = { readonly url: string; readonly cookie: string };

export async function beginAtProvider(
  context: OidcContext,
  signIn: SignIn,
  provider: OidcProvider,
  { purpose, again }: { readonly purpose: Purpose; readonly again: boolean },
  { address }: From,
): Promise<Result<Begun, OidcRefusal>> {
  const attempt = await countAttempt(context, BEGIN_BY_ADDRESS, address);
  if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  const { ids, clock, appUrl } = context;
  const [state, nonce, verifier, browser] = [ids.token(), ids.token(), ids.token(), ids.token()];
  const url = await provider.address({ state, nonce, verifier }, { again });
  if (!url.ok) return url;
  const kept: Attempt = {
    nonce,
    verifier,
    browser: hashOf(browser),
    purpose,
    ...(again && { againFrom: clock.now() }),
  };
  const { internalAdapter } = await signIn.newest.$context;
  await internalAdapter.createVerificationValue({
    identifier: identifierOf(state),
    value: JSON.stringify(kept),
    expiresAt: new Date(clock.now() + ATTEMPT_MS),
  });
  return ok({ url: url.value, cookie: cookieOf(appUrl, browser, ATTEMPT_MS / 1_000) });
}

export async function beginLink(
  context: OidcContext,
  signIn: SignIn,
  provider: OidcProvider,
  actor: Actor,
  from: From,
): Promise<Result<Begun, OidcRefusal>> {
  requireFreshProof(context, actor);
  const purpose = { kind: 'link', userId: actor.userId } as const;
  return beginAtProvider(context, signIn, provider, { purpose, again: false }, from);
}

export type Finished = { readonly answer: ProviderAnswer; readonly cookies: readonly string[] };

/** The browser is back: with what the provider gave it, for one of the three purposes. */
export async function finishAtProvider(
  context: OidcContext,
  signIn: SignIn,
  provider: OidcProvider,
  accept: AcceptInvitation,
  query: string,
  { headers }: From,
): Promise<Result<Finished, OidcRefusal | { readonly code: string }>> {
  const state = new URLSearchParams(query).get('state') ?? '';
  const attempt = await takeAttempt(context, signIn, state, headers);
  if (!attempt) return refuse({ code: 'provider-over' });
  const { againFrom } = attempt;
  const provedWithinS = againFrom && Math.ceil((context.clock.now() - againFrom) / 1_000);
  const redeemed = await provider.redeem(query, { state, ...attempt }, { provedWithinS });
  if (!redeemed.ok) return redeemed;
  const identity = redeemed.value;
  const { purpose } = attempt;

  if (purpose.kind === 'link') {
    const linked = await linkOwn(context, signIn, provider, purpose.userId, identity, headers);
    return linked.ok ? ok({ answer: { did: 'linked' }, cookies: [] }) : linked;
  }
  const person =
    purpose.kind === 'invitation'
      ? await takeUp(context, provider, accept, purpose.token, identity)
      : await whoIsIt(context, provider, identity);
  if (!person.ok) return person;
  return ok(await openFor(context, signIn, provider, person.value, identity, headers));
}

export async function readLink(
  { db }: Pick<Context, 'db'>,
  provider: OidcProvider | undefined,
  userId: string,
): Promise<ProviderLink | null> {
  if (!provider) return null;
  const since = await findLinkedSince(db, userId, provider.providerId);
  return { name: provider.name, linkedAt: since ?? null };
}

/** Who has no other way in keeps this one. */
export async function unlink(
  context: OidcContext,
  provider: OidcProvider,
  actor: Actor,
): Promise<Result<undefined, OidcRefusal>> {
  requireFreshProof(context, actor);
  const { db } = context;
  const [password, passkeys] = await Promise.all([
    findPassword(db, actor.userId),
    listPasskeys(db, actor.userId),
  ]);
  if (password === undefined && passkeys.length === 0) return refuse({ code: 'last-way-in' });
  const removed = await db.transaction().execute(async (trx) => {
    const deleted = await deleteLink(trx, actor.userId, provider.providerId);
    if (deleted) await note(trx, context, actor, 'provider-unlinked');
    return deleted;
  });
  if (removed) await tellOwner(context, actor.regionId, actor.email, 'provider-unlinked');
  return ok(undefined);
}

/** The link decides; a checked address makes one, once, for a person who has a role. */
async function whoIsIt(
  context: OidcContext,
  provider: OidcProvider,
  identity: Identity,
): Promise<Result<Person, OidcRefusal>> {
  const { db } = context;
  const linked = await findLinkedPerson(db, provider.providerId, identity.subject);
  if (linked) {
    const person = await findWorkingPerson(db, linked);
    return person ? ok(person) : refuse({ code: 'provider-unknown' });
  }
  const email = identity.verifiedEmail;
  if (email === undefined) return refuse({ code: 'provider-unverified' });
  const person = await findWorkingPerson(db, { email });
  if (!person) return refuse({ code: 'provider-unknown' });
  return keepLink(context, provider, person, identity);
}

async function takeUp(
  context: OidcContext,
  provider: OidcProvider,
  accept: AcceptInvitation,
  token: string,
  { verifiedEmail: email, name, subject }: Identity,
): Promise<Result<Person, OidcRefusal | { readonly code: string }>> {
  if (email === undefined) return refuse({ code: 'provider-unverified' });
  let [isNew, cleared] = [false, false];
  const accepted = await accept(token, { email, name }, async (trx, person) => {
    const linked = await findLinkedPerson(trx, provider.providerId, subject);
    if (linked) return linked.userId === person.userId;
    cleared = await claimByAddress(trx, context, person, { keepPassword: false });
    isNew = await linkTo(trx, context, provider, person, subject);
    return isNew;
  });
  if (accepted.ok && isNew) await tellLinked(context, accepted.value, cleared);
  return accepted;
}

async function keepLink(
  context: OidcContext,
  provider: OidcProvider,
  person: Person,
  { subject }: Identity,
): Promise<Result<Person, OidcRefusal>> {
  let cleared = false;
  const linked = await context.db.transaction().execute(async (trx) => {
    cleared = await claimByAddress(trx, context, person, { keepPassword: false });
    return linkTo(trx, context, provider, person, subject);
  });
  // Another account there was linked to this person: a second one with the same address is somebody else.
  if (!linked) return refuse({ code: 'provider-taken' });
  await tellLinked(context, person, cleared);
  return ok(person);
}

async function linkTo(
  trx: Context['db'],
  context: OidcContext,
  { providerId }: OidcProvider,
  person: Person,
  subject: string,
): Promise<boolean> {
  const inserted = await insertLink(trx, person.userId, providerId, subject);
  if (inserted) await note(trx, context, person, 'provider-linked');
  return inserted;
}

async function tellLinked(context: OidcContext, { regionId, email }: Person, cleared = false): Promise<void> {
  await tellOwner(context, regionId, email, 'provider-linked');
  if (cleared) await tellOwner(context, regionId, email, 'ways-in-cleared');
}

/** In the open session of the person who asked for it, and in no other. */
async function linkOwn(
  context: OidcContext,
  signIn: SignIn,
  provider: OidcProvider,
  userId: string,
  { subject }: Identity,
  headers: Headers,
): Promise<Result<undefined, OidcRefusal>> {
  const session = await readSession(context, signIn, headers, { renew: false });
  if (session?.actor.userId !== userId) return refuse({ code: 'provider-over' });
  const { actor } = session;
  const linked = await context.db
    .transaction()
    .execute((trx) => linkTo(trx, context, provider, actor, subject));
  if (!linked) return refuse({ code: 'provider-linked-already' });
  await tellLinked(context, actor);
  return ok(undefined);
}

/** What the provider asked counts as a second step only where the settings say so. */
async function openFor(
  context: OidcContext,
  signIn: SignIn,
  provider: OidcProvider,
  person: Person,
  identity: Identity,
  headers: Headers,
): Promise<Finished> {
  const openedBy = provider.providerId;
  if (!identity.secondStepDone && (await hasSecondStep(context, person.userId))) {
    const challenge = await makeChallenge(context, signIn, { userId: person.userId, openedBy });
    return { answer: { did: 'half', challenge }, cookies: [] };
  }
  await auditSignIn(context.db, person.email, true, context.clock.now());
  const { provedAt } = identity;
  const cookies = await openProvenSession(context, signIn, { ...person, openedBy, provedAt }, headers);
  return { answer: { did: 'signed-in' }, cookies };
}

/** Taken, so that it works once; another browser than the one that began has nothing to come back with. */
async function takeAttempt(
  { clock, appUrl }: OidcContext,
  signIn: SignIn,
  state: string,
  headers: Headers,
): Promise<Attempt | undefined> {
  const browser = readCookie(headers, cookieName(appUrl));
  if (state === '' || browser === undefined) return undefined;
  const { internalAdapter } = await signIn.newest.$context;
  const kept = await internalAdapter.consumeVerificationValue(identifierOf(state));
  if (!kept || kept.expiresAt.getTime() <= clock.now()) return undefined;
  const attempt = z.parse(Attempt, JSON.parse(kept.value));
  return attempt.browser === hashOf(browser) ? attempt : undefined;
}

const identifierOf = (state: string): string => `provider:${state}`;
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

const cookieName = (appUrl: string): string =>
  `${appUrl.startsWith('https:') ? '__Host-' : ''}streekbalie-provider`;

/** Strict: it is sent by our own page after the return, never by the provider's. */
function cookieOf(appUrl: string, value: string, maxAgeS: number): string {
  const secure = appUrl.startsWith('https:') ? '; Secure' : '';
  return `${cookieName(appUrl)}=${value}; Max-Age=${maxAgeS}; Path=/; HttpOnly; SameSite=Strict${secure}`;
}

async function note(
  db: Context['db'],
  { clock }: OidcContext,
  who: { readonly userId: string; readonly regionId: number },
  action: AuditAction,
): Promise<void> {
  const { regionId, userId } = who;
  const subject = `user:${userId}`;
  await appendAudit(db, { regionId, at: clock.now(), actor: actorName(who), action, subject });
}
