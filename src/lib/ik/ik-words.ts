import type { PosterSaved } from '#domain/poster-api.ts';
import { m } from '../paraglide/messages.js';
import { refusalCode } from './self-save.svelte.ts';

const SENTENCES: Readonly<Record<string, () => string>> = {
  'poster-unknown': m.ik_unknown,
  'poster-closed': m.ik_closed,
  'too-many-requests': m.ik_too_many,
  'number-length': m.desk_number_length,
  'number-not-a-digit': m.desk_number_not_a_digit,
  'number-digit-12': m.desk_number_digit_12,
  'number-check-digit': m.desk_number_check_digit,
};

/** Why it did not work, and what now. */
export const ikProblemText = (error: unknown): string => (SENTENCES[refusalCode(error)] ?? m.ik_no_answer)();
export const numberProblemText = (code: string): string =>
  (SENTENCES[`number-${code}`] ?? m.desk_field_wrong)();

/** What came of it, for who proved that the card is his. */
export function ownText({ outcome, points }: NonNullable<PosterSaved['own']>): string {
  if (outcome === 'duplicate') return m.ik_already();
  if (outcome === 'accepted' || outcome === 'accepted-with-note')
    return points > 0 ? m.ik_saved_points({ count: points }) : m.ik_counted();
  return m.ik_not_counted();
}
