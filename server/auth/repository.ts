import { createHash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import type { Grant, Place } from '#domain/devices/permissions.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

/** A person works in one region: the first that granted a role. */
export async function readHomeRegion(db: Db, userId: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('role_grant')
    .select('region_id')
    .where('user_id', '=', userId)
    .orderBy('region_id')
    .executeTakeFirst();
  return row?.region_id;
}

/** The home region of the person of a session, which provider opened it, and when he last proved again who he is. */
export async function readSessionFacts(
  db: Db,
  sessionId: string,
): Promise<{ regionId: number; provedAt: number | null; openedBy: string | null } | undefined> {
  const row = await db
    .selectFrom('auth_session as s')
    .innerJoin('role_grant as g', 'g.user_id', 's.user_id')
    .select(['g.region_id', 's.proved_at', 's.opened_by'])
    .where('s.id', '=', sessionId)
    .orderBy('g.region_id')
    .limit(1)
    .executeTakeFirst();
  return row && { regionId: row.region_id, provedAt: row.proved_at, openedBy: row.opened_by };
}

export type NamedGrant = Grant & { readonly placeName: string };

export async function readGrants(db: Db, regionId: number, userId: string): Promise<NamedGrant[]> {
  const rows = await db
    .selectFrom('role_grant as g')
    .innerJoin('region as r', 'r.region_id', 'g.region_id')
    .leftJoin('municipality as m', (join) =>
      join.onRef('m.region_id', '=', 'g.region_id').onRef('m.nis_code', '=', 'g.nis_code'),
    )
    .leftJoin('organisation as o', (join) =>
      join.onRef('o.region_id', '=', 'g.region_id').onRef('o.organisation_id', '=', 'g.organisation_id'),
    )
    .select(['g.role', 'g.place_kind', 'g.nis_code', 'g.organisation_id'])
    .select(['r.name as region_name', 'm.name as municipality_name', 'o.name as organisation_name'])
    .where('g.region_id', '=', regionId)
    .where('g.user_id', '=', userId)
    .orderBy('g.granted_at')
    .execute();
  return rows.map((row) => ({
    regionId,
    role: row.role,
    place: placeOf(row.nis_code, row.organisation_id),
    placeName: row.organisation_name ?? row.municipality_name ?? row.region_name,
  }));
}

export function placeOf(nisCode: string | null, organisationId: string | null): Place {
  if (organisationId !== null) return { kind: 'organisation', organisationId };
  if (nisCode !== null) return { kind: 'municipality', nisCode };
  return { kind: 'region' };
}

export async function insertGrant(
  db: Db,
  grant: Grant & {
    readonly grantId: string;
    readonly userId: string;
    readonly at: number;
    readonly by: string;
  },
): Promise<void> {
  const { place, role } = grant;
  if (role === 'scanner-phone') throw new Error('a phone gets its rights by enrolment');
  await db
    .insertInto('role_grant')
    .values({
      region_id: grant.regionId,
      grant_id: grant.grantId,
      user_id: grant.userId,
      role,
      place_kind: place.kind,
      nis_code: place.kind === 'municipality' ? place.nisCode : null,
      organisation_id: place.kind === 'organisation' ? place.organisationId : null,
      granted_at: grant.at,
      granted_by: grant.by,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The person of an e-mail address, made when new; `proven`: who makes it answers for whose address that is. */
export async function getOrInsertUser(
  db: Db,
  email: string,
  name: string,
  { proven }: { proven: boolean },
): Promise<string> {
  const { id } = await db
    .insertInto('auth_user')
    .values({ email: email.toLowerCase(), name, email_verified: proven })
    .onConflict((conflict) =>
      conflict.column('email').doUpdateSet((eb) => ({ email: eb.ref('excluded.email') })),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export async function insertPassword(db: Db, userId: string, hash: string): Promise<void> {
  await db
    .insertInto('auth_account')
    .values({ user_id: userId, account_id: userId, provider_id: 'credential', password: hash })
    .execute();
}

export async function deleteSession(db: Db, token: string): Promise<void> {
  await db.deleteFrom('auth_session').where('token', '=', token).execute();
}

/** All of a person's, or all but one. */
export async function deleteSessionsOf(db: Db, userId: string, exceptSessionId?: string): Promise<void> {
  await db
    .deleteFrom('auth_session')
    .where('user_id', '=', userId)
    .$if(exceptSessionId !== undefined, (query) => query.where('id', '<>', exceptSessionId ?? ''))
    .execute();
}

export async function deleteSessionById(db: Db, userId: string, sessionId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('auth_session')
    .where('user_id', '=', userId)
    .where('id', '=', sessionId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

const SESSIONS_SHOWN_MAX = 50;

/** Where a person is signed in now, the newest use first. */
export async function listSessions(
  db: Db,
  userId: string,
  now: number,
  lengthMsMax: number,
): Promise<{ sessionId: string; userAgent: string; since: number; lastSeenAt: number }[]> {
  const rows = await db
    .selectFrom('auth_session')
    .select(['id', 'user_agent', 'created_at', 'updated_at'])
    .where('user_id', '=', userId)
    .where('expires_at', '>', new Date(now))
    .where('created_at', '>', new Date(now - lengthMsMax))
    .orderBy('updated_at', 'desc')
    .limit(SESSIONS_SHOWN_MAX)
    .execute();
  return rows.map((row) => ({
    sessionId: row.id,
    userAgent: row.user_agent ?? '',
    since: row.created_at.getTime(),
    lastSeenAt: row.updated_at.getTime(),
  }));
}

/** The hash of the password, where one was chosen. */
export async function findPassword(db: Db, userId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('auth_account')
    .select('password')
    .where('user_id', '=', userId)
    .where('provider_id', '=', 'credential')
    .executeTakeFirst();
  return row?.password ?? undefined;
}

export async function updatePassword(trx: Db, userId: string, hash: string): Promise<void> {
  await trx
    .updateTable('auth_account')
    .set({ password: hash })
    .where('user_id', '=', userId)
    .where('provider_id', '=', 'credential')
    .execute();
}

export async function renamePerson(db: Db, userId: string, name: string): Promise<void> {
  await db.updateTable('auth_user').set({ name }).where('id', '=', userId).execute();
}

export async function readPersonEmail(db: Db, userId: string): Promise<string | undefined> {
  const row = await db.selectFrom('auth_user').select('email').where('id', '=', userId).executeTakeFirst();
  return row?.email;
}

export async function noteProof(db: Db, sessionId: string, at: number): Promise<void> {
  await db.updateTable('auth_session').set({ proved_at: at }).where('id', '=', sessionId).execute();
}

const mailedIdentifier = (token: string): string =>
  `mailed:${createHash('sha256').update(token).digest('base64url')}`;

/** A link for a new password that went to the address itself; others are shown to a colleague. */
export async function noteMailedLink(db: Db, userId: string, token: string, expiresAt: Date): Promise<void> {
  await db
    .insertInto('auth_verification')
    .values({ identifier: mailedIdentifier(token), value: userId, expires_at: expiresAt })
    .execute();
}

/** Whose address that link went to. */
export async function findMailedLink(db: Db, token: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('auth_verification')
    .select('value')
    .where('identifier', '=', mailedIdentifier(token))
    .executeTakeFirst();
  return row?.value;
}

/** Links for a new password and sign-ins under way: nobody goes on with those after a new password. */
export async function deleteOpenLinks(db: Db, userId: string): Promise<void> {
  await db
    .deleteFrom('auth_verification')
    .where((eb) => eb.or([eb('value', '=', userId), eb('value', 'like', `${userId} %`)]))
    .execute();
}

/** True the first time. */
export async function noteAddressProven(trx: Db, userId: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('auth_user')
    .set({ email_verified: true })
    .where('id', '=', userId)
    .where('email_verified', '=', false)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Passwords, accounts elsewhere and passkeys; of passwords not the one just chosen. False when there was none. */
export async function deleteWaysIn(
  trx: Db,
  userId: string,
  { keepPassword }: { keepPassword: boolean },
): Promise<boolean> {
  await deleteSessionsOf(trx, userId);
  const [accounts, passkeys] = [
    await trx
      .deleteFrom('auth_account')
      .where('user_id', '=', userId)
      .$if(keepPassword, (query) => query.where('provider_id', '<>', 'credential'))
      .executeTakeFirst(),
    await trx.deleteFrom('auth_passkey').where('user_id', '=', userId).executeTakeFirst(),
  ];
  return accounts.numDeletedRows + passkeys.numDeletedRows > 0n;
}

/** An account begins anew: nothing that opened it before opens it again. */
export async function clearAccount(trx: Db, userId: string, name: string): Promise<void> {
  await deleteSessionsOf(trx, userId);
  await deleteOpenLinks(trx, userId);
  for (const table of ['auth_account', 'auth_totp', 'auth_recovery_code', 'auth_passkey'] as const)
    await trx.deleteFrom(table).where('user_id', '=', userId).execute();
  await trx.updateTable('auth_user').set({ name, email_verified: false }).where('id', '=', userId).execute();
}

/** One audit row in each region of the person; of an unknown address nothing is kept. */
export async function auditSignIn(db: Db, email: string, succeeded: boolean, at: number): Promise<void> {
  const action: AuditAction = succeeded ? 'sign-in' : 'sign-in-failed';
  await sql`
    insert into audit_entry (region_id, at, actor, action, subject)
    select distinct g.region_id, ${at}::bigint, 'user:' || u.id, ${action}, 'session'
    from auth_user u join role_grant g on g.user_id = u.id where u.email = ${email.toLowerCase()}
  `.execute(db);
}

export async function listRegions(db: Db): Promise<{ regionId: number; slug: string; name: string }[]> {
  const rows = await db
    .selectFrom('region')
    .select(['region_id', 'slug', 'name'])
    .orderBy('region_id')
    .execute();
  return rows.map((row) => ({ regionId: row.region_id, slug: row.slug, name: row.name }));
}
