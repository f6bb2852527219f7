// One's own account: the name colleagues see, the password, and where one is signed in.
import { hashPassword } from 'better-auth/crypto';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import type { Account, PasswordChange } from '#domain/account-api.ts';
import { isGuessable } from '#domain/guessable-password.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { appendAudit } from '../audit.ts';
import type { Context } from '../context.ts';
import { actorName, type Actor } from './actor.ts';
import { browserName } from './browser-name.ts';
import { tellOwner } from './change-notice.ts';
import { requireFreshProof } from './fresh-proof.ts';
import type { OidcProvider } from './oidc-provider.ts';
import { readLink } from './oidc-service.ts';
import { listPasskeys } from './passkey-repository.ts';
import {
  deleteOpenLinks,
  deleteSessionById,
  deleteSessionsOf,
  findPassword,
  insertPassword,
  listSessions,
  renamePerson,
  updatePassword,
} from './repository.ts';
import { countRecoveryCodes } from './second-step-repository.ts';
import { hasSecondStep } from './second-step-service.ts';
import { proveByPassword, type AuthRefusal, type From } from './service.ts';
import { SESSION_MS_MAX, type SignIn } from './sign-in.ts';

type AccountContext = Pick<Context, 'db' | 'clock'>;

export async function readAccount(
  context: AccountContext,
  provider: OidcProvider | undefined,
  actor: Actor,
): Promise<Account> {
  const { db, clock } = context;
  const [sessions, password, secondStep, recoveryCodesLeft, passkeys, link] = await Promise.all([
    listSessions(db, actor.userId, clock.now(), SESSION_MS_MAX),
    findPassword(db, actor.userId),
    hasSecondStep(context, actor.userId),
    countRecoveryCodes(db, actor.userId),
    listPasskeys(db, actor.userId),
    readLink(context, provider, actor.userId),
  ]);
  return {
    name: actor.name,
    email: actor.email,
    hasPassword: password !== undefined,
    sessions: sessions.map(({ sessionId, userAgent, since, lastSeenAt }) => ({
      sessionId,
      isThis: sessionId === actor.sessionId,
      browser: browserName(userAgent),
      since,
      lastSeenAt,
    })),
    secondStep,
    recoveryCodesLeft,
    passkeys: passkeys.map(({ passkeyId, name, createdAt, lastUsedAt }) => ({
      passkeyId,
      name,
      createdAt,
      lastUsedAt,
    })),
    provider: link,
  };
}

export async function changeName({ db }: AccountContext, actor: Actor, name: string): Promise<void> {
  await renamePerson(db, actor.userId, name);
}

/** The old one shows who it is; everywhere else one must sign in with the new one. */
export async function changePassword(
  context: AccountContext & Pick<Context, 'mail'>,
  signIn: SignIn,
  actor: Actor,
  { currentPassword, newPassword }: PasswordChange,
  from: From,
): Promise<Result<undefined, AuthRefusal>> {
  if (newPassword.length < limits.passwordMin) return refuse({ code: 'PASSWORD_TOO_SHORT' });
  if (newPassword.length > limits.passwordMax) return refuse({ code: 'PASSWORD_TOO_LONG' });
  if (isGuessable(newPassword, [actor.name, actor.email])) return refuse({ code: 'PASSWORD_GUESSABLE' });
  const known = await findPassword(context.db, actor.userId);
  if (known === undefined) {
    requireFreshProof(context, actor);
  } else {
    const proved = await proveByPassword(context, signIn, actor, currentPassword, from);
    if (!proved.ok) return proved;
  }
  const hash = await hashPassword(newPassword);
  await context.db.transaction().execute(async (trx) => {
    if (known === undefined) await insertPassword(trx, actor.userId, hash);
    else await updatePassword(trx, actor.userId, hash);
    await deleteSessionsOf(trx, actor.userId, actor.sessionId);
    await deleteOpenLinks(trx, actor.userId);
    await note(trx, context, actor, 'password-changed');
  });
  await tellOwner(context, actor.regionId, actor.email, 'password-changed');
  return ok(undefined);
}

/** False when it is no session of this person, or none any more. */
export async function endSession(context: AccountContext, actor: Actor, sessionId: string): Promise<boolean> {
  const ended = await deleteSessionById(context.db, actor.userId, sessionId);
  if (ended) await note(context.db, context, actor, 'session-ended');
  return ended;
}

export async function endOtherSessions(context: AccountContext, actor: Actor): Promise<void> {
  await deleteSessionsOf(context.db, actor.userId, actor.sessionId);
  await note(context.db, context, actor, 'other-sessions-ended');
}

async function note(
  db: Context['db'],
  { clock }: AccountContext,
  actor: Actor,
  action: AuditAction,
): Promise<void> {
  const subject = `user:${actor.userId}`;
  const { regionId } = actor;
  await appendAudit(db, { regionId, at: clock.now(), actor: actorName(actor), action, subject });
}
