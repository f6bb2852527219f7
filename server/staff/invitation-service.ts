// An invitation: one role at one place for one e-mail address, by a link that works once. It gives nothing by itself: the
// role begins when the colleague accepts. Who has an account proves it with the password, so that a copied link opens no
// account of someone else; who has none chooses a name and a password.
import { createHash } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import { mayGive, type Place, type Role, type Target } from '#domain/devices/permissions.ts';
import { isGuessable } from '#domain/guessable-password.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type {
  InvitationAcceptance,
  InvitationFacts,
  InvitationInput,
  PersonLink,
} from '#domain/staff-api.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, userIdIn, type Actor } from '../auth/actor.ts';
import { requireFreshProof } from '../auth/fresh-proof.ts';
import { invitationLetter } from '../auth/letters.ts';
import type { AcceptInvitation } from '../auth/oidc-service.ts';
import { requirePermission } from '../auth/permission.ts';
import {
  clearAccount,
  getOrInsertUser,
  insertGrant,
  insertPassword,
  readGrants,
} from '../auth/repository.ts';
import { checkPassword, type AuthRefusal, type From } from '../auth/service.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { findMunicipality, findOrganisation } from '../organisations/repository.ts';
import {
  acceptInvitation,
  deleteInvitation,
  findInvitation,
  findInvitationByToken,
  findPersonByEmail,
  replaceInvitation,
  type Invitation,
} from './repository.ts';

type InvitationContext = Pick<Context, 'db' | 'clock' | 'ids' | 'keys' | 'appUrl' | 'mail'>;

/** A whole region is invited in an afternoon; a stolen session mails no thousands. */
const BY_INVITER: AttemptRule = { purpose: 'invite', max: 100, windowMs: 3_600_000 };
const LOOK_BY_ADDRESS: AttemptRule = { purpose: 'invitation-look', max: 60, windowMs: 15 * 60_000 };

export type InvitationRefusal =
  | { readonly code: 'not-found' | 'not-yours-to-give' | 'invitation-over' | 'other-region' | 'name-missing' }
  | AuthRefusal;

export async function invite(
  context: InvitationContext,
  actor: Actor,
  { email, role, place }: InvitationInput,
): Promise<Result<PersonLink, InvitationRefusal>> {
  const target = await findTarget(context, actor, place);
  await requirePermission(context, actor, 'staff.manage', target);
  if (!target) return refuse({ code: 'not-found' });
  if (!isStaffRole(role) || !mayGive(actor.grants, role, place.kind, target)) {
    return refuse({ code: 'not-yours-to-give' });
  }
  requireFreshProof(context, actor);
  const attempt = await countAttempt(context, BY_INVITER, actor.userId);
  if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });

  const { db, clock, ids } = context;
  const token = ids.token();
  const now = clock.now();
  const invitationId = ids.newId();
  const expiresAt = now + limits.invitationMs;
  const url = `${context.appUrl}/balie/uitnodiging#token=${token}`;
  await db.transaction().execute(async (trx) => {
    await replaceInvitation(trx, {
      regionId: actor.regionId,
      invitationId,
      email,
      role,
      place,
      tokenHash: hashOf(token),
      createdAt: now,
      createdBy: actorName(actor),
      expiresAt,
    });
    await note(trx, context, actor.regionId, actorName(actor), 'invited', invitationId, { role, place });
  });
  await context.mail.send(actor.regionId, invitationLetter(email, url, limits.invitationMs / 86_400_000));
  return ok({ url, expiresAt, mailed: context.mail.canSend });
}

export async function withdrawInvitation(
  context: InvitationContext,
  actor: Actor,
  invitationId: string,
): Promise<Result<undefined, InvitationRefusal>> {
  const found = await findInvitation(context.db, actor.regionId, invitationId);
  await requirePermission(context, actor, 'staff.manage', found?.target);
  if (!found) return refuse({ code: 'not-found' });
  return context.db.transaction().execute(async (trx) => {
    if (!(await deleteInvitation(trx, actor.regionId, invitationId)))
      return refuse({ code: 'not-found' } as const);
    await note(trx, context, actor.regionId, actorName(actor), 'invitation-withdrawn', invitationId);
    return ok(undefined);
  });
}

/** For who holds the link. */
export async function lookAtInvitation(
  context: InvitationContext,
  token: string,
  address: string,
): Promise<Result<InvitationFacts, InvitationRefusal>> {
  const attempt = await countAttempt(context, LOOK_BY_ADDRESS, address);
  if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  const open = await findOpen(context, token);
  if (!open) return refuse({ code: 'invitation-over' });
  const person = await findPersonByEmail(context.db, open.email);
  return ok({
    email: open.email,
    role: open.role,
    placeName: open.placeName,
    regionName: open.regionName,
    hasAccount: hasRole(person),
  });
}

export async function accept(
  context: InvitationContext,
  signIn: SignIn,
  { token, name, password }: InvitationAcceptance,
  from: From,
): Promise<Result<undefined, InvitationRefusal>> {
  const open = await findOpen(context, token);
  if (!open) return refuse({ code: 'invitation-over' });
  const person = await findPersonByEmail(context.db, open.email);
  if (person?.regionIds.some((regionId) => regionId !== open.regionId))
    return refuse({ code: 'other-region' });

  if (person && hasRole(person)) {
    const proved = await checkPassword(context, signIn, { email: open.email, password }, from);
    return proved.ok ? settle(context, open, async () => person.userId) : proved;
  }
  if (password.length < limits.passwordMin) return refuse({ code: 'PASSWORD_TOO_SHORT' });
  if (password.length > limits.passwordMax) return refuse({ code: 'PASSWORD_TOO_LONG' });
  if (name === undefined) return refuse({ code: 'name-missing' });
  if (isGuessable(password, [name, open.email])) return refuse({ code: 'PASSWORD_GUESSABLE' });
  const hash = await hashPassword(password);
  return settle(context, open, async (trx) => {
    const userId = await beginAnew(trx, open.email, name);
    await insertPassword(trx, userId, hash);
    return userId;
  });
}

/**
 * With an account at the provider instead of a password: who holds the link and, says the provider, the invited address.
 * That proves an existing account of this address too.
 */
export const acceptByProvider =
  (context: InvitationContext): AcceptInvitation =>
  async (token, { email, name }, link) => {
    const open = await findOpen(context, token);
    if (!open) return refuse({ code: 'invitation-over' });
    if (open.email.toLowerCase() !== email) return refuse({ code: 'provider-other-address' });
    const person = await findPersonByEmail(context.db, email);
    if (person?.regionIds.some((regionId) => regionId !== open.regionId))
      return refuse({ code: 'other-region' });
    const { regionId } = open;
    let userId = '';
    try {
      const settled = await settle(context, open, async (trx) => {
        userId =
          person && hasRole(person) ? person.userId : await beginAnew(trx, email, name ?? nameOf(email));
        if (!(await link(trx, { userId, email, regionId }))) throw new AccountTaken();
        return userId;
      });
      return settled.ok ? ok({ userId, email, regionId }) : refuse({ code: 'invitation-over' });
    } catch (error) {
      if (error instanceof AccountTaken) return refuse({ code: 'provider-taken' });
      throw error;
    }
  };

/** Thrown, so that nothing of the transaction stays: not the role, and the invitation is still open. */
class AccountTaken extends Error {}

const nameOf = (email: string): string => email.slice(0, email.indexOf('@'));

/** Whoever had this address before and lost every role: nothing of that account opens anything any more. */
async function beginAnew(trx: Context['db'], email: string, name: string): Promise<string> {
  const shown = name.slice(0, limits.personNameMax);
  const userId = await getOrInsertUser(trx, email, shown, { proven: false });
  await clearAccount(trx, userId, shown);
  return userId;
}

async function settle(
  context: InvitationContext,
  open: Invitation,
  getPerson: (trx: Context['db']) => Promise<string>,
): Promise<Result<undefined, InvitationRefusal>> {
  const { db, clock, ids } = context;
  return db.transaction().execute(async (trx) => {
    if (!(await acceptInvitation(trx, open, clock.now())))
      return refuse({ code: 'invitation-over' } as const);
    const userId = await getPerson(trx);
    const grant = { regionId: open.regionId, role: open.role, place: open.place };
    const by = `invitation:${open.invitationId}`;
    await insertGrant(trx, { ...grant, grantId: ids.newId(), userId, at: clock.now(), by });
    const { role, place } = open;
    await note(trx, context, open.regionId, `user:${userId}`, 'invitation-accepted', open.invitationId, {
      role,
      place,
    });
    return ok(undefined);
  });
}

async function findOpen(context: InvitationContext, token: string): Promise<Invitation | undefined> {
  const found = await findInvitationByToken(context.db, hashOf(token));
  const open = found?.acceptedAt === null && found.expiresAt > context.clock.now();
  return open && (await mayInviterStillGive(context, found)) ? found : undefined;
}

/** Who lost that right since leaves no way in behind, for himself or for others. */
async function mayInviterStillGive({ db }: InvitationContext, invitation: Invitation): Promise<boolean> {
  const { regionId, createdBy, role, place, target } = invitation;
  return mayGive(await readGrants(db, regionId, userIdIn(createdBy)), role, place.kind, target);
}

async function findTarget(
  { db }: InvitationContext,
  { regionId }: Actor,
  place: Place,
): Promise<Target | undefined> {
  if (place.kind === 'region') return { regionId };
  if (place.kind === 'municipality') {
    const municipality = await findMunicipality(db, regionId, place.nisCode);
    return municipality && { regionId, nisCode: municipality.nisCode };
  }
  const organisation = await findOrganisation(db, regionId, place.organisationId);
  return organisation && { regionId, ...organisation };
}

const hasRole = (person: { readonly regionIds: readonly number[] } | undefined): boolean =>
  (person?.regionIds.length ?? 0) > 0;

const isStaffRole = (role: Role): role is Exclude<Role, 'scanner-phone'> => role !== 'scanner-phone';

/** 256 bits of chance: a plain hash hides them well enough, and no key can be lost. */
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

async function note(
  db: InvitationContext['db'],
  { clock }: InvitationContext,
  regionId: number,
  actor: string,
  action: AuditAction,
  invitationId: string,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const subject = `invitation:${invitationId}`;
  await appendAudit(db, { regionId, at: clock.now(), actor, action, subject, detail });
}
