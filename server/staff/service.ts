// Who works here: people with their roles, taking a role back, ending someone's sessions, a link for a forgotten password.
// One only sees and touches what is within one's own reach (src/domain/devices/permissions.ts).
import {
  isAllowed,
  mayGive,
  ROLE_PLACES,
  ROLES,
  type Place,
  type Target,
} from '#domain/devices/permissions.ts';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { PersonLink, StaffList, StaffMember } from '#domain/staff-api.ts';
import { appendAudit } from '../audit.ts';
import { FIRST_LINK_MS, makePasswordLink } from '../auth/accounts.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requireFreshProof } from '../auth/fresh-proof.ts';
import { tellOwner } from '../auth/change-notice.ts';
import { staffPasswordLetter } from '../auth/letters.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import { deleteOpenLinks, deleteSessionsOf } from '../auth/repository.ts';
import { deleteSecondStep } from '../auth/second-step-repository.ts';
import { SESSION_MS_MAX, type SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { listMunicipalities, listOrganisations } from '../organisations/repository.ts';
import {
  countRegionAdmins,
  countSessions,
  deleteGrant,
  findGrant,
  listGrants,
  listGrantsOfPerson,
  listInvitations,
  listPasswordLinksMadeBy,
  listPeopleElsewhere,
  listPeopleWithPassword,
  listPeopleWithSecondStep,
  lockStaff,
  PASSWORD_LINK_MADE,
  type StaffGrant,
} from './repository.ts';

type StaffContext = Pick<Context, 'db' | 'clock' | 'ids' | 'appUrl' | 'mail'>;

export type StaffRefusal = {
  readonly code: 'not-found' | 'own-role' | 'last-administrator' | 'beyond-reach';
};

export async function listStaff(context: StaffContext, actor: Actor): Promise<StaffList> {
  await requirePermissionSomewhere(context, actor, 'staff.manage');
  const { db, clock } = context;
  const { regionId } = actor;
  const grants = await listGrants(db, regionId);
  const userIds = [
    ...new Set(grants.filter(({ target }) => isMine(actor, target)).map(({ userId }) => userId)),
  ];
  const [elsewhere, withPassword, withSecondStep, sessions, invitations] = await Promise.all([
    listPeopleElsewhere(db, regionId, userIds),
    listPeopleWithPassword(db, userIds),
    listPeopleWithSecondStep(db, userIds),
    countSessions(db, userIds, clock.now(), SESSION_MS_MAX),
    listInvitations(db, regionId),
  ]);
  return {
    staff: userIds.flatMap((userId) => {
      const all = grants.filter((grant) => grant.userId === userId);
      const member = memberOf(actor, all);
      return member
        ? [
            {
              ...member,
              hasSignedIn: withPassword.has(userId),
              sessions: sessions.get(userId) ?? 0,
              hasSecondStep: withSecondStep.has(userId),
              mayManage: isWithinReach(actor, all) && !elsewhere.has(userId),
            },
          ]
        : [];
    }),
    invitations: invitations
      .filter(({ target }) => isMine(actor, target))
      .map(({ invitationId, email, role, placeName, expiresAt }) => ({
        invitationId,
        email,
        role,
        placeName,
        expiresAt,
      })),
    offers: await listOffers(context, actor),
  };
}

/** The role ends at the next request; who has none left is signed out. */
export async function withdrawRole(
  context: StaffContext,
  actor: Actor,
  grantId: string,
): Promise<Result<undefined, StaffRefusal>> {
  const found = await findGrant(context.db, actor.regionId, grantId);
  await requirePermission(context, actor, 'staff.manage', found?.target);
  if (!found) return refuse({ code: 'not-found' });
  requireFreshProof(context, actor);
  // So that a region always keeps someone who may give roles: a colleague takes mine, I take a colleague's.
  if (found.userId === actor.userId) return refuse({ code: 'own-role' });
  if (!isMineToGive(actor, found)) return refuse({ code: 'beyond-reach' });
  return context.db.transaction().execute(async (trx) => {
    await lockStaff(trx, actor.regionId);
    if (found.role === 'region-admin' && (await countRegionAdmins(trx, actor.regionId)) < 2) {
      return refuse({ code: 'last-administrator' } as const);
    }
    if (!(await deleteGrant(trx, actor.regionId, grantId))) return refuse({ code: 'not-found' } as const);
    const left = await listGrantsOfPerson(trx, actor.regionId, found.userId);
    const elsewhere = await listPeopleElsewhere(trx, actor.regionId, [found.userId]);
    if (left.length === 0 && elsewhere.size === 0) await deleteSessionsOf(trx, found.userId);
    await closePasswordLinksOf(trx, context, actor.regionId, found.userId);
    await note(trx, context, actor, 'role-withdrawn', found.userId, { role: found.role, place: found.place });
    return ok(undefined);
  });
}

/** What one could copy while one might make it: no way in through a colleague's account. Who it was for gets another link. */
async function closePasswordLinksOf(
  trx: StaffContext['db'],
  { clock }: StaffContext,
  regionId: number,
  userId: string,
): Promise<void> {
  const since = clock.now() - FIRST_LINK_MS;
  for (const madeFor of await listPasswordLinksMadeBy(trx, regionId, userId, since))
    await deleteOpenLinks(trx, madeFor);
}

/** Everywhere at once: after a lost laptop, or when somebody leaves. */
export async function signOutPerson(
  context: StaffContext,
  actor: Actor,
  userId: string,
): Promise<Result<undefined, StaffRefusal>> {
  const person = await requirePerson(context, actor, userId);
  if (!person.ok) return person;
  await context.db.transaction().execute(async (trx) => {
    await deleteSessionsOf(trx, userId);
    await note(trx, context, actor, 'sessions-ended', userId);
  });
  return ok(undefined);
}

/** The phone with the app is lost and so is the paper: the password alone signs in until he sets it up again. */
export async function removeStaffSecondStep(
  context: StaffContext,
  actor: Actor,
  userId: string,
): Promise<Result<undefined, StaffRefusal>> {
  const person = await requirePerson(context, actor, userId);
  if (!person.ok) return person;
  await context.db.transaction().execute(async (trx) => {
    await deleteSecondStep(trx, userId);
    await note(trx, context, actor, 'second-step-removed', userId);
  });
  await tellOwner(context, actor.regionId, person.value.email, 'second-step-off');
  return ok(undefined);
}

/** Shown to copy, and mailed where mail leaves. What one could already do with the link is written in the audit. */
export async function makeStaffPasswordLink(
  context: StaffContext,
  signIn: SignIn,
  actor: Actor,
  userId: string,
): Promise<Result<PersonLink, StaffRefusal>> {
  const person = await requirePerson(context, actor, userId);
  if (!person.ok) return person;
  const url = await makePasswordLink(context, signIn, userId);
  const expiresAt = context.clock.now() + FIRST_LINK_MS;
  await context.mail.send(
    actor.regionId,
    staffPasswordLetter(person.value.email, url, FIRST_LINK_MS / 3_600_000),
  );
  await note(context.db, context, actor, PASSWORD_LINK_MADE, userId);
  return ok({ url, expiresAt, mailed: context.mail.canSend });
}

/** A person is mine to manage when each of his roles is, in this region and in every other. */
async function requirePerson(
  context: StaffContext,
  actor: Actor,
  userId: string,
): Promise<Result<{ readonly email: string }, StaffRefusal>> {
  const grants = await listGrantsOfPerson(context.db, actor.regionId, userId);
  const visible = grants.find(({ target }) => isMine(actor, target)) ?? grants[0];
  await requirePermission(context, actor, 'staff.manage', visible?.target);
  if (!visible) return refuse({ code: 'not-found' });
  requireFreshProof(context, actor);
  const elsewhere = await listPeopleElsewhere(context.db, actor.regionId, [userId]);
  if (!isWithinReach(actor, grants) || elsewhere.size > 0) return refuse({ code: 'beyond-reach' });
  return ok({ email: visible.email });
}

const isMine = (actor: Actor, target: Target): boolean => isAllowed(actor.grants, 'staff.manage', target);

const isMineToGive = (
  actor: Actor,
  { role, place, target }: Pick<StaffGrant, 'role' | 'place' | 'target'>,
): boolean => mayGive(actor.grants, role, place.kind, target);

const isWithinReach = (actor: Actor, grants: readonly StaffGrant[]): boolean =>
  grants.every((grant) => isMineToGive(actor, grant));

function memberOf(
  actor: Actor,
  grants: readonly StaffGrant[],
): Omit<StaffMember, 'hasSignedIn' | 'hasSecondStep' | 'sessions' | 'mayManage'> | undefined {
  const [first] = grants;
  if (!first) return undefined;
  const isSelf = first.userId === actor.userId;
  return {
    userId: first.userId,
    name: first.name,
    email: first.email,
    isSelf,
    roles: grants
      .filter(({ target }) => isMine(actor, target))
      .map((grant) => ({
        grantId: grant.grantId,
        role: grant.role,
        placeName: grant.placeName,
        mayWithdraw: !isSelf && isMineToGive(actor, grant),
      })),
  };
}

async function listOffers({ db }: StaffContext, actor: Actor): Promise<StaffList['offers']> {
  const { regionId } = actor;
  const [municipalities, organisations] = await Promise.all([
    listMunicipalities(db, regionId),
    listOrganisations(db, regionId),
  ]);
  const places: readonly { place: Place; name: string; target: Target }[] = [
    { place: { kind: 'region' }, name: '', target: { regionId } },
    ...municipalities.map(({ nisCode, name }) => ({
      place: { kind: 'municipality' as const, nisCode },
      name,
      target: { regionId, nisCode },
    })),
    ...organisations.map(({ organisationId, name, nisCode }) => ({
      place: { kind: 'organisation' as const, organisationId },
      name,
      target: { regionId, organisationId, ...(nisCode !== undefined && { nisCode }) },
    })),
  ];
  return ROLES.filter((role) => ROLE_PLACES[role].length > 0)
    .map((role) => ({
      role,
      places: places
        .filter(({ place, target }) => mayGive(actor.grants, role, place.kind, target))
        .map(({ place, name }) => ({ place, name })),
    }))
    .filter((offer) => offer.places.length > 0);
}

async function note(
  db: StaffContext['db'],
  { clock }: StaffContext,
  actor: Actor,
  action: AuditAction,
  userId: string,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await appendAudit(db, {
    regionId: actor.regionId,
    at: clock.now(),
    actor: actorName(actor),
    action,
    subject: actorName({ userId }),
    detail,
  });
}
