// How the day of a counter reads.
import { JOURNAL_KINDS, type JournalKind, type JournalLine } from '#domain/cash-api.ts';
import { m } from '../../paraglide/messages.js';

const KIND_WORDS: Readonly<Record<JournalKind, () => string>> = {
  registered: m.till_kind_registered,
  'card-replaced': m.till_kind_replaced,
  'membership-started': m.till_kind_joined,
  'membership-ended': m.till_kind_left,
  'details-changed': m.till_kind_changed,
  moved: m.till_kind_moved,
  'card-blocked': m.till_kind_blocked,
  'card-unblocked': m.till_kind_unblocked,
  merged: m.till_kind_merged,
  erased: m.till_kind_erased,
  'kansenstatuut-granted': m.till_kind_granted,
  'kansenstatuut-renewed': m.till_kind_renewed,
  'kansenstatuut-suspended': m.till_kind_suspended,
  'kansenstatuut-resumed': m.till_kind_resumed,
  'kansenstatuut-ended': m.till_kind_ended,
  'scans-entered': m.till_kind_scans,
  'scans-undone': m.till_kind_scans_undone,
  sale: m.till_kind_sale,
  correction: m.till_kind_correction,
  'change-in': m.till_kind_change_in,
  'change-out': m.till_kind_change_out,
};
export const kindText = (kind: JournalKind): string => KIND_WORDS[kind]();

/** What one looks for. */
export const FILTERS = ['all', 'cards', 'kansenstatuut', 'people', 'scans', 'money'] as const;
export type Filter = (typeof FILTERS)[number];
export const FILTER_WORDS: Readonly<Record<Filter, () => string>> = {
  all: m.till_filter_all,
  cards: m.till_filter_cards,
  kansenstatuut: m.till_filter_kansenstatuut,
  people: m.till_filter_people,
  scans: m.till_filter_scans,
  money: m.till_filter_money,
};
const CARDS: readonly JournalKind[] = [
  'registered',
  'card-replaced',
  'membership-started',
  'card-blocked',
  'card-unblocked',
];
const PEOPLE: readonly JournalKind[] = ['details-changed', 'moved', 'membership-ended', 'merged', 'erased'];

export function isShown({ kind, paid, moved }: JournalLine, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'cards':
      return CARDS.includes(kind);
    case 'people':
      return PEOPLE.includes(kind);
    case 'kansenstatuut':
      return kind.startsWith('kansenstatuut-');
    case 'scans':
      return kind.startsWith('scans-');
    case 'money':
      return moved !== undefined || (paid !== undefined && (paid.dueCents !== 0 || paid.discountCents !== 0));
  }
}

/** How often of each kind, in the order of the list. */
export const countsOf = (lines: readonly JournalLine[]): { kind: JournalKind; count: number }[] =>
  JOURNAL_KINDS.map((kind) => ({
    kind,
    count: lines.filter((line) => line.kind === kind).reduce((sum, { count }) => sum + (count ?? 1), 0),
  })).filter(({ count }) => count > 0);

export const isFilter = (text: string): text is Filter => FILTERS.some((filter) => filter === text);

/** What the server refuses, in words (problem-text.ts). */
export const TILL_SENTENCES: Readonly<Record<string, () => string>> = {
  'closed-already': m.till_problem_closed,
  'day-not-over': m.till_problem_not_over,
  'close-later-day': m.till_problem_later_day,
  'kept-too-much': m.till_problem_kept,
  'difference-needs-reason': m.till_problem_difference,
  'till-changed': m.till_problem_changed,
  'too-little-in-till': m.till_problem_too_little,
  'corrected-already': m.till_problem_corrected,
  'not-to-correct': m.till_problem_not_to_correct,
};
