import type { Kysely } from 'kysely';
import type { Database } from '../db/tables.ts';
import type { SealedBytes } from '../sealed-bytes.ts';

type Db = Kysely<Database>;

export type Totp = SealedBytes & { readonly confirmedAt: number | null; readonly lastStep: number };

export async function findTotp(db: Db, userId: string): Promise<Totp | undefined> {
  const row = await db.selectFrom('auth_totp').selectAll().where('user_id', '=', userId).executeTakeFirst();
  return (
    row && { keyId: row.key_id, sealed: row.sealed, confirmedAt: row.confirmed_at, lastStep: row.last_step }
  );
}

/** A secret that was never confirmed gives way to a newer one; a confirmed one stays. */
export async function insertTotp(db: Db, userId: string, { keyId, sealed }: SealedBytes): Promise<boolean> {
  const written = await db
    .insertInto('auth_totp')
    .values({ user_id: userId, key_id: keyId, sealed })
    .onConflict((conflict) =>
      conflict
        .column('user_id')
        .doUpdateSet({ key_id: keyId, sealed, last_step: 0 })
        .where('auth_totp.confirmed_at', 'is', null),
    )
    .executeTakeFirst();
  return (written.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** False when this step, or a later one, was used before: also by a request at the same time. */
export async function useTotpStep(db: Db, userId: string, step: number, now: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('auth_totp')
    .set((eb) => ({ last_step: step, confirmed_at: eb.fn.coalesce('confirmed_at', eb.val(now)) }))
    .where('user_id', '=', userId)
    .where('last_step', '<', step)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function deleteSecondStep(trx: Db, userId: string): Promise<boolean> {
  await trx.deleteFrom('auth_recovery_code').where('user_id', '=', userId).execute();
  const { numDeletedRows } = await trx
    .deleteFrom('auth_totp')
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function replaceRecoveryCodes(
  trx: Db,
  userId: string,
  hashes: readonly Buffer[],
): Promise<void> {
  await trx.deleteFrom('auth_recovery_code').where('user_id', '=', userId).execute();
  await trx
    .insertInto('auth_recovery_code')
    .values(hashes.map((hash) => ({ user_id: userId, code_hash: hash, used_at: null })))
    .execute();
}

/** Once: of two requests with the same code one gets true. */
export async function useRecoveryCode(
  db: Db,
  userId: string,
  hashes: readonly Buffer[],
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('auth_recovery_code')
    .set({ used_at: now })
    .where('user_id', '=', userId)
    .where('code_hash', 'in', hashes)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function countRecoveryCodes(db: Db, userId: string): Promise<number> {
  const { count } = await db
    .selectFrom('auth_recovery_code')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return count;
}
