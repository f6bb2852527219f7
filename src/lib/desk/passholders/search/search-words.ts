import type { FoundPerson } from '#domain/passholder-api.ts';
import type { Search } from '#domain/passholders/search-text.ts';
import { m } from '../../../paraglide/messages.js';
import { isCode, problemText } from '../../problem-text.ts';

type Status = FoundPerson['kansenstatuut'];

const KANSENSTATUUT: Record<Exclude<Status, 'none'>, () => string> = {
  active: m.search_kansenstatuut_active,
  grace: m.search_kansenstatuut_grace,
  suspended: m.search_kansenstatuut_suspended,
  expired: m.search_kansenstatuut_expired,
};
const TONES = { active: 'ok', grace: 'warn', suspended: 'warn', expired: 'plain' } as const;

/** Undefined for who has none: that is nothing to say. */
export const kansenstatuutChip = (
  status: Status,
): { text: string; tone: (typeof TONES)[keyof typeof TONES] } | undefined =>
  status === 'none' ? undefined : { text: KANSENSTATUUT[status](), tone: TONES[status] };

/** Why there is no number to show. */
export function noCardText({ cardState }: FoundPerson): string {
  if (cardState === 'blocked') return m.search_card_blocked();
  return cardState === 'replaced' ? m.search_card_replaced() : m.search_no_card();
}

const HINTS: Partial<Record<Search['kind'], () => string>> = {
  'too-short': m.search_too_short,
  insz: m.search_insz,
  number: m.search_number,
};

/** Why nothing is searched for what stands there. */
export const hintFor = ({ kind }: Search): string | undefined => HINTS[kind]?.();

export function searchProblem(error: unknown): string {
  return isCode(error, 'too-many-requests') ? m.search_too_many() : problemText(error);
}
