import type { Kysely } from 'kysely';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

/** A person who still has a role somewhere; without one there is nothing to sign in to. */
export type Person = { readonly userId: string; readonly email: string; readonly regionId: number };

export async function findLinkedPerson(
  db: Db,
  providerId: string,
  subject: string,
): Promise<{ userId: string } | undefined> {
  const row = await db
    .selectFrom('auth_account')
    .select('user_id')
    .where('provider_id', '=', providerId)
    .where('account_id', '=', subject)
    .executeTakeFirst();
  return row && { userId: row.user_id };
}

export async function findWorkingPerson(
  db: Db,
  by: { readonly userId: string } | { readonly email: string },
): Promise<Person | undefined> {
  const row = await db
    .selectFrom('auth_user as u')
    .innerJoin('role_grant as g', 'g.user_id', 'u.id')
    .select(['u.id', 'u.email', 'g.region_id'])
    .where((eb) => ('userId' in by ? eb('u.id', '=', by.userId) : eb('u.email', '=', by.email)))
    .orderBy('g.region_id')
    .limit(1)
    .executeTakeFirst();
  return row && { userId: row.id, email: row.email, regionId: row.region_id };
}

/** False when that account, or another one there of this person, is linked already. */
export async function insertLink(
  db: Db,
  userId: string,
  providerId: string,
  subject: string,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('auth_account')
    .values({ user_id: userId, account_id: subject, provider_id: providerId, password: null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function deleteLink(db: Db, userId: string, providerId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('auth_account')
    .where('user_id', '=', userId)
    .where('provider_id', '=', providerId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function findLinkedSince(
  db: Db,
  userId: string,
  providerId: string,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('auth_account')
    .select('created_at')
    .where('user_id', '=', userId)
    .where('provider_id', '=', providerId)
    .executeTakeFirst();
  return row?.created_at.getTime();
}

export async function noteOpenedBy(
  db: Db,
  token: string,
  providerId: string,
  provedAt: number | undefined,
): Promise<void> {
  await db
    .updateTable('auth_session')
    .set({ opened_by: providerId, proved_at: provedAt ?? null })
    .where('token', '=', token)
    .execute();
}

export async function readOpenedBy(db: Db, sessionId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('auth_session')
    .select('opened_by')
    .where('id', '=', sessionId)
    .executeTakeFirst();
  return row?.opened_by ?? undefined;
}
