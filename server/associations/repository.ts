import type { Kysely } from 'kysely';
import type { Association, AssociationFacts } from '#domain/associations/association.ts';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

export type StoredAssociation = Association & {
  readonly placeName: string | null;
  readonly organisationName: string | null;
  readonly requestDigest: Uint8Array;
};

const associations = (db: Db, regionId: number) =>
  db
    .selectFrom('association as a')
    .leftJoin('municipality as m', (join) =>
      join.onRef('m.region_id', '=', 'a.region_id').onRef('m.nis_code', '=', 'a.nis_code'),
    )
    .leftJoin('organisation as o', (join) =>
      join.onRef('o.region_id', '=', 'a.region_id').onRef('o.organisation_id', '=', 'a.organisation_id'),
    )
    .select([
      'a.association_id as associationId',
      'a.n',
      'a.kind',
      'a.name',
      'a.nis_code as nisCode',
      'm.name as placeName',
      'a.organisation_id as organisationId',
      'o.name as organisationName',
      'a.organisation_reads as organisationReads',
      'a.organisation_writes as organisationWrites',
      'a.end_rule as endRule',
      'a.end_months as endMonths',
      'a.ended_on as endedOn',
      'a.request_digest as requestDigest',
    ])
    .where('a.region_id', '=', regionId);

export const listAssociations = (db: Db, regionId: number, max: number): Promise<StoredAssociation[]> =>
  associations(db, regionId).orderBy('a.name').orderBy('a.association_id').limit(max).execute();

/** With `lock` until the end of the transaction. */
export const findAssociation = (
  db: Db,
  regionId: number,
  associationId: string,
  lock = false,
): Promise<StoredAssociation | undefined> =>
  associations(db, regionId)
    .where('a.association_id', '=', associationId)
    .$if(lock, (query) => query.forUpdate('a'))
    .executeTakeFirst();

const rowOf = (facts: AssociationFacts) => ({
  kind: facts.kind,
  name: facts.name,
  nis_code: facts.nisCode,
  organisation_id: facts.organisationId,
  organisation_reads: facts.organisationReads,
  organisation_writes: facts.organisationWrites,
  end_rule: facts.endRule,
  end_months: facts.endMonths,
});

/** False when this id is taken. */
export async function insertAssociation(
  db: Db,
  regionId: number,
  associationId: string,
  facts: AssociationFacts,
  { at, by, requestDigest }: { at: number; by: string; requestDigest: Uint8Array },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('association')
    .values({
      ...{ region_id: regionId, association_id: associationId, n: 1, ended_on: null, ...rowOf(facts) },
      ...{ request_digest: Buffer.from(requestDigest), made_at: at, made_by: by },
    })
    .onConflict((conflict) => conflict.columns(['region_id', 'association_id']).doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** `n` is the next one. */
export async function storeAssociation(
  db: Db,
  regionId: number,
  associationId: string,
  n: number,
  facts: AssociationFacts,
): Promise<void> {
  await db
    .updateTable('association')
    .set({ n, ...rowOf(facts) })
    .where('region_id', '=', regionId)
    .where('association_id', '=', associationId)
    .execute();
}

export async function storeEnd(
  db: Db,
  regionId: number,
  associationId: string,
  endedOn: CivilDay | null,
): Promise<void> {
  await db
    .updateTable('association')
    .set({ ended_on: endedOn })
    .where('region_id', '=', regionId)
    .where('association_id', '=', associationId)
    .execute();
}
