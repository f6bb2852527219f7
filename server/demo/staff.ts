import type { Grant } from '#domain/devices/permissions.ts';
import { addPerson, givePassword } from '../auth/accounts.ts';
import type { Context } from '../context.ts';

/** Only here, and only for people of a region that is marked as demo. */
export const DEMO_PASSWORD = 'demo-westhoek';

export type DemoPerson = {
  readonly email: string;
  readonly name: string;
  /** What they may do, in the words of the start screen. */
  readonly as: string;
  readonly role: Grant['role'];
  readonly place: 'region' | { readonly municipality: string } | { readonly organisation: string };
};

export const DEMO_STAFF: readonly DemoPerson[] = [
  person('beheer', 'Hilde Beheer', 'region administrator', 'region-admin', 'region'),
  person('ieper', 'Wim Onthaal', 'desk of Ieper', 'municipality-desk', { municipality: 'Ieper' }),
  person('diksmuide', 'Nele Onthaal', 'desk of Diksmuide', 'municipality-desk', {
    municipality: 'Diksmuide',
  }),
  person('bib', 'Els Boekhout', 'Bibliotheek Ieper', 'organisation-admin', { organisation: 'bib-ieper' }),
  person('jeugd', 'Tibo Jeugd', 'youth worker in Poperinge', 'youth-worker', { municipality: 'Poperinge' }),
  person('audit', 'Karel Nazicht', 'auditor', 'auditor', 'region'),
];

function person(
  mailbox: string,
  name: string,
  as: string,
  role: Grant['role'],
  place: DemoPerson['place'],
): DemoPerson {
  return { email: `${mailbox}@demo.streekbalie.example`, name, as, role, place };
}

export async function insertStaff(
  context: Pick<Context, 'db' | 'clock' | 'ids'>,
  regionId: number,
  find: { nisCode(municipality: string): string; organisationId(key: string): string },
): Promise<void> {
  const placeOf = ({ place }: DemoPerson): Grant['place'] => {
    if (place === 'region') return { kind: 'region' };
    if ('municipality' in place) return { kind: 'municipality', nisCode: find.nisCode(place.municipality) };
    return { kind: 'organisation', organisationId: find.organisationId(place.organisation) };
  };
  const userIds: string[] = [];
  for (const member of DEMO_STAFF) {
    userIds.push(
      await addPerson(context, {
        email: member.email,
        name: member.name,
        grants: [{ regionId, role: member.role, place: placeOf(member) }],
        by: 'system',
      }),
    );
  }
  await givePassword(context, userIds, DEMO_PASSWORD);
}
