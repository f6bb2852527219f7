// Two regions with people: what the permission tests need. Region 1 has two municipalities and three organisations.
import { randomUUID } from 'node:crypto';
import type { Grant } from '#domain/devices/permissions.ts';
import { addPerson, givePassword } from '#server/auth/accounts.ts';
import type { Context } from '#server/context.ts';

export const PASSWORD = 'een lang testwachtwoord';
const IEPER = '33011';
const DIKSMUIDE = '32003';

export type StaffedRegion = Awaited<ReturnType<typeof staffRegions>>;

export async function staffRegions(context: Context) {
  const { db } = context;
  const organisations = {
    bib: { organisationId: randomUUID(), name: 'Bibliotheek Ieper', region: 1, nis: IEPER },
    museum: { organisationId: randomUUID(), name: 'Museum Ieper', region: 1, nis: IEPER },
    pool: { organisationId: randomUUID(), name: 'Zwembad Diksmuide', region: 1, nis: DIKSMUIDE },
    foreign: { organisationId: randomUUID(), name: 'Bibliotheek Elders', region: 2, nis: '44021' },
  };
  await db
    .insertInto('region')
    .values([
      { region_id: 1, slug: 'westhoek', name: 'Westhoek', feed_epoch: 'e1', demo: true },
      { region_id: 2, slug: 'elders', name: 'Elders', feed_epoch: 'e2' },
    ])
    .execute();
  await db
    .insertInto('card_system')
    .values([
      { region_id: 1, card_system_id: 'uitpas-westhoek', name: 'UITPAS Westhoek' },
      { region_id: 1, card_system_id: 'testregio', name: 'Testregio' },
      { region_id: 2, card_system_id: 'uitpas-elders', name: 'UITPAS Elders' },
    ])
    .execute();
  await db
    .insertInto('municipality')
    .values([
      { region_id: 1, nis_code: IEPER, name: 'Ieper', postal_codes: ['8900'], uitpas: true },
      { region_id: 1, nis_code: DIKSMUIDE, name: 'Diksmuide', postal_codes: ['8600'], uitpas: true },
      { region_id: 2, nis_code: '44021', name: 'Elders', postal_codes: ['9000'], uitpas: true },
    ])
    .execute();
  await db
    .insertInto('organisation')
    .values(
      Object.values(organisations).map(({ organisationId, name, region, nis }) => ({
        region_id: region,
        organisation_id: organisationId,
        name,
        kind: 'organiser' as const,
        nis_code: nis,
      })),
    )
    .execute();

  const grants = {
    admin: { regionId: 1, role: 'region-admin', place: { kind: 'region' } },
    desk: { regionId: 1, role: 'municipality-desk', place: { kind: 'municipality', nisCode: IEPER } },
    youth: {
      regionId: 1,
      role: 'youth-worker',
      place: { kind: 'organisation', organisationId: organisations.pool.organisationId },
    },
    bib: {
      regionId: 1,
      role: 'organisation-admin',
      place: { kind: 'organisation', organisationId: organisations.bib.organisationId },
    },
    auditor: { regionId: 1, role: 'auditor', place: { kind: 'region' } },
    foreign: { regionId: 2, role: 'region-admin', place: { kind: 'region' } },
  } as const satisfies Record<string, Grant>;
  const userIds: string[] = [];
  for (const [name, grant] of Object.entries(grants)) {
    userIds.push(await addPerson(context, { email: emailOf(name), name, grants: [grant], by: 'system' }));
  }
  await givePassword(context, userIds, PASSWORD);
  return { organisations, people: Object.keys(grants) as (keyof typeof grants)[] };
}

export const emailOf = (name: string): string => `${name}@test.invalid`;
