import { describe, expect, it } from 'vitest';
import {
  ACTIONS,
  isAllowed,
  isAllowedToPhone,
  mayGive,
  PERMISSIONS,
  ROLES,
  type Grant,
  type Place,
  type Role,
  type Target,
} from '#domain/devices/permissions.ts';

// The table as people read it. A change here is a change of what somebody may do: it needs its reason in the commit.
//   x = within the place the role was granted for, o = only the activities the phone was enrolled for
const GOLDEN = `
                 region-admin municipality-desk youth-worker organisation-admin scanner-phone auditor
activity.read         x               x               x               x               o          x
activity.write        x               x               x               x               -          -
organisation.read     x               x               -               x               -          x
organisation.write    x               -               -               -               -          -
organisation.propose-iban x           -               -               x               -          -
organisation.confirm-iban x           -               -               -               -          -
check-in.read         x               x               x               x               -          x
check-in.paper        x               x               x               x               -          -
check-in.scan         -               -               -               -               o          -
quarantine.decide     x               x               -               x               -          -
rescue.bring          x               x               x               x               -          -
card.look-up          x               x               -               -               -          -
card.unblock          x               -               -               -               -          -
passholder.read       x               x               -               -               -          -
passholder.register   x               x               -               -               -          -
passholder.change     x               x               -               -               -          -
passholder.erase      x               -               -               -               -          -
kansenstatuut.list    x               x               -               -               -          -
group-pass.read       x               x               -               x               -          x
group-pass.write      x               x               -               -               -          -
association.read      x               x               -               x               -          x
association.write     x               x               -               -               -          -
member.read           x               x               -               x               -          -
member.write          x               x               -               x               -          -
task.do               x               x               -               -               -          -
bulk.run              x               x               -               -               -          -
stock.read            x               x               -               -               -          x
stock.manage          x               x               -               -               -          -
stock.deliver         x               -               -               -               -          -
setting.read          x               x               -               x               -          x
setting.change        x               x               -               x               -          -
till.read             x               x               -               -               -          x
till.manage           x               x               -               -               -          -
device.read           x               x               x               x               -          x
device.enrol          x               x               x               x               -          -
device.manage         x               x               -               x               -          -
roster.read           -               -               -               -               o          -
staff.manage          x               -               -               x               -          -
figures.read          x               x               -               -               -          x
audit.read            x               -               -               -               -          x
`;

it('the permission table', () => {
  const [head = '', ...rows] = GOLDEN.trim().split('\n');
  expect(head.trim().split(/\s+/)).toEqual(ROLES);
  const marks = { 'granted-place': 'x', 'enrolled-activities': 'o' } as const;
  const actual = ACTIONS.map((action) => [
    action,
    ...ROLES.map((role) => {
      const reach = PERMISSIONS[role][action];
      return reach === undefined ? '-' : marks[reach];
    }),
  ]);
  expect(actual).toEqual(rows.map((row) => row.trim().split(/\s+/)));
});

describe('a grant holds for its place', () => {
  const region: Place = { kind: 'region' };
  const ieper: Place = { kind: 'municipality', nisCode: '33011' };
  const club: Place = { kind: 'organisation', organisationId: 'club' };
  const grant = (role: Role, place: Place, regionId = 1): Grant => ({ regionId, role, place });
  const ofClub = { regionId: 1, organisationId: 'club', nisCode: '33011' };
  const ofOther = { regionId: 1, organisationId: 'other', nisCode: '33021' };
  const ofRegion = { regionId: 1 };

  it('the region for everything in it, and for nothing of another region', () => {
    const admin = [grant('region-admin', region)];
    for (const target of [ofClub, ofOther, ofRegion])
      expect(isAllowed(admin, 'activity.write', target)).toBe(true);
    expect(isAllowed(admin, 'activity.write', { ...ofClub, regionId: 2 })).toBe(false);
  });

  it('a municipality for the organisations in it', () => {
    const desk = [grant('municipality-desk', ieper)];
    expect(isAllowed(desk, 'activity.write', ofClub)).toBe(true);
    expect(isAllowed(desk, 'activity.write', ofOther)).toBe(false);
    expect(isAllowed(desk, 'activity.write', ofRegion)).toBe(false);
  });

  it('an organisation for itself only', () => {
    const admin = [grant('organisation-admin', club)];
    expect(isAllowed(admin, 'device.manage', ofClub)).toBe(true);
    expect(isAllowed(admin, 'device.manage', ofOther)).toBe(false);
    expect(isAllowed(admin, 'device.manage', ofRegion)).toBe(false);
  });

  it('a card is of the region: each desk may look it up, nobody of another region', () => {
    const desk = [grant('municipality-desk', ieper)];
    expect(isAllowed(desk, 'card.look-up', ofRegion)).toBe(true);
    expect(isAllowed(desk, 'card.look-up', { regionId: 2 })).toBe(false);
  });

  it('several grants add up, none means nothing', () => {
    const both = [grant('auditor', club), grant('organisation-admin', { ...club, organisationId: 'other' })];
    expect(isAllowed(both, 'check-in.read', ofClub)).toBe(true);
    expect(isAllowed(both, 'device.manage', ofClub)).toBe(false);
    expect(isAllowed(both, 'device.manage', ofOther)).toBe(true);
    for (const action of ACTIONS) expect(isAllowed([], action, ofClub)).toBe(false);
  });

  it("a phone's rights are never had by a person", () => {
    const pretender = [grant('scanner-phone', region)];
    for (const action of ACTIONS) expect(isAllowed(pretender, action, ofClub)).toBe(false);
  });
});

describe('giving a role to a colleague', () => {
  const ofClub = { regionId: 1, organisationId: 'club', nisCode: '33011' };
  const given = (grants: readonly Grant[], kind: Place['kind'], target: Target): Role[] =>
    ROLES.filter((role) => mayGive(grants, role, kind, target));
  const admin: Grant[] = [{ regionId: 1, role: 'region-admin', place: { kind: 'region' } }];
  const club: Place = { kind: 'organisation', organisationId: 'club' };
  const clubAdmin: Grant[] = [{ regionId: 1, role: 'organisation-admin', place: club }];

  it('a region gives every role, each at a place where it makes sense', () => {
    expect(given(admin, 'region', { regionId: 1 })).toEqual(['region-admin', 'auditor']);
    expect(given(admin, 'municipality', { regionId: 1, nisCode: '33011' })).toEqual([
      'municipality-desk',
      'youth-worker',
    ]);
    expect(given(admin, 'organisation', ofClub)).toEqual(['youth-worker', 'organisation-admin']);
    expect(given(admin, 'region', { regionId: 2 })).toEqual([]);
  });

  it('an organisation gives its own roles at its own place, and nothing above it', () => {
    expect(given(clubAdmin, 'organisation', ofClub)).toEqual(['youth-worker', 'organisation-admin']);
    expect(given(clubAdmin, 'organisation', { ...ofClub, organisationId: 'other' })).toEqual([]);
    expect(given(clubAdmin, 'municipality', { regionId: 1, nisCode: '33011' })).toEqual([]);
    expect(given(clubAdmin, 'region', { regionId: 1 })).toEqual([]);
  });

  it('who manages no staff gives nothing, also not what he has himself', () => {
    for (const role of ROLES.filter((one) => PERMISSIONS[one]['staff.manage'] === undefined))
      expect(given([{ regionId: 1, role, place: club }], 'organisation', ofClub)).toEqual([]);
  });
});

it('a phone may scan for what it was enrolled for, and manage nothing', () => {
  const allowed = ACTIONS.filter((action) => isAllowedToPhone(action, 'a', ['a', 'b']));
  expect(allowed).toEqual(['activity.read', 'check-in.scan', 'roster.read']);
  for (const action of ACTIONS) expect(isAllowedToPhone(action, 'c', ['a', 'b'])).toBe(false);
});
