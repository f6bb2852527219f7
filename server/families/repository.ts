import { sql, type Kysely } from 'kysely';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import type { Family, FamilyRoles } from '#domain/passholders/family.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;
type By = { readonly at: number; readonly by: string };

/** With `lock` until the end of the transaction. */
export async function findFamily(
  db: Db,
  regionId: number,
  familyId: string,
  lock = false,
): Promise<(Family & { readonly requestDigest: Uint8Array }) | undefined> {
  const row = await db
    .selectFrom('family')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('family_id', '=', familyId)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();
  if (!row) return undefined;
  const members = await db
    .selectFrom('family_member')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('family_id', '=', familyId)
    .orderBy(sql`until_day is not null`)
    .orderBy('from_day')
    .orderBy('added_at')
    .orderBy('member_id')
    .execute();
  return {
    familyId,
    n: row.n,
    contactId: row.contact_id,
    consentId: row.consent_id,
    requestDigest: row.request_digest,
    members: members.map(({ member_id, passholder_id, from_day, until_day }) => ({
      memberId: member_id,
      passholderId: passholder_id,
      from: from_day,
      until: until_day,
    })),
  };
}

/** The families somebody is in today, the oldest first. */
export async function listFamilyIds(db: Db, regionId: number, passholderId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('family_member')
    .select('family_id')
    .where('region_id', '=', regionId)
    .where('passholder_id', '=', passholderId)
    .where('until_day', 'is', null)
    .orderBy('added_at')
    .execute();
  return rows.map((row) => row.family_id);
}

/** False when this id is taken. */
export async function insertFamily(
  db: Db,
  regionId: number,
  family: { familyId: string; organisationId: string; requestDigest: Uint8Array },
  { at, by }: By,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('family')
    .values({
      region_id: regionId,
      family_id: family.familyId,
      n: 1,
      contact_id: null,
      consent_id: null,
      request_digest: Buffer.from(family.requestDigest),
      organisation_id: family.organisationId,
      made_at: at,
      made_by: by,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** False when the id of the member is taken. */
export async function insertMember(
  db: Db,
  regionId: number,
  familyId: string,
  member: { memberId: string; passholderId: string; from: CivilDay },
  { at, by }: By,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('family_member')
    .values({
      region_id: regionId,
      family_id: familyId,
      member_id: member.memberId,
      passholder_id: member.passholderId,
      from_day: member.from,
      until_day: null,
      added_at: at,
      added_by: by,
      ended_at: null,
      ended_by: null,
    })
    .onConflict((conflict) => conflict.columns(['region_id', 'member_id']).doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function endMember(
  db: Db,
  regionId: number,
  memberId: string,
  until: CivilDay,
  { at, by }: By,
): Promise<void> {
  await db
    .updateTable('family_member')
    .set({ until_day: until, ended_at: at, ended_by: by })
    .where('region_id', '=', regionId)
    .where('member_id', '=', memberId)
    .execute();
}

export async function storeRoles(
  db: Db,
  regionId: number,
  { familyId, n, contactId, consentId }: FamilyRoles & { readonly familyId: string; readonly n: number },
): Promise<void> {
  await db
    .updateTable('family')
    .set({ n, contact_id: contactId, consent_id: consentId })
    .where('region_id', '=', regionId)
    .where('family_id', '=', familyId)
    .execute();
}

/** For the copy that somebody may ask for: since when, and how many they are; the others' names are theirs. */
export const listFamilyTimes = (
  db: Db,
  regionId: number,
  passholderIds: readonly string[],
): Promise<{ from: CivilDay; until: CivilDay | null; isContact: boolean; members: number }[]> =>
  db
    .selectFrom('family_member as m')
    .innerJoin('family as f', (join) =>
      join.onRef('f.region_id', '=', 'm.region_id').onRef('f.family_id', '=', 'm.family_id'),
    )
    .select((eb) => [
      'm.from_day as from',
      'm.until_day as until',
      sql<boolean>`f.contact_id is not distinct from m.member_id`.as('isContact'),
      eb
        .selectFrom('family_member as other')
        .select(sql<number>`count(*)::integer`.as('members'))
        .whereRef('other.region_id', '=', 'm.region_id')
        .whereRef('other.family_id', '=', 'm.family_id')
        .where('other.until_day', 'is', null)
        .$asScalar()
        .$notNull()
        .as('members'),
    ])
    .where('m.region_id', '=', regionId)
    .where('m.passholder_id', 'in', passholderIds)
    .orderBy('m.from_day')
    .execute();
