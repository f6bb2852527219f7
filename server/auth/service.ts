import { ACTIONS, isAllowed, isAllowedSomewhere } from '#domain/devices/permissions.ts';
import type { Me } from '#domain/desk-api.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import type { Context } from '../context.ts';
import { listOrganisations } from '../organisations/repository.ts';
import { actorName, type Actor } from './actor.ts';
import { auditSignIn, deleteSession, noteProof, readGrants, readSessionFacts } from './repository.ts';
import { SESSION_MS_MAX, type SignIn } from './sign-in.ts';

type AuthContext = Pick<Context, 'db' | 'clock'>;

const QUARTER_MS = 15 * 60_000;
// An address may be that of a whole town hall; a person types wrongly a few times.
const BY_ADDRESS: AttemptRule = { purpose: 'sign-in-address', max: 100, windowMs: QUARTER_MS };
const BY_PERSON: AttemptRule = { purpose: 'sign-in-person', max: 30, windowMs: QUARTER_MS };
const BY_PERSON_AT_ADDRESS: AttemptRule = { purpose: 'sign-in-both', max: 10, windowMs: QUARTER_MS };
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
        | 'proof-wrong';
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
  const provedAt = Math.max(session.createdAt.getTime(), facts.provedAt ?? 0);
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

/** The cookies of a new session. */
export async function signInWithPassword(
  context: AuthContext,
  signIn: SignIn,
  person: Credentials,
  from: From,
): Promise<Result<readonly string[], AuthRefusal>> {
  const opened = await openSession(context, signIn, person, from);
  return opened.ok ? ok(opened.value.cookies) : opened;
}

/** Is it this person? Counted as a sign-in, and opens nothing. */
export async function checkPassword(
  context: AuthContext,
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
  // By session: whoever guesses here holds an open session, and stops nobody from signing in elsewhere.
  const attempt = await countAttempt(context, PROOF_BY_SESSION, actor.sessionId);
  if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  const answer = await signIn.newest.api.signInEmail({
    body: { email: actor.email, password },
    headers,
    asResponse: true,
  });
  const { db, clock } = context;
  const { regionId } = actor;
  const action = answer.ok ? 'proved' : 'proof-failed';
  await appendAudit(db, { regionId, at: clock.now(), actor: actorName(actor), action, subject: 'session' });
  if (!answer.ok) return refuse({ code: 'proof-wrong' });
  await deleteSession(db, await tokenOf(answer)); // better-auth opens one with each right password
  await noteProof(db, actor.sessionId, clock.now());
  return ok(undefined);
}

type Credentials = { readonly email: string; readonly password: string };

async function openSession(
  context: AuthContext,
  signIn: SignIn,
  person: Credentials,
  from: From,
): Promise<Result<{ readonly token: string; readonly cookies: readonly string[] }, AuthRefusal>> {
  const email = person.email.toLowerCase();
  for (const [rule, subject] of [
    // The narrowest first: what it stops does not count against the person, or one place could lock anyone out.
    [BY_PERSON_AT_ADDRESS, `${email}|${from.address}`],
    [BY_ADDRESS, from.address],
    [BY_PERSON, email],
  ] as const) {
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
  return ok({ token: await tokenOf(answer), cookies: answer.headers.getSetCookie() });
}

/** better-auth names the session it opened in the body of its answer. */
async function tokenOf(answer: Response): Promise<string> {
  const { token } = (await answer.json()) as { token: string };
  return token;
}

export async function signOut(signIn: SignIn, headers: Headers): Promise<readonly string[]> {
  const answer = await signIn.for(headers).api.signOut({ headers, asResponse: true });
  return answer.headers.getSetCookie();
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
  signIn: SignIn,
  input: { readonly token: string; readonly newPassword: string },
  headers: Headers,
): Promise<Result<undefined, AuthRefusal>> {
  const answer = await signIn.newest.api.resetPassword({ body: input, headers, asResponse: true });
  if (answer.ok) return ok(undefined);
  const { code } = (await answer.json()) as { code?: string }; // better-auth's error body
  if (code === 'PASSWORD_TOO_SHORT') return refuse({ code: 'PASSWORD_TOO_SHORT' });
  if (code === 'PASSWORD_TOO_LONG') return refuse({ code: 'PASSWORD_TOO_LONG' });
  return refuse({ code: 'INVALID_TOKEN' });
}

export async function readMe({ db }: AuthContext, actor: Actor): Promise<Me> {
  const [grants, organisations] = await Promise.all([
    readGrants(db, actor.regionId, actor.userId),
    listOrganisations(db, actor.regionId),
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
    actions: ACTIONS.filter((action) => isAllowedSomewhere(actor.grants, action, actor.regionId)),
    organisations: [
      ...mine.filter(({ organisationId }) => isOwn(organisationId)),
      ...mine.filter(({ organisationId }) => !isOwn(organisationId)),
    ].map(({ organisationId, name, kind }) => ({ organisationId, name, kind })),
  };
}
