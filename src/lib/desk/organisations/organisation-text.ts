// An organisation as typed. Flat and all text, so that what two people typed can be laid side by side.
import { formatKboNumber, parseKboNumber } from '#domain/organisations/kbo-number.ts';
import {
  ORGANISATION_KINDS,
  type OrganisationFile,
  type OrganisationInput,
} from '#domain/organisation-api.ts';
import * as z from 'zod/mini';

export const OrganisationText = z.object({
  name: z.string(),
  kind: z.enum(ORGANISATION_KINDS),
  /** Empty: of the region as a whole. */
  nisCode: z.string(),
  kboNumber: z.string(),
  contactName: z.string(),
  contactEmail: z.string(),
  contactPhone: z.string(),
  /** Ids with a space between them. */
  cardSystems: z.string(),
});
export type OrganisationText = z.infer<typeof OrganisationText>;
export type OrganisationField = keyof OrganisationText;

export const emptyOrganisationText = (): OrganisationText => ({
  name: '',
  kind: 'organiser',
  nisCode: '',
  kboNumber: '',
  contactName: '',
  contactEmail: '',
  contactPhone: '',
  cardSystems: '',
});

export const textOfOrganisation = (file: OrganisationFile): OrganisationText => ({
  name: file.name,
  kind: file.kind,
  nisCode: file.nisCode ?? '',
  kboNumber: file.kboNumber === '' ? '' : formatKboNumber(file.kboNumber),
  contactName: file.contactName,
  contactEmail: file.contactEmail,
  contactPhone: file.contactPhone,
  cardSystems: joinIds(file.cardSystemIds),
});

export const joinIds = (ids: readonly string[]): string => [...ids].sort().join(' ');
export const idsIn = (text: string): string[] => text.split(' ').filter((id) => id !== '');

export type OrganisationProblem = 'required' | 'kbo-length' | 'kbo-not-a-digit' | 'kbo-check-digits';

/** What can be said before it is sent. */
export function problemsOf(text: OrganisationText): ReadonlyMap<OrganisationField, OrganisationProblem> {
  const problems = new Map<OrganisationField, OrganisationProblem>();
  if (text.name.trim() === '') problems.set('name', 'required');
  if (text.kind !== 'region' && text.nisCode === '') problems.set('nisCode', 'required');
  const kbo = text.kboNumber.trim() === '' ? undefined : parseKboNumber(text.kboNumber);
  if (kbo && !kbo.ok) problems.set('kboNumber', kbo.error.code);
  return problems;
}

export const inputOf = (text: OrganisationText, version?: number): OrganisationInput => ({
  name: text.name.trim(),
  kind: text.kind,
  nisCode: text.nisCode === '' ? null : text.nisCode,
  kboNumber: text.kboNumber.trim(),
  contactName: text.contactName.trim(),
  contactEmail: text.contactEmail.trim(),
  contactPhone: text.contactPhone.trim(),
  cardSystemIds: idsIn(text.cardSystems),
  ...(version !== undefined && { version }),
});
