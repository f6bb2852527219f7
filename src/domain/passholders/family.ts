// Who lives together: pass holders in one household, whom a desk helps in one go. Rules: publiq, families (a limit on members and
// on adults, a person may leave); a child of parents who live apart is in two. Invariants: nothing is taken away, somebody leaves
// on a day; the contact and who consents for the children are in it today, and are old enough for that.
import { yearsBetween, type CivilDay } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import { needsParent } from './person.ts';

export type FamilyMember = {
  readonly memberId: string;
  /** Null where all data of that person were erased. */
  readonly passholderId: string | null;
  readonly from: CivilDay;
  /** The first day on which somebody was not in it any more. */
  readonly until: CivilDay | null;
};

export type Family = {
  readonly familyId: string;
  /** What the roles on a screen were based on. */
  readonly n: number;
  readonly members: readonly FamilyMember[];
  /** Members. */
  readonly contactId: string | null;
  readonly consentId: string | null;
};

/** What has to be known of somebody who joins. */
export type FamilyCandidate = {
  readonly passholderId: string;
  readonly dateOfBirth: CivilDay;
  /** Of how many families somebody is a member today. */
  readonly families: number;
};

export type FamilyRefusal =
  | { readonly code: 'family-too-large'; readonly max: number }
  | { readonly code: 'family-too-many-adults'; readonly max: number }
  | { readonly code: 'family-too-many-families'; readonly max: number }
  | { readonly code: 'family-is-member' }
  | { readonly code: 'family-no-member' }
  | { readonly code: 'family-day-to-come' }
  | { readonly code: 'family-day-too-early'; readonly earliest: CivilDay }
  | { readonly code: 'family-contact-too-young' }
  | { readonly code: 'family-consent-too-young' }
  | { readonly code: 'family-changed-meanwhile' };

const ADULT_YEARS = 18;

export const membersNow = ({ members }: Pick<Family, 'members'>): readonly FamilyMember[] =>
  members.filter(({ until }) => until === null);

export type JoinFacts = {
  readonly today: CivilDay;
  /** Birth dates of those who are in it, by pass holder. */
  readonly born: ReadonlyMap<string, CivilDay>;
};

export function decideJoin(
  family: Pick<Family, 'members'>,
  candidate: FamilyCandidate,
  from: CivilDay,
  { today, born }: JoinFacts,
): Result<null, FamilyRefusal> {
  const now = membersNow(family);
  const isAdult = (day: CivilDay | undefined): boolean =>
    day !== undefined && day !== '' && yearsBetween(day, today) >= ADULT_YEARS;
  const ages = now.map(({ passholderId }) => born.get(passholderId ?? ''));
  if (now.some(({ passholderId }) => passholderId === candidate.passholderId))
    return refuse({ code: 'family-is-member' });
  if (from > today) return refuse({ code: 'family-day-to-come' });
  if (now.length >= limits.familyMembersMax)
    return refuse({ code: 'family-too-large', max: limits.familyMembersMax });
  if (isAdult(candidate.dateOfBirth) && ages.filter(isAdult).length >= limits.familyAdultsMax)
    return refuse({ code: 'family-too-many-adults', max: limits.familyAdultsMax });
  if (candidate.families >= limits.familiesOfOneMax)
    return refuse({ code: 'family-too-many-families', max: limits.familiesOfOneMax });
  return ok(null);
}

/** Who left leaves the role too; a second time on the same day is the same act. */
export function decideLeave(
  family: Family,
  memberId: string,
  on: CivilDay,
  today: CivilDay,
): Result<Family, FamilyRefusal> {
  const member = family.members.find((each) => each.memberId === memberId);
  if (!member) return refuse({ code: 'family-no-member' });
  if (member.until !== null) return member.until === on ? ok(family) : refuse({ code: 'family-no-member' });
  if (on > today) return refuse({ code: 'family-day-to-come' });
  if (on < member.from) return refuse({ code: 'family-day-too-early', earliest: member.from });
  return ok({
    ...family,
    n: family.n + 1,
    members: family.members.map((each) => (each === member ? { ...each, until: on } : each)),
    contactId: family.contactId === memberId ? null : family.contactId,
    consentId: family.consentId === memberId ? null : family.consentId,
  });
}

export type FamilyRoles = Pick<Family, 'contactId' | 'consentId'>;

export function decideRoles(
  family: Family,
  { contactId, consentId }: FamilyRoles,
  { today, born }: JoinFacts,
): Result<Family, FamilyRefusal> {
  const now = membersNow(family);
  for (const [memberId, isTooYoung, code] of [
    [contactId, (day: CivilDay) => needsParent(day, today), 'family-contact-too-young'],
    [consentId, (day: CivilDay) => yearsBetween(day, today) < ADULT_YEARS, 'family-consent-too-young'],
  ] as const) {
    if (memberId === null) continue;
    const member = now.find((each) => each.memberId === memberId);
    if (!member) return refuse({ code: 'family-no-member' });
    const day = born.get(member.passholderId ?? '') ?? '';
    if (day !== '' && isTooYoung(day)) return refuse({ code });
  }
  return ok({ ...family, n: family.n + 1, contactId, consentId });
}

/** Who speaks for a family that is made: the eldest who may. */
export function proposedRoles(
  people: readonly { readonly memberId: string; readonly dateOfBirth: CivilDay }[],
  today: CivilDay,
): FamilyRoles {
  const byAge = people
    .filter(({ dateOfBirth }) => dateOfBirth !== '')
    .sort((a, b) => (a.dateOfBirth < b.dateOfBirth ? -1 : 1));
  const eldest = byAge[0];
  const contactId = eldest && !needsParent(eldest.dateOfBirth, today) ? eldest.memberId : null;
  const isAdult = eldest !== undefined && yearsBetween(eldest.dateOfBirth, today) >= ADULT_YEARS;
  const hasChildren = byAge.some(({ dateOfBirth }) => needsParent(dateOfBirth, today));
  return { contactId, consentId: isAdult && hasChildren ? eldest.memberId : null };
}
