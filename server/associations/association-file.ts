import type { AssociationFile } from '#domain/association-api.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import type { Actor } from '../auth/actor.ts';
import type { Municipality } from '../organisations/repository.ts';
import { clubMay, everywhere, ownPlaces } from './reach.ts';
import type { StoredAssociation } from './repository.ts';

/** As this reader may see it. */
export function fileOf(
  actor: Actor,
  { requestDigest: _, ...association }: StoredAssociation,
  towns: readonly Municipality[],
): AssociationFile {
  const { grants, regionId } = actor;
  const { nisCode } = association;
  const may = (action: 'member.read' | 'member.write'): boolean =>
    everywhere(actor, action) ||
    clubMay(actor, association, action) ||
    ownPlaces(actor, action, towns).length > 0;
  return {
    ...association,
    mayChange: isAllowed(grants, 'association.write', { regionId, ...(nisCode !== null && { nisCode }) }),
    mayRead: may('member.read'),
    mayWrite: may('member.write'),
  };
}
