import { describe, expect, it } from 'vitest';
import { checkAssociation, checkChange, type AssociationFacts } from '#domain/associations/association.ts';
import { limits } from '#domain/kernel/limits.ts';

const ORGANISATION = '019c0000-0000-7000-8000-000000000001';
const club = (change: Partial<AssociationFacts> = {}): AssociationFacts => ({
  ...{ kind: 'association', name: 'Turnkring De Ringen', nisCode: null, organisationId: null },
  ...{ organisationReads: false, organisationWrites: false, endRule: 'custom', endMonths: null },
  ...change,
});
const school = (change: Partial<AssociationFacts> = {}): AssociationFacts =>
  club({ kind: 'school', endRule: 'school-year', ...change });

describe('what an association may be', () => {
  it.each([
    ['an end that is picked', club(), undefined],
    ['so many months', club({ endRule: 'registration-date', endMonths: 12 }), undefined],
    ['until an age', club({ endRule: 'birth-date', endMonths: 216 }), undefined],
    ['months that nobody said', club({ endRule: 'birth-date' }), 'association-months'],
    ['no month', club({ endRule: 'birth-date', endMonths: 0 }), 'association-months'],
    [
      'too many',
      club({ endRule: 'birth-date', endMonths: limits.associationMonthsMax + 1 }),
      'association-months',
    ],
    ['months for an end that is picked', club({ endMonths: 12 }), 'association-months'],
    [
      'its own staff reads',
      club({ organisationId: ORGANISATION, organisationReads: true, organisationWrites: true }),
      undefined,
    ],
    ['nobody reads', club({ organisationReads: true }), 'association-no-organisation'],
    ['nobody writes', club({ organisationWrites: true }), 'association-no-organisation'],
    ['a school', school(), undefined],
    ['a school without a school year', school({ endRule: 'custom' }), 'association-end-rule'],
    ['a club with a school year', club({ endRule: 'school-year' }), 'association-end-rule'],
    ['a school with staff', school({ organisationId: ORGANISATION }), 'association-school-organisation'],
  ])('%s', (_, facts, refused) => {
    const checked = checkAssociation(facts);
    expect(checked.ok ? undefined : checked.error.code).toBe(refused);
  });

  it('stays what it is', () => {
    expect(checkChange({ kind: 'association' }, school())).toMatchObject({
      error: { code: 'association-kind-fixed' },
    });
    expect(checkChange({ kind: 'school' }, school({ name: 'Basisschool De Wilg' })).ok).toBe(true);
  });
});
