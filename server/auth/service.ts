import { ACTIONS, isAllowed, isAllowedSomewhere } from '#domain/devices/permissions.ts';
import type { Me } from '#domain/desk-api.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import type { Context } from '../context.ts';
import { listOrganisations } from '../organisations/repository.ts';
import type { Actor } from './actor.ts';
import { auditSignIn, deleteSession, readGrants, readHomeRegion } from './repository.ts';
import { SESSION_MS_MAX, type SignIn } from './sign-in.ts';

type AuthContext = Pick<Context, 'db' | 'clock'>;

const QUARTER_MS = 15 * 60_000;
// An address may be that of a whole town hall; a person types wrongly a few times.
const BY_ADDRESS: AttemptRule = { purpose: 'sign-in-address', max: 100, windowMs: QUARTER_MS };
const BY_PERSON: AttemptRule = { purpose: 'sign-in-person', max: 30, windowMs: QUARTER_MS };
const BY_PERSON_AT_ADDRESS: AttemptRule = { purpose: 'sign-in-both', max: 10, windowMs: QUARTER_MS };
const RESET_BY_PERSON: AttemptRule = { purpose: 'reset-person', max: 3, windowMs: QUARTER_MS };
const RESET_BY_ADDRESS: AttemptRule = { purpose: 'reset-address', max: 30, windowMs: QUARTER_MS };

export type AuthRefusal =
  | {
      readonly code:
        'INVALID_EMAIL_OR_PASSWORD' | 'INVALID_TOKEN' | 'PASSWORD_TOO_SHORT' | 'PASSWORD_TOO_LONG';
    }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

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
  const regionId = await readHomeRegion(db, user.id);
  if (regionId === undefined) return undefined;
  const grants = await readGrants(db, regionId, user.id);
  return {
    actor: { userId: user.id, email: user.email, name: user.name, regionId, grants },
    setCookies: found.headers.getSetCookie(),
  };
}

/** The cookies of a new session. */
export async function signInWithPassword(
  context: AuthContext,
  signIn: SignIn,
  person: { readonly email: string; readonly password: string },
  from: { readonly address: string; readonly headers: Headers },
): Promise<Result<readonly string[], AuthRefusal>> {
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
  return ok(answer.headers.getSetCookie());
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
  from: { readonly address: string; readonly headers: Headers },
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
