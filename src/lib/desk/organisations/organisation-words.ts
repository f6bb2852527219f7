// How an organisation, its agreements and its refusals read.
import type { OrganisationFile } from '#domain/organisation-api.ts';
import { startOfCivilDay } from '#domain/kernel/civil-time.ts';
import { longDateText } from '../../appearance/dates.ts';
import { m } from '../../paraglide/messages.js';
import type { OrganisationField } from './organisation-text.ts';

const KINDS: Record<OrganisationFile['kind'], () => string> = {
  municipality: m.organisations_kind_municipality,
  organiser: m.organisations_kind_organiser,
  region: m.organisations_kind_region,
};
export const kindText = (kind: OrganisationFile['kind']): string => KINDS[kind]();

type Standing = Pick<OrganisationFile, 'agreement' | 'agreementUntil'>;

export const AGREEMENT_TONES = {
  'in-force': 'ok',
  'ends-soon': 'warn',
  none: 'no',
  'not-asked': 'plain',
} as const;

export const civilDayText = (day: string): string => longDateText(startOfCivilDay(day));

export function agreementText({ agreement, agreementUntil }: Standing): string {
  if (agreement === 'none') return m.organisations_agreement_none();
  if (agreement === 'not-asked') return m.organisations_agreement_not_asked();
  return agreementUntil === null
    ? m.organisations_agreement_goes_on()
    : m.organisations_agreement_until({ day: civilDayText(agreementUntil) });
}

const FIELDS: Record<OrganisationField, () => string> = {
  name: m.organisations_name,
  kind: m.organisations_kind,
  nisCode: m.organisations_municipality,
  kboNumber: m.organisations_kbo,
  contactName: m.organisations_contact_name,
  contactEmail: m.organisations_contact_email,
  contactPhone: m.organisations_contact_phone,
  cardSystems: m.activities_card_systems,
};
export const fieldName = (field: OrganisationField): string => FIELDS[field]();

const FIELD_PROBLEMS: Readonly<Record<string, () => string>> = {
  required: m.desk_field_required,
  needed: m.desk_field_required,
  'kbo-length': m.organisations_kbo_length,
  'kbo-not-a-digit': m.organisations_kbo_length,
  'kbo-check-digits': m.organisations_kbo_check,
  'no-address': m.desk_email_wrong,
};
export const fieldProblemText = (code: string): string => (FIELD_PROBLEMS[code] ?? m.desk_field_wrong)();

export const ORGANISATION_SENTENCES: Readonly<Record<string, () => string>> = {
  'agreement-ends-before': m.organisations_problem_agreement_ends_before,
  'agreement-overlaps': m.organisations_problem_agreement_overlaps,
  'agreement-only-shorter': m.organisations_problem_agreement_only_shorter,
  'agreement-over': m.organisations_problem_agreement_over,
  'iban-form': m.organisations_problem_iban_form,
  'iban-length': m.organisations_problem_iban_form,
  'iban-check-digits': m.organisations_problem_iban_check,
  'iban-own-proposal': m.organisations_problem_iban_own,
  'iban-closed': m.organisations_problem_iban_closed,
  'iban-other': m.organisations_problem_iban_other,
  'iban-same': m.organisations_problem_iban_same,
  'iban-waits': m.organisations_problem_iban_waits,
};
