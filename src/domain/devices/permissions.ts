// The one permission table: role x action x scope. The server asks it first in every service method, the desk uses it
// to leave out what is not allowed. A role is granted for a place (the region, a municipality, an organisation).

export const ROLES = [
  'region-admin',
  'municipality-desk',
  'youth-worker',
  'organisation-admin',
  'scanner-phone',
  'auditor',
] as const;
export type Role = (typeof ROLES)[number];

export const ACTIONS = [
  'activity.read',
  'activity.write',
  'organisation.read',
  'organisation.write',
  'organisation.propose-iban',
  'organisation.confirm-iban',
  'check-in.read',
  'check-in.paper',
  'check-in.scan',
  'quarantine.decide',
  'rescue.bring',
  'card.look-up',
  'card.unblock',
  'passholder.read',
  'passholder.register',
  'passholder.change',
  'passholder.erase',
  'kansenstatuut.list',
  'group-pass.read',
  'group-pass.write',
  'association.read',
  'association.write',
  'member.read',
  'member.write',
  'task.do',
  'bulk.run',
  'stock.read',
  'stock.manage',
  'stock.deliver',
  'setting.read',
  'setting.change',
  'till.read',
  'till.manage',
  'device.read',
  'device.enrol',
  'device.manage',
  'roster.read',
  'staff.manage',
  'figures.read',
  'audit.read',
] as const;
export type Action = (typeof ACTIONS)[number];

/** How far a role reaches: everything of the place it was granted for, or only what the phone was enrolled for. */
type Reach = 'granted-place' | 'enrolled-activities';

const all = (...actions: Action[]): Partial<Record<Action, Reach>> =>
  Object.fromEntries(actions.map((action) => [action, 'granted-place']));

export const PERMISSIONS: Readonly<Record<Role, Readonly<Partial<Record<Action, Reach>>>>> = {
  'region-admin': all(
    'activity.read',
    'activity.write',
    'organisation.read',
    'organisation.write',
    'organisation.propose-iban',
    'organisation.confirm-iban',
    'check-in.read',
    'check-in.paper',
    'rescue.bring',
    'quarantine.decide',
    'card.look-up',
    'card.unblock',
    'passholder.read',
    'passholder.register',
    'passholder.change',
    'passholder.erase',
    'kansenstatuut.list',
    'group-pass.read',
    'group-pass.write',
    'association.read',
    'association.write',
    'member.read',
    'member.write',
    'task.do',
    'bulk.run',
    'stock.read',
    'stock.manage',
    'stock.deliver',
    'setting.read',
    'setting.change',
    'till.read',
    'till.manage',
    'device.read',
    'device.enrol',
    'device.manage',
    'staff.manage',
    'figures.read',
    'audit.read',
  ),
  'municipality-desk': all(
    'activity.read',
    'activity.write',
    'organisation.read',
    'check-in.read',
    'check-in.paper',
    'rescue.bring',
    'quarantine.decide',
    'card.look-up',
    'passholder.read',
    'passholder.register',
    'passholder.change',
    'kansenstatuut.list',
    'group-pass.read',
    'group-pass.write',
    'association.read',
    'association.write',
    'member.read',
    'member.write',
    'task.do',
    'bulk.run',
    'stock.read',
    'stock.manage',
    'setting.read',
    'setting.change',
    'till.read',
    'till.manage',
    'device.read',
    'device.enrol',
    'device.manage',
    'figures.read',
  ),
  'youth-worker': all(
    'activity.read',
    'activity.write',
    'check-in.read',
    'check-in.paper',
    'rescue.bring',
    'device.read',
    'device.enrol',
  ),
  'organisation-admin': all(
    'activity.read',
    'activity.write',
    'organisation.read',
    'organisation.propose-iban',
    'group-pass.read',
    'association.read',
    'member.read',
    'member.write',
    'check-in.read',
    'check-in.paper',
    'rescue.bring',
    'quarantine.decide',
    'setting.read',
    'setting.change',
    'device.read',
    'device.enrol',
    'device.manage',
    'staff.manage',
  ),
  'scanner-phone': {
    'activity.read': 'enrolled-activities',
    'check-in.scan': 'enrolled-activities',
    'roster.read': 'enrolled-activities',
  },
  auditor: all(
    'activity.read',
    'organisation.read',
    'group-pass.read',
    'association.read',
    'check-in.read',
    'stock.read',
    'setting.read',
    'till.read',
    'device.read',
    'figures.read',
    'audit.read',
  ),
};

/** The place a grant holds for. A municipality's grant holds for the organisations of that municipality. */
export type Place =
  | { readonly kind: 'region' }
  | { readonly kind: 'municipality'; readonly nisCode: string }
  | { readonly kind: 'organisation'; readonly organisationId: string };

/** Where a role makes sense; a phone's role is never granted, it comes with the enrolment. */
export const ROLE_PLACES: Readonly<Record<Role, readonly Place['kind'][]>> = {
  'region-admin': ['region'],
  'municipality-desk': ['municipality'],
  'youth-worker': ['municipality', 'organisation'],
  'organisation-admin': ['organisation'],
  'scanner-phone': [],
  auditor: ['region'],
};

/** Which roles a role may give to a colleague and take back, within its own place: never more than it can oversee. */
const GIVES: Readonly<Partial<Record<Role, readonly Role[]>>> = {
  'region-admin': ['region-admin', 'municipality-desk', 'youth-worker', 'organisation-admin', 'auditor'],
  'organisation-admin': ['organisation-admin', 'youth-worker'],
};

export type Grant = { readonly regionId: number; readonly role: Role; readonly place: Place };

/** What is acted upon. `organisationId` and `nisCode` undefined: something of the region as a whole, e.g. a card. */
export type Target = {
  readonly regionId: number;
  readonly organisationId?: string;
  readonly nisCode?: string;
};

export const isAllowed = (grants: readonly Grant[], action: Action, target: Target): boolean =>
  grants.some(
    (grant) =>
      grant.regionId === target.regionId &&
      PERMISSIONS[grant.role][action] === 'granted-place' &&
      holds(grant.place, target, action),
  );

/** May one who holds these grants give this role at this place, and take it back? */
export const mayGive = (grants: readonly Grant[], role: Role, kind: Place['kind'], target: Target): boolean =>
  ROLE_PLACES[role].includes(kind) &&
  grants.some(
    (grant) => isAllowed([grant], 'staff.manage', target) && (GIVES[grant.role]?.includes(role) ?? false),
  );

/** Is there any place of the region where it is allowed? The list that follows shows only those places. */
export const isAllowedSomewhere = (grants: readonly Grant[], action: Action, regionId: number): boolean =>
  grants.some((grant) => grant.regionId === regionId && PERMISSIONS[grant.role][action] === 'granted-place');

/** Cards belong to the region: any counter of the card system may look one up (logged), wherever its grant holds. */
const REGION_WIDE: readonly Action[] = ['card.look-up'];

function holds(place: Place, target: Target, action: Action): boolean {
  if (place.kind === 'region' || REGION_WIDE.includes(action)) return true;
  if (place.kind === 'municipality') return target.nisCode === place.nisCode;
  return target.organisationId === place.organisationId;
}

/** A phone's rights, once its enrolment is known. */
export const isAllowedToPhone = (
  action: Action,
  activityId: string,
  enrolledActivityIds: readonly string[],
): boolean =>
  PERMISSIONS['scanner-phone'][action] === 'enrolled-activities' && enrolledActivityIds.includes(activityId);
