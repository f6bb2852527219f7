// Who a pass holder is, as a desk writes it down. Rules: publiq, pass holder (name, first name, birth date, postcode and
// city are required; under 16 a parent consents; terms on paper or digitally).
import * as z from 'zod/mini';
import { isCivilDay, yearsBetween, type CivilDay } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { lineOf } from '../kernel/plain-text.ts';

export const Day = z.string().check(z.refine(isCivilDay));
const required = (max: number): z.ZodMiniString => lineOf(max).check(z.minLength(1));

export const GENDERS = ['female', 'male', 'x'] as const;

export const Address = z.object({
  /** ISO 3166-1 alpha-2. Westhoek borders on France: foreign residents are members too, never with kansenstatuut. */
  country: z.string().check(z.regex(/^[A-Z]{2}$/)),
  postalCode: required(12),
  /** Absent where an older file did not say. */
  city: z.optional(required(limits.cityMax)),
  /** Street, number and box; of some people nobody writes it down. */
  street: z.optional(lineOf(limits.streetMax)),
});
export type Address = z.infer<typeof Address>;

export const Person = z.object({
  firstName: required(limits.personNameMax),
  lastName: required(limits.personNameMax),
  dateOfBirth: Day,
  gender: z.optional(z.enum(GENDERS)),
  nationality: z.optional(z.string().check(z.regex(/^[A-Z]{2}$/))),
  address: Address,
  email: z.optional(lineOf(limits.emailMax)),
  phone: z.optional(lineOf(limits.phoneMax)),
  /** What the person wants to hear of us. Nothing unless asked for. */
  optIns: z.object({
    service: z.boolean(),
    milestones: z.boolean(),
    newsByMail: z.boolean(),
    newsBySms: z.boolean(),
    newsByPost: z.boolean(),
  }),
  /** Both absent where nobody has asked yet: the next who changes the file does. */
  parentalConsent: z.optional(z.boolean()),
  termsAccepted: z.optional(z.enum(['paper', 'digital'])),
});
export type Person = z.infer<typeof Person>;

/** What is wrong, and with which field, so that the screen can say it beside it. */
export type PersonProblem =
  | { readonly field: 'dateOfBirth'; readonly code: 'not-born-yet' | 'too-long-ago' }
  | { readonly field: 'address.postalCode'; readonly code: 'not-belgian' }
  | { readonly field: 'address.city' | 'termsAccepted'; readonly code: 'needed' }
  | { readonly field: 'email'; readonly code: 'no-address' }
  | { readonly field: 'phone'; readonly code: 'no-number' }
  | { readonly field: 'parentalConsent'; readonly code: 'needed' }
  | { readonly field: 'optIns.newsBySms'; readonly code: 'needs-mobile' }
  | { readonly field: 'optIns.newsByMail'; readonly code: 'needs-email' };

const CONSENT_BELOW_YEARS = 16;
const OLDEST_YEARS = 125;

export function problemsOf(person: Person, today: CivilDay): PersonProblem[] {
  const problems: PersonProblem[] = [];
  const { dateOfBirth, address, email, phone, optIns, parentalConsent } = person;
  if (dateOfBirth > today) problems.push({ field: 'dateOfBirth', code: 'not-born-yet' });
  else if (yearsBetween(dateOfBirth, today) > OLDEST_YEARS)
    problems.push({ field: 'dateOfBirth', code: 'too-long-ago' });
  else if (needsParent(dateOfBirth, today) && !parentalConsent)
    problems.push({ field: 'parentalConsent', code: 'needed' });
  if (address.city === undefined) problems.push({ field: 'address.city', code: 'needed' });
  if (person.termsAccepted === undefined) problems.push({ field: 'termsAccepted', code: 'needed' });
  if (address.country === 'BE' && !/^[1-9]\d{3}$/.test(address.postalCode))
    problems.push({ field: 'address.postalCode', code: 'not-belgian' });
  if (email && !looksLikeEmail(email)) problems.push({ field: 'email', code: 'no-address' });
  if (phone && !normalPhone(phone)) problems.push({ field: 'phone', code: 'no-number' });
  if (optIns.newsBySms && !isMobile(phone))
    problems.push({ field: 'optIns.newsBySms', code: 'needs-mobile' });
  if ((optIns.newsByMail || optIns.milestones) && !email)
    problems.push({ field: 'optIns.newsByMail', code: 'needs-email' });
  return problems;
}

/** Phone and e-mail are then those of a parent. */
export const needsParent = (dateOfBirth: CivilDay, today: CivilDay): boolean =>
  yearsBetween(dateOfBirth, today) < CONSENT_BELOW_YEARS;

/** As far as a name and a birth date tell; capitals, accents and signs differ from paper to paper. */
export const isSamePerson = (
  a: Pick<Person, 'lastName' | 'dateOfBirth'>,
  b: Pick<Person, 'lastName' | 'dateOfBirth'>,
): boolean =>
  lettersOf(a.lastName) === lettersOf(b.lastName) &&
  (a.dateOfBirth === b.dateOfBirth || a.dateOfBirth === '' || b.dateOfBirth === '');

const lettersOf = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[^\p{L}\d]/gu, '')
    .toLowerCase();

const looksLikeEmail = (text: string): boolean => /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text);

/** `+32475123456` of what people write in Belgium and around it; undefined when it is no phone number. */
export function normalPhone(text: string): string | undefined {
  const digits = text.replace(/[\s./()-]/g, '').replace(/^00/, '+');
  const international = /^0[1-9]/.test(digits) ? `+32${digits.slice(1)}` : digits;
  return /^\+[1-9]\d{7,14}$/.test(international) ? international : undefined;
}

/** Belgian mobile numbers have ten digits and begin with 04; of other countries nobody can tell here. */
function isMobile(text: string | undefined): boolean {
  const number = text === undefined ? undefined : normalPhone(text);
  return number !== undefined && (!number.startsWith('+32') || /^\+324\d{8}$/.test(number));
}
