import { m } from '../../../paraglide/messages.js';
import { countryName } from '../countries.ts';
import type { PersonField, PersonText } from '../person-text.ts';

const LABELS: Readonly<Record<PersonField, () => string>> = {
  firstName: m.passholder_first_name,
  lastName: m.passholder_last_name,
  dateOfBirth: m.passholder_born,
  gender: m.passholder_gender,
  nationality: m.passholder_nationality,
  country: m.passholder_country,
  postalCode: m.passholder_postcode,
  city: m.passholder_city,
  street: m.passholder_street,
  email: m.passholder_email,
  phone: m.passholder_phone,
  service: m.passholder_opt_service,
  milestones: m.passholder_opt_milestones,
  newsByMail: m.passholder_opt_mail,
  newsBySms: m.passholder_opt_sms,
  newsByPost: m.passholder_opt_post,
  parentalConsent: m.passholder_consent_short,
  terms: m.passholder_terms_short,
};
const GENDERS: Readonly<Record<string, () => string>> = {
  female: m.passholder_gender_female,
  male: m.passholder_gender_male,
  x: m.passholder_gender_x,
};
const TERMS: Readonly<Record<string, () => string>> = {
  paper: m.passholder_terms_paper,
  digital: m.passholder_terms_digital,
};

export const fieldLabel = (field: PersonField): string => LABELS[field]();

/** What stands in a field, for who compares two. */
export function fieldValueText(field: PersonField, value: PersonText[PersonField]): string {
  if (typeof value === 'boolean') return value ? m.passholder_yes() : m.passholder_no();
  if (value === '') return m.passholder_empty();
  if (field === 'country') return countryName(value);
  return (GENDERS[value] ?? TERMS[value])?.() ?? value;
}
