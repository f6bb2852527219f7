import type { Kysely } from 'kysely';
import type { Place, Role, Target } from '#domain/devices/permissions.ts';
import { actorName, userIdIn } from '../auth/actor.ts';
import { placeOf } from '../auth/repository.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;
type StaffRole = Exclude<Role, 'scanner-phone'>;

/** A region has hundreds of people; more than this is not a list to read. */
const STAFF_MAX = 5_000;

export type StaffGrant = {
  readonly grantId: string;
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly place: Place;
  readonly placeName: string;
  readonly target: Target;
};

const grantsWithPlaces = (db: Db, regionId: number) =>
  db
    .selectFrom('role_grant as g')
    .innerJoin('auth_user as u', 'u.id', 'g.user_id')
    .innerJoin('region as r', 'r.region_id', 'g.region_id')
    .leftJoin('municipality as m', (join) =>
      join.onRef('m.region_id', '=', 'g.region_id').onRef('m.nis_code', '=', 'g.nis_code'),
    )
    .leftJoin('organisation as o', (join) =>
      join.onRef('o.region_id', '=', 'g.region_id').onRef('o.organisation_id', '=', 'g.organisation_id'),
    )
    .select(['g.region_id', 'g.grant_id', 'g.user_id', 'g.role', 'g.nis_code', 'g.organisation_id'])
    .select(['u.name', 'u.email', 'r.name as region_name'])
    .select(['m.name as municipality_name', 'o.name as organisation_name', 'o.nis_code as organisation_nis'])
    .where('g.region_id', '=', regionId);

type GrantRow = Awaited<ReturnType<ReturnType<typeof grantsWithPlaces>['execute']>>[number];

const grantOf = (row: GrantRow): StaffGrant => ({
  grantId: row.grant_id,
  userId: row.user_id,
  name: row.name,
  email: row.email,
  role: row.role,
  place: placeOf(row.nis_code, row.organisation_id),
  placeName: row.organisation_name ?? row.municipality_name ?? row.region_name,
  target: targetOf(row.region_id, row.nis_code ?? row.organisation_nis, row.organisation_id),
});

const targetOf = (regionId: number, nisCode: string | null, organisationId: string | null): Target => ({
  regionId,
  ...(nisCode !== null && { nisCode }),
  ...(organisationId !== null && { organisationId }),
});

export async function listGrants(db: Db, regionId: number): Promise<StaffGrant[]> {
  const rows = await grantsWithPlaces(db, regionId).orderBy('u.name').limit(STAFF_MAX).execute();
  return rows.map(grantOf);
}

export async function listGrantsOfPerson(db: Db, regionId: number, userId: string): Promise<StaffGrant[]> {
  const rows = await grantsWithPlaces(db, regionId).where('g.user_id', '=', userId).execute();
  return rows.map(grantOf);
}

export async function findGrant(db: Db, regionId: number, grantId: string): Promise<StaffGrant | undefined> {
  const row = await grantsWithPlaces(db, regionId).where('g.grant_id', '=', grantId).executeTakeFirst();
  return row && grantOf(row);
}

/** Until the transaction ends, nobody else gives or takes roles in this region. */
export async function lockStaff(trx: Db, regionId: number): Promise<void> {
  await trx
    .selectFrom('region')
    .select('region_id')
    .where('region_id', '=', regionId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
}

export async function deleteGrant(trx: Db, regionId: number, grantId: string): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('role_grant')
    .where('region_id', '=', regionId)
    .where('grant_id', '=', grantId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function countRegionAdmins(trx: Db, regionId: number): Promise<number> {
  const { count } = await trx
    .selectFrom('role_grant')
    .select((eb) => eb.fn.count<number>('user_id').distinct().as('count'))
    .where('region_id', '=', regionId)
    .where('role', '=', 'region-admin')
    .executeTakeFirstOrThrow();
  return count;
}

/** Which of these people also have a role in another region: they are not one region's to manage. */
export async function listPeopleElsewhere(
  db: Db,
  regionId: number,
  userIds: readonly string[],
): Promise<Set<string>> {
  if (userIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('role_grant')
    .select('user_id')
    .distinct()
    .where('region_id', '<>', regionId)
    .where('user_id', 'in', userIds)
    .execute();
  return new Set(rows.map((row) => row.user_id));
}

export async function listPeopleWithPassword(db: Db, userIds: readonly string[]): Promise<Set<string>> {
  if (userIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('auth_account')
    .select('user_id')
    .where('user_id', 'in', userIds)
    .execute();
  return new Set(rows.map((row) => row.user_id));
}

export async function listPeopleWithSecondStep(db: Db, userIds: readonly string[]): Promise<Set<string>> {
  if (userIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('auth_totp')
    .select('user_id')
    .where('confirmed_at', 'is not', null)
    .where('user_id', 'in', userIds)
    .execute();
  return new Set(rows.map((row) => row.user_id));
}

export async function countSessions(
  db: Db,
  userIds: readonly string[],
  now: number,
  lengthMsMax: number,
): Promise<Map<string, number>> {
  if (userIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('auth_session')
    .select((eb) => ['user_id', eb.fn.countAll<number>().as('count')])
    .where('user_id', 'in', userIds)
    .where('expires_at', '>', new Date(now))
    .where('created_at', '>', new Date(now - lengthMsMax))
    .groupBy('user_id')
    .execute();
  return new Map(rows.map((row) => [row.user_id, row.count]));
}

export type Invitation = {
  readonly regionId: number;
  readonly invitationId: string;
  readonly email: string;
  readonly role: StaffRole;
  readonly place: Place;
  readonly placeName: string;
  readonly regionName: string;
  readonly target: Target;
  /** The person who invited. */
  readonly createdBy: string;
  readonly expiresAt: number;
  readonly acceptedAt: number | null;
};

const invitationsWithPlaces = (db: Db) =>
  db
    .selectFrom('invitation as i')
    .innerJoin('region as r', 'r.region_id', 'i.region_id')
    .leftJoin('municipality as m', (join) =>
      join.onRef('m.region_id', '=', 'i.region_id').onRef('m.nis_code', '=', 'i.nis_code'),
    )
    .leftJoin('organisation as o', (join) =>
      join.onRef('o.region_id', '=', 'i.region_id').onRef('o.organisation_id', '=', 'i.organisation_id'),
    )
    .select(['i.region_id', 'i.invitation_id', 'i.email', 'i.role', 'i.nis_code', 'i.organisation_id'])
    .select(['i.created_by', 'i.expires_at', 'i.accepted_at', 'r.name as region_name'])
    .select(['m.name as municipality_name', 'o.name as organisation_name', 'o.nis_code as organisation_nis']);

type InvitationRow = Awaited<ReturnType<ReturnType<typeof invitationsWithPlaces>['execute']>>[number];

const invitationOf = (row: InvitationRow): Invitation => ({
  regionId: row.region_id,
  invitationId: row.invitation_id,
  email: row.email,
  role: row.role,
  place: placeOf(row.nis_code, row.organisation_id),
  placeName: row.organisation_name ?? row.municipality_name ?? row.region_name,
  regionName: row.region_name,
  target: targetOf(row.region_id, row.nis_code ?? row.organisation_nis, row.organisation_id),
  createdBy: row.created_by,
  expiresAt: row.expires_at,
  acceptedAt: row.accepted_at,
});

export async function listInvitations(db: Db, regionId: number): Promise<Invitation[]> {
  const rows = await invitationsWithPlaces(db)
    .where('i.region_id', '=', regionId)
    .where('i.accepted_at', 'is', null)
    .orderBy('i.created_at', 'desc')
    .limit(STAFF_MAX)
    .execute();
  return rows.map(invitationOf);
}

export async function findInvitation(
  db: Db,
  regionId: number,
  invitationId: string,
): Promise<Invitation | undefined> {
  const row = await invitationsWithPlaces(db)
    .where('i.region_id', '=', regionId)
    .where('i.invitation_id', '=', invitationId)
    .where('i.accepted_at', 'is', null)
    .executeTakeFirst();
  return row && invitationOf(row);
}

/** Whoever holds the link; the region is the invitation's. */
export async function findInvitationByToken(db: Db, tokenHash: Buffer): Promise<Invitation | undefined> {
  const row = await invitationsWithPlaces(db).where('i.token_hash', '=', tokenHash).executeTakeFirst();
  return row && invitationOf(row);
}

/** Takes the place of an open one for the same person, role and place. */
export async function replaceInvitation(
  trx: Db,
  invitation: Pick<
    Invitation,
    'regionId' | 'invitationId' | 'email' | 'role' | 'place' | 'createdBy' | 'expiresAt'
  > & { readonly tokenHash: Buffer; readonly createdAt: number },
): Promise<void> {
  const { place } = invitation;
  const values = {
    region_id: invitation.regionId,
    email: invitation.email,
    role: invitation.role,
    place_kind: place.kind,
    nis_code: place.kind === 'municipality' ? place.nisCode : null,
    organisation_id: place.kind === 'organisation' ? place.organisationId : null,
  };
  await trx
    .deleteFrom('invitation')
    .where('region_id', '=', values.region_id)
    .where('email', '=', values.email)
    .where('role', '=', values.role)
    .where('nis_code', 'is not distinct from', values.nis_code)
    .where('organisation_id', 'is not distinct from', values.organisation_id)
    .where('accepted_at', 'is', null)
    .execute();
  await trx
    .insertInto('invitation')
    .values({
      ...values,
      invitation_id: invitation.invitationId,
      token_hash: invitation.tokenHash,
      created_at: invitation.createdAt,
      created_by: invitation.createdBy,
      expires_at: invitation.expiresAt,
      accepted_at: null,
    })
    .execute();
}

export async function deleteInvitation(trx: Db, regionId: number, invitationId: string): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('invitation')
    .where('region_id', '=', regionId)
    .where('invitation_id', '=', invitationId)
    .where('accepted_at', 'is', null)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** False when someone was earlier, or when it was withdrawn meanwhile. */
export async function acceptInvitation(
  trx: Db,
  { regionId, invitationId }: Invitation,
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('invitation')
    .set({ accepted_at: now })
    .where('region_id', '=', regionId)
    .where('invitation_id', '=', invitationId)
    .where('accepted_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The account of an address and the regions where it has a role. */
export async function findPersonByEmail(
  db: Db,
  email: string,
): Promise<{ userId: string; regionIds: readonly number[] } | undefined> {
  const rows = await db
    .selectFrom('auth_user as u')
    .leftJoin('role_grant as g', 'g.user_id', 'u.id')
    .select(['u.id', 'g.region_id'])
    .where('u.email', '=', email)
    .execute();
  const [first] = rows;
  if (!first) return undefined;
  const regionIds = rows.flatMap(({ region_id }) => (region_id === null ? [] : [region_id]));
  return { userId: first.id, regionIds: [...new Set(regionIds)] };
}

/** In the audit; who it was made for is its subject. */
export const PASSWORD_LINK_MADE = 'password-link-made';

/** The people for whom this one made a link since then. */
export async function listPasswordLinksMadeBy(
  db: Db,
  regionId: number,
  userId: string,
  since: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('audit_entry')
    .select('subject')
    .distinct()
    .where('region_id', '=', regionId)
    .where('actor', '=', actorName({ userId }))
    .where('action', '=', PASSWORD_LINK_MADE)
    .where('at', '>=', since)
    .execute();
  return rows.map(({ subject }) => userIdIn(subject));
}
