// Who may look at members, and write them: the desk of the municipality whose file it is, the region, and the staff of the association
// itself where that was given.
import type { Association } from '#domain/associations/association.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import type { Actor } from '../auth/actor.ts';

type MemberAction = 'member.read' | 'member.write';
type OfClub = Pick<Association, 'organisationId' | 'organisationReads' | 'organisationWrites'>;

/** By the right of the organisation alone: of a municipality it takes no account. */
export const clubMay = ({ grants, regionId }: Actor, club: OfClub, action: MemberAction): boolean => {
  const { organisationId, organisationReads, organisationWrites } = club;
  if (organisationId === null) return false;
  const isGiven = action === 'member.read' ? organisationReads : organisationWrites;
  return isGiven && isAllowed(grants, action, { regionId, organisationId });
};

export const everywhere = ({ grants, regionId }: Actor, action: MemberAction): boolean =>
  isAllowed(grants, action, { regionId });

export const ownPlaces = <Town extends { readonly nisCode: string }>(
  { grants, regionId }: Actor,
  action: MemberAction,
  towns: readonly Town[],
): Town[] => towns.filter(({ nisCode }) => isAllowed(grants, action, { regionId, nisCode }));
