// Rulings in words: what became of a scan, and why.
import type { Because, Outcome } from '#domain/sync/ruling.ts';
import { dayTimeText } from '../../appearance/dates.ts';
import { m } from '../../paraglide/messages.js';

type Tone = 'ok' | 'note' | 'warn' | 'no' | 'plain';
type Ruled = {
  readonly outcome: Outcome;
  readonly code?: string | undefined;
  readonly because?: Because | undefined;
  readonly undone?: boolean;
};

const OUTCOMES: Record<Outcome, { word: () => string; tone: Tone }> = {
  accepted: { word: m.desk_outcome_accepted, tone: 'ok' },
  'accepted-with-note': { word: m.desk_outcome_noted, tone: 'note' },
  duplicate: { word: m.desk_outcome_duplicate, tone: 'warn' },
  refused: { word: m.desk_outcome_refused, tone: 'no' },
  pending: { word: m.desk_outcome_pending, tone: 'note' },
  quarantined: { word: m.desk_outcome_quarantined, tone: 'warn' },
  'exists-with-different': { word: m.desk_outcome_conflict, tone: 'no' },
};

const CODES: Readonly<Record<string, () => string>> = {
  foreign: m.desk_code_foreign,
  'other-card-system': m.desk_code_other_card_system,
  'card-replaced': m.desk_code_card_replaced,
  'clock-uncertain': m.desk_code_clock_uncertain,
  'card-blocked': m.desk_code_card_blocked,
  'card-deleted': m.desk_code_card_deleted,
  'card-not-registered': m.desk_code_card_not_registered,
  'group-pass': m.desk_code_group_pass,
  'membership-ended': m.desk_code_membership_ended,
  'activity-closed': m.desk_code_activity_closed,
  'activity-unknown': m.desk_code_activity_unknown,
  'not-enrolled': m.desk_code_not_enrolled,
  undone: m.desk_code_undone,
  'undo-too-late': m.desk_code_undo_too_late,
  'undo-not-yours': m.desk_code_undo_not_yours,
  malformed: m.desk_code_malformed,
  'not-allowed': m.desk_problem_not_allowed,
  'awaiting-target': m.desk_code_awaiting_target,
  'unknown-kind': m.desk_code_unknown_kind,
  'device-revoked': m.desk_code_device_revoked,
  'broken-chain': m.desk_code_broken_chain,
  'bad-signature': m.desk_code_bad_signature,
  'number-length': m.desk_number_length,
  'number-not-a-digit': m.desk_number_not_a_digit,
  'number-digit-12': m.desk_number_digit_12,
  'number-check-digit': m.desk_number_check_digit,
};

export const outcomeTone = ({ outcome, undone = false }: Ruled): Tone =>
  undone ? 'plain' : OUTCOMES[outcome].tone;

export const outcomeText = ({ outcome, undone = false }: Ruled): string =>
  undone ? m.desk_outcome_undone() : OUTCOMES[outcome].word();

/** Why, in a sentence; empty where the word says it all. */
export function reasonText({ code, because, outcome }: Ruled): string {
  if (outcome === 'duplicate' && because) return m.desk_code_already_at({ at: dayTimeText(because.at) });
  if (code === undefined) return '';
  return CODES[code]?.() ?? m.desk_code_other();
}

export const codeText = (code: string): string => CODES[code]?.() ?? m.desk_code_other();
