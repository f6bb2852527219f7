// What happened to a pass holder, as a clerk reads it: which event, and of a change of details which parts changed. What
// the person's data were before is nobody's business here: the file shows what holds.
import type { Person } from './person.ts';

export const EVENT_KINDS = [
  'registered',
  'taken-over',
  'details-changed',
  'moved',
  'membership-started',
  'membership-ended',
  'membership-end-planned',
  'card-handed-out',
  'card-blocked',
  'card-unblocked',
  'card-replaced',
  'kansenstatuut-set',
  'note-added',
  'note-withdrawn',
  'merged',
  'merged-away',
  'erased',
] as const;

const PARTS = [
  'firstName',
  'lastName',
  'dateOfBirth',
  'gender',
  'nationality',
  'address',
  'email',
  'phone',
  'optIns',
  'parentalConsent',
  'termsAccepted',
] as const satisfies readonly (keyof Person)[];
export type PersonPart = (typeof PARTS)[number];

export const changedParts = (before: Person, after: Person): PersonPart[] =>
  PARTS.filter((part) => textOf(before[part]) !== textOf(after[part]));

/** The order in which keys were written down says nothing. */
const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : JSON.stringify(value ?? null);
