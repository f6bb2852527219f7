// A family as this reader may see it: of people of other municipalities only that they are there.
import { isAllowed } from '#domain/devices/permissions.ts';
import type { FamilyFile, FamilyLine } from '#domain/family-api.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { membersNow, type Family } from '#domain/passholders/family.ts';
import { kansenstatuutOn } from '#domain/passholders/kansenstatuut.ts';
import type { Passholder } from '#domain/passholders/passholder.ts';
import type { Address, Person } from '#domain/passholders/person.ts';
import { settingOn } from '#domain/settings/settings.ts';
import type { Actor } from '../auth/actor.ts';
import type { Context } from '../context.ts';
import { readNames } from '../passholders/names.ts';
import { readPassholders } from '../passholders/repository.ts';
import { targetOf } from '../passholders/target.ts';
import { listSettings } from '../settings/repository.ts';

export async function familyFileOf(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { grants, regionId }: Actor,
  family: Family,
): Promise<FamilyFile> {
  const today = civilDayOf(clock.now());
  const ids = family.members.flatMap(({ passholderId }) => passholderId ?? []);
  const [people, { cardSystems }, settings] = await Promise.all([
    readPassholders(db, regionId, ids),
    readNames(db, regionId),
    listSettings(db, regionId),
  ]);
  const graceDays = settingOn(settings, 'kansenstatuutGraceDays', null, today);
  const readable = new Map<string, { readonly passholder: Passholder; readonly person: Person }>();
  let mayChange = false;
  const now = new Set(membersNow(family).map(({ passholderId }) => passholderId));
  for (const [id, passholder] of people) {
    const target = { ...(await targetOf(db, regionId, passholder, today)), regionId };
    if (now.has(id)) mayChange ||= isAllowed(grants, 'passholder.change', target);
    if (passholder.person !== null && isAllowed(grants, 'passholder.read', target))
      readable.set(id, { passholder, person: passholder.person });
  }
  const speaker =
    family.members.find(({ memberId }) => memberId === family.contactId) ??
    membersNow(family).find(({ passholderId }) => readable.has(passholderId ?? ''));
  const address = readable.get(speaker?.passholderId ?? '')?.person.address ?? null;

  const personOf = (passholderId: string | null): FamilyLine['person'] => {
    const found = readable.get(passholderId ?? '');
    if (!found) return null;
    const { passholder, person } = found;
    const nameOf = (id: string): string => cardSystems.get(id) ?? id;
    return {
      passholderId: passholder.passholderId,
      firstName: person.firstName,
      lastName: person.lastName,
      dateOfBirth: person.dateOfBirth,
      otherAddress: address !== null && !isSameAddress(address, person.address),
      cards: passholder.cards
        .filter(({ state }) => state === 'active')
        .map(({ number, cardSystemId }) => ({ number, cardSystemId, cardSystemName: nameOf(cardSystemId) })),
      kansenstatuten: passholder.memberships
        .filter(({ status }) => status === 'active')
        .map(({ cardSystemId, kansenstatuut }) => ({
          cardSystemId,
          cardSystemName: nameOf(cardSystemId),
          status: kansenstatuutOn(kansenstatuut, today, graceDays),
          until: kansenstatuut?.until ?? null,
        })),
    };
  };
  return {
    familyId: family.familyId,
    n: family.n,
    contactId: family.contactId,
    consentId: family.consentId,
    address: address && {
      postalCode: address.postalCode,
      ...(address.street && { street: address.street }),
      ...(address.city && { city: address.city }),
    },
    members: family.members.map(({ memberId, passholderId, from, until }) => ({
      ...{ memberId, from, until },
      erased: passholderId === null,
      person: personOf(passholderId),
    })),
    mayChange,
  };
}

const isSameAddress = (a: Address, b: Address): boolean =>
  a.country === b.country &&
  a.postalCode === b.postalCode &&
  (a.street ?? '').toLowerCase() === (b.street ?? '').toLowerCase();
