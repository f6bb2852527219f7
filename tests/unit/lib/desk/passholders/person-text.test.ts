import { describe, expect, test } from 'vitest';
import {
  checkPersonText,
  emptyPersonText,
  nextOfFamily,
  parseBirthDate,
  textOfPerson,
  type PersonText,
} from '../../../../../src/lib/desk/passholders/person-text.ts';
import { mergePerson } from '../../../../../src/lib/desk/passholders/file/merge-person.ts';

const TODAY = '2026-11-23';
const noor: PersonText = {
  ...emptyPersonText(),
  firstName: 'Noor',
  lastName: 'Vandevoorde',
  dateOfBirth: '3/4/2015',
  postalCode: '8900',
  city: 'Ieper',
  phone: '0475 12 34 56',
  parentalConsent: true,
  terms: 'paper',
};
const problemsOf = (change: Partial<PersonText>): Record<string, string> =>
  Object.fromEntries(checkPersonText({ ...noor, ...change }, TODAY).problems);

test('what is typed becomes the person, and back', () => {
  const { person, problems } = checkPersonText({ ...noor, firstName: '  Noor ', street: '' }, TODAY);
  expect(problems.size).toBe(0);
  expect(person).toMatchObject({ firstName: 'Noor', dateOfBirth: '2015-04-03', termsAccepted: 'paper' });
  expect(person?.address).toEqual({ country: 'BE', postalCode: '8900', city: 'Ieper' });
  expect(person && textOfPerson(person)).toEqual({ ...noor, dateOfBirth: '03/04/2015' });
});

describe('each field says its own fault', () => {
  test.each<[Partial<PersonText>, Record<string, string>]>([
    [{ firstName: ' ' }, { firstName: 'required' }],
    [{ dateOfBirth: '' }, { dateOfBirth: 'required' }],
    [{ dateOfBirth: '31/2/2015' }, { dateOfBirth: 'date' }],
    [{ dateOfBirth: '1/1/2027' }, { dateOfBirth: 'not-born-yet' }],
    [{ postalCode: '890' }, { postalCode: 'not-belgian' }],
    [{ country: 'FR', postalCode: '59270', city: 'Bailleul' }, {}],
    [{ city: '' }, { city: 'required' }],
    [{ email: 'noor@' }, { email: 'no-address' }],
    [{ phone: '12' }, { phone: 'no-number' }],
    [{ phone: '057 12 34 56', newsBySms: true }, { newsBySms: 'needs-mobile' }],
    [{ milestones: true }, { newsByMail: 'needs-email' }],
    [{ parentalConsent: false }, { parentalConsent: 'needed' }],
    [{ parentalConsent: false, dateOfBirth: '3/4/1985' }, {}],
    [{ terms: '' }, { terms: 'needed' }],
  ])('%o', (change, expected) => expect(problemsOf(change)).toEqual(expected));
});

test.each([
  ['03042015', '2015-04-03'],
  ['3/4/2015', '2015-04-03'],
  ['3/4/85', '1985-04-03'],
  ['3/4/15', '2015-04-03'],
  ['3/4/2085', '2085-04-03'],
  ['gisteren', undefined],
])('the birth date %s', (typed, day) => expect(parseBirthDate(typed, TODAY)).toBe(day));

test('the next of a family keeps address and contact, and nothing that is of one person', () => {
  const next = nextOfFamily(noor);
  expect(next).toEqual({ ...emptyPersonText(), postalCode: '8900', city: 'Ieper', phone: '0475 12 34 56' });
});

test('two clerks: what one changed holds, what both changed otherwise is a choice', () => {
  const mine = { ...noor, phone: '0476 00 00 00', firstName: 'Nora', street: 'Markt 1' };
  const theirs = { ...noor, phone: '0477 11 11 11', email: 'noor@voorbeeld.invalid', street: 'Markt 1' };
  const { text, conflicts, taken } = mergePerson(noor, mine, theirs);
  expect({ conflicts, taken }).toEqual({ conflicts: ['phone'], taken: ['email'] });
  expect(text).toEqual({ ...mine, email: 'noor@voorbeeld.invalid' });
});
