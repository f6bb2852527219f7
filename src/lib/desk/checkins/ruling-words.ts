// Rulings in words: what became of a scan, and why.
import type { Because, Outcome } from '#domain/sync/ruling.ts';
import { dayTimeText } from '../../appearance/dates.ts';
import { m } from '../../paraglide/messages.js';
import { codeText } from '../../ruling-text.ts';

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

const NUMBER_PROBLEMS: Readonly<Record<string, () => string>> = {
  'number-length': m.desk_number_length,
  'number-not-a-digit': m.desk_number_not_a_digit,
  'number-digit-12': m.desk_number_digit_12,
  'number-check-digit': m.desk_number_check_digit,
};

export const outcomeTone = ({ outcome, undone = false }: Ruled): Tone =>
  undone ? 'plain' : OUTCOMES[outcome].tone;

export const outcomeText = ({ outcome, undone = false }: Ruled): string =>
  undone ? m.desk_outcome_undone() : OUTCOMES[outcome].word();

/**
 * Why; empty where the word says it all. In a list only the first sentence of the shared text: what happened. The rest
 * of it says what to do at the door, and that moment is over.
 */
export function reasonText({ code, because, outcome, undone }: Ruled): string {
  if (undone) return '';
  if (outcome === 'duplicate' && because) return m.desk_code_already_at({ at: dayTimeText(because.at) });
  if (code === undefined) return '';
  return /^.*?[.;](?=\s|$)/.exec(reasonSentences(code))?.[0].replace(/;$/, '.') ?? reasonSentences(code);
}

/** The whole text of a code. */
export const reasonSentences = (code: string): string =>
  NUMBER_PROBLEMS[code]?.() ?? codeText(code) ?? m.desk_code_other();
