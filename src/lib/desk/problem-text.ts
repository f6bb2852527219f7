// Every way of failing in one sentence: what, why, and what now. Codes come from the server's problem documents.
import { m } from '../paraglide/messages.js';
import { RESCUE_SENTENCES } from '../rescue/rescue-text.ts';
import { ASSOCIATION_SENTENCES } from './associations/association-words.ts';
import { GROUP_PASS_SENTENCES } from './grouppasses/group-pass-words.ts';
import { FAMILY_SENTENCES } from './families/family-words.ts';
import { CASH_SENTENCES } from './cash/cash-words.ts';
import { SETTING_SENTENCES } from './settings/setting-words.ts';
import { ORGANISATION_SENTENCES } from './organisations/organisation-words.ts';
import { STOCK_SENTENCES } from './stock/stock-words.ts';
import { BULK_SENTENCES } from './bulk/bulk-words.ts';
import { TASK_SENTENCES } from './tasks/task-words.ts';
import { UITDATABANK_SENTENCES } from './uitdatabank/uitdatabank-words.ts';
import { TILL_SENTENCES } from './till/journal-words.ts';
import { ApiRefusal, Unreachable } from '../api.ts';
import { PASSHOLDER_SENTENCES } from './passholders/refusal-text.ts';
import { PasskeyLeft } from './session/passkey.ts';

const SENTENCES: Readonly<Record<string, () => string>> = {
  'number-length': m.desk_number_length,
  'number-not-a-digit': m.desk_number_not_a_digit,
  'number-digit-12': m.desk_number_digit_12,
  'number-check-digit': m.desk_number_check_digit,
  'card-unknown': m.desk_card_unknown,
  'occurrence-over': m.activities_problem_occurrence_over,
  'changed-meanwhile': m.desk_problem_changed_meanwhile,
  'person-differs': m.desk_problem_person_differs,
  'not-allowed': m.desk_problem_not_allowed,
  'not-found': m.desk_problem_not_found,
  'words-differ': m.desk_problem_words_differ,
  'not-pending': m.desk_problem_not_pending,
  'approval-expired': m.desk_problem_approval_expired,
  'not-active': m.desk_problem_not_active,
  'reversed-already': m.desk_problem_reversed,
  'reason-needed': m.desk_field_required,
  'organisation-fixed': m.desk_problem_organisation_fixed,
  'activity-unknown': m.code_activity_unknown,
  'too-many-requests': m.desk_problem_too_many,
  'search-too-short': m.search_too_short,
  'nobody-elsewhere': m.duplicate_nobody_elsewhere,
  'search-insz': m.search_insz,
  'search-number': m.search_number,
  ...RESCUE_SENTENCES,
  ...ASSOCIATION_SENTENCES,
  ...FAMILY_SENTENCES,
  ...GROUP_PASS_SENTENCES,
  ...PASSHOLDER_SENTENCES,
  ...STOCK_SENTENCES,
  ...SETTING_SENTENCES,
  ...CASH_SENTENCES,
  ...ORGANISATION_SENTENCES,
  ...BULK_SENTENCES,
  ...TILL_SENTENCES,
  ...TASK_SENTENCES,
  ...UITDATABANK_SENTENCES,
  'own-role': m.staff_problem_own_role,
  'last-administrator': m.staff_problem_last_administrator,
  'beyond-reach': m.staff_problem_beyond_reach,
  'not-yours-to-give': m.staff_problem_not_yours_to_give,
  'invitation-over': m.staff_problem_invitation_over,
  'other-region': m.staff_problem_other_region,
  'proof-wrong': m.staff_problem_proof_wrong,
  'challenge-over': m.account_problem_challenge_over,
  'code-wrong': m.account_problem_code_wrong,
  'already-on': m.account_problem_already_on,
  'not-on': m.account_problem_not_on,
  'passkey-wrong': m.account_problem_passkey_wrong,
  'passkey-unknown': m.account_problem_passkey_unknown,
  'passkey-known': m.account_problem_passkey_known,
  'passkeys-full': m.account_problem_passkeys_full,
  'provider-away': m.account_problem_provider_away,
  'provider-refused': m.account_problem_provider_refused,
  'provider-wrong': m.account_problem_provider_wrong,
  'provider-over': m.account_problem_provider_over,
  'provider-unknown': m.account_problem_provider_unknown,
  'provider-unverified': m.account_problem_provider_unverified,
  'provider-other-address': m.account_problem_provider_other_address,
  'provider-taken': m.account_problem_provider_taken,
  'provider-linked-already': m.account_problem_provider_linked_already,
  'no-provider': m.account_problem_no_provider,
  'last-way-in': m.account_problem_last_way_in,
  'proof-needed': m.staff_problem_proof_needed,
  INVALID_EMAIL_OR_PASSWORD: m.desk_sign_in_wrong,
  INVALID_EMAIL: m.desk_email_wrong,
  INVALID_TOKEN: m.desk_password_link_used,
  PASSWORD_TOO_SHORT: m.desk_password_too_short,
  PASSWORD_TOO_LONG: m.desk_password_too_long,
  PASSWORD_GUESSABLE: m.desk_password_guessable,
};

/** A server in trouble that still says which. */
const SENTENCES_OF_5XX: Readonly<Record<string, () => string>> = {
  'disk-full': m.desk_problem_disk_full,
  'search-too-slow': m.search_too_slow,
};
const codeIn = (problem: unknown): string =>
  typeof problem === 'object' && problem !== null && 'code' in problem ? String(problem.code) : '';

const UNREACHABLE: Readonly<Record<Unreachable['why'], () => string>> = {
  'no-network': m.desk_unreachable_no_network,
  'time-out': m.desk_unreachable_time_out,
  'captive-portal': m.desk_unreachable_captive_portal,
  'server-error': m.desk_unreachable_server_error,
  'unknown-answer': m.desk_unreachable_unknown_answer,
};

export function problemText(error: unknown): string {
  if (error instanceof PasskeyLeft) return m.account_problem_passkey_left();
  if (error instanceof Unreachable)
    return SENTENCES_OF_5XX[codeIn(error.cause)]?.() ?? UNREACHABLE[error.why]();
  if (!(error instanceof ApiRefusal)) return m.desk_problem_other();
  return SENTENCES[error.problem.code]?.() ?? byStatus(error.problem.status);
}

/** Of one line of a list that was carried out. */
export const codeText = (code: string): string => SENTENCES[code]?.() ?? m.desk_problem_other();

export const isCode = (error: unknown, code: string): boolean =>
  error instanceof ApiRefusal && error.problem.code === code;

/** Fields of the request that the server names, as path -> code. */
export const fieldCodes = (error: unknown): ReadonlyMap<string, string> =>
  new Map(
    error instanceof ApiRefusal ? error.problem.fields?.map(({ path, code }) => [path, code] as const) : [],
  );

function byStatus(status: number): string {
  if (status === 401) return m.desk_problem_signed_out();
  if (status === 403) return m.desk_problem_not_allowed();
  if (status === 404) return m.desk_problem_not_found();
  if (status === 429) return m.desk_problem_too_many();
  return m.desk_problem_other();
}
