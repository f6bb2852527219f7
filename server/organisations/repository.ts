import type { Kysely } from 'kysely';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

export type Organisation = {
  readonly organisationId: string;
  readonly name: string;
  readonly kind: 'municipality' | 'organiser' | 'region';
  readonly nisCode?: string;
};

export async function listOrganisations(db: Db, regionId: number): Promise<Organisation[]> {
  const rows = await organisations(db, regionId).orderBy('name').execute();
  return rows.map(organisationOf);
}

export async function findOrganisation(
  db: Db,
  regionId: number,
  organisationId: string,
): Promise<Organisation | undefined> {
  const row = await organisations(db, regionId)
    .where('organisation_id', '=', organisationId)
    .executeTakeFirst();
  return row && organisationOf(row);
}

const organisations = (db: Db, regionId: number) =>
  db
    .selectFrom('organisation')
    .select(['organisation_id', 'name', 'kind', 'nis_code'])
    .where('region_id', '=', regionId);

const organisationOf = (row: {
  organisation_id: string;
  name: string;
  kind: Organisation['kind'];
  nis_code: string | null;
}): Organisation => ({
  organisationId: row.organisation_id,
  name: row.name,
  kind: row.kind,
  ...(row.nis_code !== null && { nisCode: row.nis_code }),
});

export type Municipality = { readonly nisCode: string; readonly name: string };

export async function listMunicipalities(db: Db, regionId: number): Promise<Municipality[]> {
  const rows = await municipalities(db, regionId).orderBy('name').execute();
  return rows.map((row) => ({ nisCode: row.nis_code, name: row.name }));
}

export async function findMunicipality(
  db: Db,
  regionId: number,
  nisCode: string,
): Promise<Municipality | undefined> {
  const row = await municipalities(db, regionId).where('nis_code', '=', nisCode).executeTakeFirst();
  return row && { nisCode: row.nis_code, name: row.name };
}

const municipalities = (db: Db, regionId: number) =>
  db.selectFrom('municipality').select(['nis_code', 'name']).where('region_id', '=', regionId);

/** What a screen calls them, and the order in which it offers them. */
export async function listCardSystems(
  db: Db,
  regionId: number,
): Promise<{ cardSystemId: string; name: string }[]> {
  const rows = await db
    .selectFrom('card_system')
    .select(['card_system_id', 'name'])
    .where('region_id', '=', regionId)
    .orderBy('name')
    .execute();
  return rows.map((row) => ({ cardSystemId: row.card_system_id, name: row.name }));
}

export type Region = {
  readonly regionId: number;
  readonly slug: string;
  readonly name: string;
  readonly demo: boolean;
};

export async function findRegion(db: Db, regionId: number): Promise<Region | undefined> {
  const row = await regions(db).where('region_id', '=', regionId).executeTakeFirst();
  return row && regionOf(row);
}

/** Of all regions of this server. */
export async function listRegionNames(db: Db): Promise<Map<number, string>> {
  const rows = await db.selectFrom('region').select(['region_id', 'name']).execute();
  return new Map(rows.map(({ region_id, name }) => [region_id, name]));
}

/** The region this installation began with: what a visitor who is not signed in sees. */
export async function findFirstRegion(db: Db): Promise<Region | undefined> {
  const row = await regions(db).orderBy('region_id').limit(1).executeTakeFirst();
  return row && regionOf(row);
}

const regions = (db: Db) => db.selectFrom('region').select(['region_id', 'slug', 'name', 'demo']);

const regionOf = (row: { region_id: number; slug: string; name: string; demo: boolean }): Region => ({
  regionId: row.region_id,
  slug: row.slug,
  name: row.name,
  demo: row.demo,
});
