import { describe, expect, it } from 'vitest';
import { limits } from '#domain/kernel/limits.ts';
import {
  decideJoin,
  decideLeave,
  decideRoles,
  membersNow,
  proposedRoles,
  type Family,
  type FamilyMember,
} from '#domain/passholders/family.ts';

const TODAY = '2026-11-23';
const BORN = { mother: '1988-03-14', teen: '2009-05-01', child: '2014-04-03' };
const born = new Map(Object.entries(BORN));
const facts = { today: TODAY, born };
const member = (who: string, change: Partial<FamilyMember> = {}): FamilyMember => ({
  memberId: `m-${who}`,
  passholderId: who,
  from: '2026-01-01',
  until: null,
  ...change,
});
const family = (change: Partial<Family> = {}): Family => ({
  familyId: 'f',
  n: 3,
  members: [member('mother'), member('teen'), member('child')],
  contactId: 'm-mother',
  consentId: 'm-mother',
  ...change,
});
const someone = { passholderId: 'new', dateOfBirth: '1990-01-01', families: 0 };
const many = (count: number, change: Partial<FamilyMember> = {}): FamilyMember[] =>
  Array.from({ length: count }, (_, i) => member(`p${i}`, change));
const grownUps = new Map(Array.from({ length: 20 }, (_, i) => [`p${i}`, '1980-01-01']));

describe('joining', () => {
  it.each([
    ['somebody new', {}, someone, TODAY, undefined],
    ['since an earlier day', {}, someone, '2020-01-01', undefined],
    ['a day to come', {}, someone, '2026-11-24', 'family-day-to-come'],
    ['who is in it', {}, { ...someone, passholderId: 'teen' }, TODAY, 'family-is-member'],
    [
      'who left and comes back',
      { members: [member('mother'), member('teen', { until: '2026-06-01' })] },
      { ...someone, passholderId: 'teen' },
      TODAY,
      undefined,
    ],
    ['a family that is full', { members: many(limits.familyMembersMax) }, someone, TODAY, 'family-too-large'],
    [
      'a third family',
      {},
      { ...someone, families: limits.familiesOfOneMax },
      TODAY,
      'family-too-many-families',
    ],
  ])('%s', (_, change, candidate, from, refused) => {
    const decided = decideJoin(family(change), candidate, from, facts);
    expect(decided.ok ? undefined : decided.error.code).toBe(refused);
  });

  it('counts adults apart: a child still fits', () => {
    const full = family({ members: many(limits.familyAdultsMax) });
    const of = { today: TODAY, born: grownUps };
    expect(decideJoin(full, someone, TODAY, of)).toMatchObject({ error: { code: 'family-too-many-adults' } });
    expect(decideJoin(full, { ...someone, dateOfBirth: '2020-01-01' }, TODAY, of).ok).toBe(true);
  });
});

describe('leaving', () => {
  it('keeps the days, and takes the role along', () => {
    const decided = decideLeave(family(), 'm-mother', '2026-11-01', TODAY);
    expect(decided).toMatchObject({ ok: true, value: { n: 4, contactId: null, consentId: null } });
    const left = decided.ok ? decided.value : family();
    expect(left.members).toHaveLength(3);
    expect(membersNow(left).map(({ passholderId }) => passholderId)).toEqual(['teen', 'child']);
    // The same press again is the same act; another day is not.
    expect(decideLeave(left, 'm-mother', '2026-11-01', TODAY)).toEqual({ ok: true, value: left });
    expect(decideLeave(left, 'm-mother', '2026-11-02', TODAY).ok).toBe(false);
  });

  it.each([
    ['nobody of this family', 'm-x', TODAY, 'family-no-member'],
    ['a day to come', 'm-teen', '2027-01-01', 'family-day-to-come'],
    ['before joining', 'm-teen', '2025-12-31', 'family-day-too-early'],
  ])('%s', (_, memberId, on, code) => {
    expect(decideLeave(family(), memberId, on, TODAY)).toMatchObject({ ok: false, error: { code } });
  });
});

describe('who speaks for it', () => {
  it.each([
    ['the mother for all', 'm-mother', 'm-mother', undefined],
    ['a contact of seventeen', 'm-teen', 'm-mother', undefined],
    ['a contact of twelve', 'm-child', null, 'family-contact-too-young'],
    ['consent by who is seventeen', null, 'm-teen', 'family-consent-too-young'],
    ['somebody else', 'm-x', null, 'family-no-member'],
    ['nobody', null, null, undefined],
  ])('%s', (_, contactId, consentId, refused) => {
    const decided = decideRoles(family(), { contactId, consentId }, facts);
    expect(decided.ok ? undefined : decided.error.code).toBe(refused);
  });

  it('is proposed: the eldest, and for the children an adult', () => {
    const people = Object.entries(BORN).map(([memberId, dateOfBirth]) => ({ memberId, dateOfBirth }));
    expect(proposedRoles(people, TODAY)).toEqual({ contactId: 'mother', consentId: 'mother' });
    expect(proposedRoles(people.slice(1), TODAY)).toEqual({ contactId: 'teen', consentId: null });
    expect(proposedRoles(people.slice(0, 1), TODAY)).toEqual({ contactId: 'mother', consentId: null });
    expect(proposedRoles(people.slice(2), TODAY)).toEqual({ contactId: null, consentId: null });
  });
});
