// Everything the audit tells: each act by its name, in groups as one looks for them (ASVS 16.2 and 16.3: sign-ins, refusals,
// changes, looks at a person). Names are stored and sealed for ever: only ever add.
import type { PassholderCommand } from '../passholders/passholder-command.ts';

type PassholderAction = `passholder-${PassholderCommand['kind']}`;

const PASSHOLDER_CHANGES = [
  'passholder-register',
  'passholder-change-details',
  'passholder-move',
  'passholder-join',
  'passholder-leave',
  'passholder-block-card',
  'passholder-unblock-card',
  'passholder-replace-card',
  'passholder-grant-kansenstatuut',
  'passholder-renew-kansenstatuut',
  'passholder-suspend-kansenstatuut',
  'passholder-end-kansenstatuut',
  'passholder-erase',
] as const satisfies readonly PassholderAction[];

export const AUDIT_GROUPS = {
  looks: [
    'passholder-read',
    'passholder-copied',
    'passholders-searched',
    'passholder-search-stopped',
    'card-looked-up',
    'unknown-card-looked-up',
    'card-checked',
    'card-refused',
    'take-over-refused',
    'audit-read',
    'audit-exported',
  ],
  passholders: [...PASSHOLDER_CHANGES, 'passholder-take-over'],
  stock: ['stock-delivered', 'stock-sent', 'stock-received', 'stock-withdrawn', 'stock-written-off'],
  settings: ['setting-changed', 'setting-withdrawn', 'voucher-made', 'voucher-ended'],
  activities: [
    'activity-created',
    'activity-changed',
    'activity-planned-on',
    'occurrence-cancelled',
    'occurrence-resumed',
    'check-in-undone',
    'paper-list-entered',
  ],
  organisations: [
    'organisation-added',
    'organisation-changed',
    'agreement-added',
    'agreement-ended',
    'iban-proposed',
    'iban-confirmed',
    'iban-withdrawn',
  ],
  phones: [
    'enrol-link-made',
    'phone-asked',
    'phone-approved',
    'phone-refused',
    'phone-renamed',
    'phone-revoked',
    'phone-lost',
    'rescue-brought',
    'quarantine-accepted',
    'quarantine-refused',
    'quarantine-decision-reversed',
  ],
  staff: [
    'admin-created',
    'invited',
    'invitation-withdrawn',
    'invitation-accepted',
    'role-withdrawn',
    'sessions-ended',
    'second-step-removed',
    'password-link-made',
    'ways-in-cleared',
  ],
  'sign-in': [
    'sign-in',
    'sign-in-failed',
    'proved',
    'proof-failed',
    'password-changed',
    'session-ended',
    'other-sessions-ended',
    'second-step-on',
    'second-step-off',
    'recovery-codes-renewed',
    'passkey-added',
    'passkey-removed',
    'provider-linked',
    'provider-unlinked',
  ],
  refusals: ['refused'],
} as const;

export type AuditGroup = keyof typeof AUDIT_GROUPS;
export type AuditAction = (typeof AUDIT_GROUPS)[AuditGroup][number];

export const AUDIT_GROUP_NAMES = Object.keys(AUDIT_GROUPS) as AuditGroup[]; // its own keys
