// What a clerk types of a person, and what it says. The checks are the domain's own; here they only find their field.
import { cleanLine } from '#domain/kernel/plain-text.ts';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import { GENDERS, problemsOf, type Person, type PersonProblem } from '#domain/passholders/person.ts';
import * as z from 'zod/mini';
import { dateTextOf, parseDateText } from '../../ui/date-text.ts';

export const PersonText = z.object({
  firstName: z.string(),
  lastName: z.string(),
  dateOfBirth: z.string(),
  gender: z.enum(['', ...GENDERS]),
  /** Not asked here; kept of a file that says it. */
  nationality: z.string(),
  country: z.string(),
  postalCode: z.string(),
  city: z.string(),
  street: z.string(),
  email: z.string(),
  phone: z.string(),
  service: z.boolean(),
  milestones: z.boolean(),
  newsByMail: z.boolean(),
  newsBySms: z.boolean(),
  newsByPost: z.boolean(),
  parentalConsent: z.boolean(),
  terms: z.enum(['', 'paper', 'digital']),
});
export type PersonText = z.infer<typeof PersonText>;
export type PersonField = keyof PersonText;

export const emptyPersonText = (): PersonText => ({
  firstName: '',
  lastName: '',
  dateOfBirth: '',
  gender: '',
  nationality: '',
  country: 'BE',
  postalCode: '',
  city: '',
  street: '',
  email: '',
  phone: '',
  service: false,
  milestones: false,
  newsByMail: false,
  newsBySms: false,
  newsByPost: false,
  parentalConsent: false,
  terms: '',
});

/** The next one of a family lives at the same place and is reached in the same way; the rest is asked of each. */
export const nextOfFamily = ({
  country,
  postalCode,
  city,
  street,
  email,
  phone,
}: PersonText): PersonText => ({
  ...emptyPersonText(),
  country,
  postalCode,
  city,
  street,
  email,
  phone,
});

export const textOfPerson = (person: Person): PersonText => ({
  firstName: person.firstName,
  lastName: person.lastName,
  dateOfBirth: person.dateOfBirth === '' ? '' : dateTextOf(person.dateOfBirth),
  gender: person.gender ?? '',
  nationality: person.nationality ?? '',
  country: person.address.country,
  postalCode: person.address.postalCode,
  city: person.address.city ?? '',
  street: person.address.street ?? '',
  email: person.email ?? '',
  phone: person.phone ?? '',
  ...person.optIns,
  parentalConsent: person.parentalConsent ?? false,
  terms: person.termsAccepted ?? '',
});

export type PersonTextProblem = 'required' | 'date' | PersonProblem['code'];
export type CheckedPerson = {
  /** Absent while something has to be mended. */
  readonly person?: Person;
  readonly problems: ReadonlyMap<PersonField, PersonTextProblem>;
};

const REQUIRED = ['firstName', 'lastName', 'dateOfBirth', 'postalCode', 'city'] as const;
/** Stands in for a day that cannot be read, so that the rest can be weighed all the same. */
const AN_ADULT: CivilDay = '1980-01-01';

export function checkPersonText(text: PersonText, today: CivilDay): CheckedPerson {
  const problems = new Map<PersonField, PersonTextProblem>();
  const born = parseBirthDate(text.dateOfBirth, today);
  const person = personOf(text, born ?? AN_ADULT);
  for (const { field, code } of problemsOf(person, today)) problems.set(FIELDS[field], code);
  if (born === undefined) problems.set('dateOfBirth', 'date');
  for (const field of REQUIRED) if (cleanLine(text[field]) === '') problems.set(field, 'required');
  return problems.size === 0 ? { person, problems } : { problems };
}

const FIELDS: Readonly<Record<PersonProblem['field'], PersonField>> = {
  dateOfBirth: 'dateOfBirth',
  'address.postalCode': 'postalCode',
  'address.city': 'city',
  email: 'email',
  phone: 'phone',
  parentalConsent: 'parentalConsent',
  termsAccepted: 'terms',
  'optIns.newsBySms': 'newsBySms',
  'optIns.newsByMail': 'newsByMail',
};

/** Nobody is born after today: of two digits the century that fits. */
export function parseBirthDate(text: string, today: CivilDay): CivilDay | undefined {
  const day = parseDateText(text);
  if (day === undefined || day <= today || text.includes(day.slice(0, 4))) return day;
  return parseDateText(dateTextOf(`19${day.slice(2)}`));
}

function personOf(text: PersonText, dateOfBirth: CivilDay): Person {
  const line = (field: PersonField): string => cleanLine(String(text[field]));
  const optional = <Key extends string>(key: Key, value: string): Partial<Record<Key, string>> =>
    value === '' ? {} : ({ [key]: value } as Record<Key, string>); // one key, and it is this one
  const { service, milestones, newsByMail, newsBySms, newsByPost } = text;
  return {
    firstName: line('firstName'),
    lastName: line('lastName'),
    dateOfBirth,
    ...(text.gender !== '' && { gender: text.gender }),
    ...optional('nationality', line('nationality')),
    address: {
      country: text.country,
      postalCode: line('postalCode'),
      ...optional('city', line('city')),
      ...optional('street', line('street')),
    },
    ...optional('email', line('email')),
    ...optional('phone', line('phone')),
    optIns: { service, milestones, newsByMail, newsBySms, newsByPost },
    parentalConsent: text.parentalConsent,
    ...(text.terms !== '' && { termsAccepted: text.terms }),
  };
}
