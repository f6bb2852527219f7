import { ACTIONS, isAllowed, isAllowedSomewhere } from '#domain/devices/permissions.ts';
import type { Me } from '#domain/desk-api.ts';
import { isGuessable } from '#domain/guessable-password.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { countAttempt, forgiveAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import type { Context } from '../context.ts';
import { listOrganisations } from '../organisations/repository.ts';
import { actorName, type Actor } from './actor.ts';
import { tellOwner } from './change-notice.ts';
import { knownBrowser, knownBrowserCookie } from './known-browser.ts';
import { noteOpenedBy, readOpenedBy } from './oidc-repository.ts';
import { claimByAddress } from './proven-address.ts';
import {
  auditSignIn,
  deleteSession,
  deleteSessionById,
  findMailedLink,
  noteProof,
  readGrants,
  readHomeRegion,
  readPersonEmail,
  readSessionFacts,
} from './repository.ts';
import { hasSecondStep, useCode } from './second-step-service.ts';
import { SESSION_MS_MAX, type SignIn } from './sign-in.ts';

type AuthContext = Pick<Context, 'db' | 'clock'>;
type SignInContext = Pick<Context, 'db' | 'clock' | 'keys' | 'ids' | 'appUrl'>;

const QUARTER_MS = 15 * 60_000;
// An address may be that of a whole town hall; a person types wrongly a few times.
const BY_ADDRESS: AttemptRule = { purpose: 'sign-in-address', max: 100, windowMs: QUARTER_MS };
const BY_PERSON: AttemptRule = { purpose: 'sign-in-person', max: 30, windowMs: QUARTER_MS };
const BY_PERSON_AT_ADDRESS: AttemptRule = { purpose: 'sign-in-both', max: 10, windowMs: QUARTER_MS };
/** Where this person signed in before, nobody else's attempts count. */
const BY_KNOWN_BROWSER: AttemptRule = { purpose: 'sign-in-known', max: 10, windowMs: QUARTER_MS };
// Only who knows the password comes here: six digits are guessed within a day at no more than 100 in 333,000.
const SECOND_BY_CHALLENGE: AttemptRule = { purpose: 'second-challenge', max: 5, windowMs: QUARTER_MS };
const SECOND_BY_PERSON: AttemptRule = { purpose: 'second-person', max: 100, windowMs: 24 * 3_600_000 };
const PROOF_BY_SESSION: AttemptRule = { purpose: 'proof-session', max: 10, windowMs: QUARTER_MS };
const RESET_BY_PERSON: AttemptRule = { purpose: 'reset-person', max: 3, windowMs: QUARTER_MS };
const RESET_BY_ADDRESS: AttemptRule = { purpose: 'reset-address', max: 30, windowMs: QUARTER_MS };

export type AuthRefusal =
  | {
      readonly code:
        | 'INVALID_EMAIL_OR_PASSWORD'
        | 'INVALID_TOKEN'
        | 'PASSWORD_TOO_SHORT'
        | 'PASSWORD_TOO_LONG'
        | 'PASSWORD_GUESSABLE'
        | 'proof-wrong'
        | 'challenge-over';
    }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

/** Where a request comes from. */
export type From = { readonly address: string; readonly headers: Headers };

export interface CurrentSession {
  readonly actor: Actor;
  /** Cookies that renew the session. */
  readonly setCookies: readonly string[];
}

/** Who is signed in; `renew: false` looks without prolonging. */
export async function readSession(
  { db, clock }: AuthContext,
  signIn: SignIn,
  headers: Headers,
  { renew }: { renew: boolean },
): Promise<CurrentSession | undefined> {
  const found = await signIn.for(headers).api.getSession({
    headers,
    query: { disableCookieCache: true, disableRefresh: !renew },
    returnHeaders: true,
  });
  if (!found.response) return undefined;
  const { session, user } = found.response;
  if (session.createdAt.getTime() + SESSION_MS_MAX <= clock.now()) {
    await deleteSession(db, session.token);
    return undefined;
  }
  const facts = await readSessionFacts(db, session.id);
  if (facts === undefined) return undefined;
  const { regionId } = facts;
  const grants = await readGrants(db, regionId, user.id);
  // Who was signed in at a provider may not have shown anything for days: there only its word counts.
  const begun = facts.openedBy === null ? session.createdAt.getTime() : 0;
  const provedAt = Math.max(begun, facts.provedAt ?? 0);
  return {
    actor: {
      userId: user.id,
      email: user.email,
      name: user.name,
      regionId,
      grants,
      sessionId: session.id,
      provedAt,
    },
    setCookies: found.headers.getSetCookie(),
  };
}

/** Signed in, or on to the second step: the password alone opens nothing then. */
export type SignedIn =
  { readonly cookies: readonly string[]; readonly challenge?: undefined } | { readonly challenge: string };

export async function signInWithPassword(
  context: SignInContext,
  signIn: SignIn,
  person: Credentials,
  from: From,
): Promise<Result<SignedIn, AuthRefusal>> {
  const opened = await openSession(context, signIn, person, from);
  if (!opened.ok) return opened;
  const { token, userId, cookies } = opened.value;
  if (await hasSecondStep(context, userId)) {
    await deleteSession(context.db, token);
    return ok({ challenge: await makeChallenge(context, signIn, { userId }) });
  }
  await leaveFormerSession(context, signIn, from.headers);
  return ok({ cookies: [...cookies, knownBrowserCookie(context, person.email.toLowerCase())] });
}

/** The second step: who shows the challenge knew the password within the last ten minutes. */
export async function signInWithCode(
  context: SignInContext,
  signIn: SignIn,
  { challenge, code }: { readonly challenge: string; readonly code: string },
  { headers }: From,
): Promise<Result<SignedIn, AuthRefusal>> {
  const { internalAdapter } = await signIn.newest.$context;
  const identifier = challengeIdentifier(challenge);
  const open = await internalAdapter.findVerificationValue(identifier);
  if (!open || open.expiresAt.getTime() <= context.clock.now()) return refuse({ code: 'challenge-over' });
  const { userId, openedBy } = parseHalfway(open.value);
  const email = await readPersonEmail(context.db, userId);
  if (email === undefined) return refuse({ code: 'challenge-over' });
  for (const [rule, subject] of [
    [SECOND_BY_CHALLENGE, challenge],
    [SECOND_BY_PERSON, userId],
  ] as const) {
    const attempt = await countAttempt(context, rule, subject);
    if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  }
  const right = await useCode(context, userId, code);
  await auditSignIn(context.db, email, right, context.clock.now());
  if (!right) return refuse({ code: 'proof-wrong' });
  await forgiveAttempt(context, SECOND_BY_PERSON, userId);
  if (!(await internalAdapter.consumeVerificationValue(identifier)))
    return refuse({ code: 'challenge-over' });
  const proven = { userId, email, openedBy, provedAt: context.clock.now() };
  return ok({ cookies: await openProvenSession(context, signIn, proven, headers) });
}

/** `openedBy` names the provider that said who it is, and `provedAt` when he showed it; without one he does so now. */
export async function openProvenSession(
  context: SignInContext,
  signIn: SignIn,
  { userId, email, openedBy, provedAt }: Halfway & Proven,
  headers: Headers,
): Promise<readonly string[]> {
  await leaveFormerSession(context, signIn, headers);
  const answer = await signIn.newest.api.openProvenSession({ body: { userId }, headers, asResponse: true });
  if (openedBy !== undefined) {
    const { token } = (await answer.json()) as { token: string }; // as proven-session.ts gives it
    await noteOpenedBy(context.db, token, openedBy, provedAt && Math.min(provedAt, context.clock.now()));
  }
  return [...answer.headers.getSetCookie(), knownBrowserCookie(context, email)];
}

type Proven = { readonly email: string; readonly provedAt?: number | undefined };

/** Who signs in anew in a browser ends the session that was open there, his own or a colleague's (ASVS 7.2.4). */
async function leaveFormerSession(context: AuthContext, signIn: SignIn, headers: Headers): Promise<void> {
  const former = await readSession(context, signIn, headers, { renew: false });
  if (former) await deleteSessionById(context.db, former.actor.userId, former.actor.sessionId);
}

const CHALLENGE_MS = 10 * 60_000;
const challengeIdentifier = (challenge: string): string => `second-step:${challenge}`;

/** Who showed the first step, and where: `<user>` or `<user> <provider>`. */
type Halfway = { readonly userId: string; readonly openedBy?: string | undefined };
const halfwayText = ({ userId, openedBy = '' }: Halfway): string => `${userId} ${openedBy}`.trimEnd();
function parseHalfway(text: string): Halfway {
  const [userId = '', openedBy] = text.split(' ');
  return { userId, openedBy };
}

/** To come back with, and a code of the second step. */
export async function makeChallenge(
  { ids, clock }: SignInContext,
  signIn: SignIn,
  halfway: Halfway,
): Promise<string> {
  const challenge = ids.token();
  const { internalAdapter } = await signIn.newest.$context;
  await internalAdapter.createVerificationValue({
    identifier: challengeIdentifier(challenge),
    value: halfwayText(halfway),
    expiresAt: new Date(clock.now() + CHALLENGE_MS),
  });
  return challenge;
}

/** Is it this person? Counted as a sign-in, and opens nothing. */
export async function checkPassword(
  context: SignInContext,
  signIn: SignIn,
  person: Credentials,
  from: From,
): Promise<Result<undefined, AuthRefusal>> {
  const opened = await openSession(context, signIn, person, from);
  if (!opened.ok) return opened;
  await deleteSession(context.db, opened.value.token);
  return ok(undefined);
}

/** The person of this session shows again who he is, before a sensitive act. */
export async function proveByPassword(
  context: AuthContext,
  signIn: SignIn,
  actor: Actor,
  password: string,
  { headers }: From,
): Promise<Result<undefined, AuthRefusal>> {
  return prove(context, actor, async () => {
    const answer = await signIn.newest.api.signInEmail({
      body: { email: actor.email, password },
      headers,
      asResponse: true,
    });
    if (answer.ok) await deleteSession(context.db, (await openedBy(answer)).token); // it opens one each time
    return answer.ok;
  });
}

export const proveByCode = (
  context: SignInContext,
  actor: Actor,
  code: string,
): Promise<Result<undefined, AuthRefusal>> =>
  prove(context, actor, () => useCode(context, actor.userId, code));

/** Counted by session: whoever guesses here holds an open one, and stops nobody from signing in elsewhere. */
export async function prove(
  context: AuthContext,
  actor: Actor,
  isRight: () => Promise<boolean>,
): Promise<Result<undefined, AuthRefusal>> {
  const attempt = await countAttempt(context, PROOF_BY_SESSION, actor.sessionId);
  if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  const right = await isRight();
  const { db, clock } = context;
  const { regionId } = actor;
  const action = right ? 'proved' : 'proof-failed';
  await appendAudit(db, { regionId, at: clock.now(), actor: actorName(actor), action, subject: 'session' });
  if (!right) return refuse({ code: 'proof-wrong' });
  await noteProof(db, actor.sessionId, clock.now());
  await forgiveAttempt(context, PROOF_BY_SESSION, actor.sessionId);
  return ok(undefined);
}

type Credentials = { readonly email: string; readonly password: string };

async function openSession(
  context: SignInContext,
  signIn: SignIn,
  person: Credentials,
  from: From,
): Promise<Result<Opened & { readonly cookies: readonly string[] }, AuthRefusal>> {
  const email = person.email.toLowerCase();
  const counted = countersOf(context, email, from);
  for (const [rule, subject] of counted) {
    const attempt = await countAttempt(context, rule, subject);
    if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  }
  const answer = await signIn.newest.api.signInEmail({
    body: { email, password: person.password },
    headers: from.headers,
    asResponse: true,
  });
  await auditSignIn(context.db, email, answer.ok, context.clock.now());
  if (!answer.ok) return refuse({ code: 'INVALID_EMAIL_OR_PASSWORD' });
  // A town hall that comes to work at nine is no attack.
  for (const [rule, subject] of counted) await forgiveAttempt(context, rule, subject);
  return ok({ ...(await openedBy(answer)), cookies: answer.headers.getSetCookie() });
}

function countersOf(
  context: SignInContext,
  email: string,
  { address, headers }: From,
): readonly (readonly [AttemptRule, string])[] {
  const known = knownBrowser(context, email, headers);
  if (known !== undefined) return [[BY_KNOWN_BROWSER, known]];
  return [
    // The narrowest first: what it stops does not count against the person, or one place could lock anyone out.
    [BY_PERSON_AT_ADDRESS, `${email}|${address}`],
    [BY_ADDRESS, address],
    [BY_PERSON, email],
  ];
}

type Opened = { readonly token: string; readonly userId: string };

/** better-auth names in its answer the session it opened, and for whom. */
async function openedBy(answer: Response): Promise<Opened> {
  const { token, user } = (await answer.json()) as { token: string; user: { id: string } };
  return { token, userId: user.id };
}

export type SignedOut = {
  readonly cookies: readonly string[];
  /** The provider that had said who it was: there one is still signed in. */
  readonly openedBy: string | undefined;
};

export async function signOut(context: AuthContext, signIn: SignIn, headers: Headers): Promise<SignedOut> {
  const session = await readSession(context, signIn, headers, { renew: false });
  const openedBy = session && (await readOpenedBy(context.db, session.actor.sessionId));
  const answer = await signIn.for(headers).api.signOut({ headers, asResponse: true });
  return { cookies: answer.headers.getSetCookie(), openedBy };
}

/** The same answer for every address: nobody learns who has an account. */
export async function requestPasswordReset(
  context: AuthContext,
  signIn: SignIn,
  email: string,
  from: From,
): Promise<Result<undefined, AuthRefusal>> {
  const byAddress = await countAttempt(context, RESET_BY_ADDRESS, from.address);
  if (!byAddress.allowed) return refuse({ code: 'too-many-requests', retryAfterS: byAddress.retryAfterS });
  const byPerson = await countAttempt(context, RESET_BY_PERSON, email.toLowerCase());
  // Too many letters to one person: silent, for the same reason.
  if (byPerson.allowed) {
    await signIn.newest.api.requestPasswordReset({
      body: { email },
      headers: from.headers,
      asResponse: true,
    });
  }
  return ok(undefined);
}

export async function resetPassword(
  context: AuthContext & Pick<Context, 'mail'>,
  signIn: SignIn,
  input: { readonly token: string; readonly newPassword: string },
  headers: Headers,
): Promise<Result<undefined, AuthRefusal>> {
  // Whose it is, only the token says: name and address are looked at when one changes it oneself.
  const { newPassword } = input;
  if (newPassword.length >= limits.passwordMin && isGuessable(newPassword))
    return refuse({ code: 'PASSWORD_GUESSABLE' });
  const mailedTo = await findMailedLink(context.db, input.token);
  const answer = await signIn.newest.api.resetPassword({ body: input, headers, asResponse: true });
  if (answer.ok) {
    if (mailedTo !== undefined) await claimByMail(context, mailedTo);
    return ok(undefined);
  }
  const { code } = (await answer.json()) as { code?: string }; // better-auth's error body
  if (code === 'PASSWORD_TOO_SHORT') return refuse({ code: 'PASSWORD_TOO_SHORT' });
  if (code === 'PASSWORD_TOO_LONG') return refuse({ code: 'PASSWORD_TOO_LONG' });
  return refuse({ code: 'INVALID_TOKEN' });
}

async function claimByMail(context: AuthContext & Pick<Context, 'mail'>, userId: string): Promise<void> {
  const [regionId, email] = await Promise.all([
    readHomeRegion(context.db, userId),
    readPersonEmail(context.db, userId),
  ]);
  if (regionId === undefined || email === undefined) return;
  const person = { userId, regionId };
  const cleared = await context.db
    .transaction()
    .execute((trx) => claimByAddress(trx, context, person, { keepPassword: true }));
  if (cleared) await tellOwner(context, regionId, email, 'ways-in-cleared');
}

export async function readMe({ db }: AuthContext, actor: Actor): Promise<Me> {
  const [grants, organisations, secondStep] = await Promise.all([
    readGrants(db, actor.regionId, actor.userId),
    listOrganisations(db, actor.regionId),
    hasSecondStep({ db }, actor.userId),
  ]);
  const mine = organisations.filter((organisation) =>
    isAllowed(actor.grants, 'activity.read', { regionId: actor.regionId, ...organisation }),
  );
  const isOwn = (id: string): boolean =>
    grants.some(({ place }) => place.kind === 'organisation' && place.organisationId === id);
  return {
    userId: actor.userId,
    email: actor.email,
    name: actor.name,
    roles: grants.map(({ role, placeName }) => ({ role, place: placeName })),
    secondStep,
    actions: ACTIONS.filter((action) => isAllowedSomewhere(actor.grants, action, actor.regionId)),
    organisations: [
      ...mine.filter(({ organisationId }) => isOwn(organisationId)),
      ...mine.filter(({ organisationId }) => !isOwn(organisationId)),
    ].map(({ organisationId, name, kind }) => ({ organisationId, name, kind })),
  };
}
