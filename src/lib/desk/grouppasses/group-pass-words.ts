import { parseUitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { GroupPassStatus } from '#domain/grouppasses/group-pass.ts';
import { m } from '../../paraglide/messages.js';

const STATUSES: Readonly<Record<GroupPassStatus, () => string>> = {
  active: m.group_pass_active,
  blocked: m.group_pass_is_blocked,
  expired: m.group_pass_expired,
  'not-yet': m.group_pass_not_yet,
};
export const groupPassStatusText = (status: GroupPassStatus): string => STATUSES[status]();
export const GROUP_PASS_TONES = { active: 'ok', blocked: 'no', expired: 'warn', 'not-yet': 'plain' } as const;

/** Why the rules say no, in a sentence that also says what now. */
export const GROUP_PASS_SENTENCES: Readonly<Record<string, () => string>> = {
  'group-pass-year': m.group_pass_year_wrong,
  'group-pass-tickets': m.group_pass_tickets_wrong,
  'group-pass-year-known': m.group_pass_year_known,
  'group-pass-blocked': m.group_pass_blocked_renew,
  'group-pass-not-blocked': m.group_pass_not_blocked,
  'group-pass-holder-unknown': m.group_pass_holder_unknown,
};

/** What is wrong with a typed card number; undefined when it is one. */
export function numberError(text: string): string | undefined {
  if (text.trim() === '') return m.desk_field_required();
  return parseUitpasNumber(text).ok ? undefined : m.group_pass_number_wrong();
}
