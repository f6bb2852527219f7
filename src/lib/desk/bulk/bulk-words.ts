// Lists in words: what is done, how far it is, and for each row what happens or why it cannot.
import type { BulkList, BulkRow } from '#domain/bulk-api.ts';
import type { BulkWork } from '#domain/bulk/bulk-work.ts';
import type { JobState, RowState } from '#domain/bulk/job.ts';
import { dayTimeText } from '../../appearance/dates.ts';
import { m } from '../../paraglide/messages.js';
import { reasonSentences } from '../checkins/ruling-words.ts';
import { BLOCK_WORDS, civilDayText } from '../passholders/passholder-words.ts';

export function workText(work: BulkWork): string {
  switch (work.kind) {
    case 'renew-kansenstatuut':
      return m.bulk_work_renew({ day: civilDayText(work.until) });
    case 'block-card':
      return m.bulk_work_block({ reason: BLOCK_WORDS[work.reason]().toLowerCase() });
    case 'rename-street':
      return m.bulk_work_street({ from: work.from, to: work.to });
    case 'change-address':
      return m.bulk_work_address({ address: `${work.street}, ${work.postalCode} ${work.city}` });
    case 'check-in':
      return m.bulk_work_check_in({ activity: work.title ?? '', when: dayTimeText(work.at) });
    case 'export':
      return m.bulk_work_export();
  }
}

const STATES: Readonly<Record<JobState, () => string>> = {
  draft: m.bulk_state_draft,
  running: m.bulk_state_running,
  stopped: m.bulk_state_stopped,
  done: m.bulk_state_done,
  withdrawn: m.bulk_state_withdrawn,
};
export const stateText = (state: JobState): string => STATES[state]();
export const STATE_TONES = {
  draft: 'note',
  running: 'warn',
  stopped: 'warn',
  done: 'ok',
  withdrawn: 'plain',
} as const satisfies Record<JobState, string>;

/** Of how many rows that can be done, how many are. */
export const progressOf = ({ rows }: BulkList): { done: number; total: number } => ({
  done: rows.done + rows.refused,
  total: rows.done + rows.refused + rows.ready,
});

type Show = { readonly state: RowState | undefined; readonly label: string; readonly count: number };

/** The ways to look at the rows; those without a row are left out. */
export function showsOf({ rows, state }: BulkList): Show[] {
  const { bad, ready, done, refused } = rows;
  const all = bad + ready + done + refused;
  const readyLabel = state === 'draft' ? m.bulk_show_ready : m.bulk_show_waiting;
  const shows: Show[] = [
    { state: undefined, label: m.bulk_show_all({ count: all }), count: all },
    { state: 'ready', label: readyLabel({ count: ready }), count: ready },
    { state: 'done', label: m.bulk_show_done({ count: done }), count: done },
    { state: 'bad', label: m.bulk_show_bad({ count: bad }), count: bad },
    { state: 'refused', label: m.bulk_show_refused({ count: refused }), count: refused },
  ];
  return shows.filter(({ state: of, count }) => of === undefined || count > 0);
}

/** What happens to one row, or happened, or why not. */
export function answerText({ state, code, detail, until, given }: BulkRow): string {
  if (code !== null) return whyText(code, detail, given);
  if (typeof detail['points'] === 'number') return visitText(state, detail['points'], detail['note']);
  if (until === null) return state === 'done' ? m.bulk_row_done() : m.bulk_row_ready();
  const to = civilDayText(until);
  if (state === 'done') return m.bulk_row_done_renew({ to });
  const from = typeof detail['current'] === 'string' ? civilDayText(detail['current']) : '–';
  return m.bulk_row_ready_renew({ from, to });
}

/** A note says more of the card, in the words of the check-ins. */
function visitText(state: RowState, points: number, note: unknown): string {
  const text = state === 'done' ? m.bulk_row_done_visit({ points }) : m.bulk_row_ready_visit({ points });
  return typeof note === 'string' ? `${text}. ${reasonSentences(note)}` : text;
}

const WHY: Readonly<Record<string, () => string>> = {
  'card-unknown': m.bulk_why_card_unknown,
  'card-is-group-pass': m.bulk_why_group_pass,
  'card-without-holder': m.bulk_why_without_holder,
  'not-yours': m.bulk_why_not_yours,
  'card-is-of-other-system': m.bulk_why_other_system,
  'card-is-blocked': m.bulk_why_blocked,
  'card-not-theirs': m.bulk_why_not_theirs,
  'card-not-active': m.bulk_why_not_active,
  'card-digit-differs': m.bulk_why_digit,
  'proof-not-accepted': m.bulk_why_proof_not_accepted,
  'end-passed': m.bulk_why_end_passed,
  'no-kansenstatuut': m.bulk_why_none,
  'lives-outside': m.bulk_why_outside,
  'is-no-member': m.bulk_why_no_member,
  'not-here': m.bulk_why_not_here,
  person: m.bulk_why_incomplete,
  'is-a-move': m.bulk_why_move,
  'lives-there': m.bulk_why_lives_there,
  'street-differs': m.bulk_why_street,
  'went-wrong': m.bulk_why_wrong,
};

function whyText(code: string, detail: BulkRow['detail'], given: string): string {
  const text = String(detail['text'] ?? '');
  const row = String(detail['firstRow'] ?? '');
  switch (code) {
    case 'number':
      return /^\d{12}$/.test(given) ? m.bulk_why_number_short() : m.bulk_why_number();
    case 'date':
      return m.bulk_why_date({ text });
    case 'proof':
      return m.bulk_why_proof({ text });
    case 'twice':
      return m.bulk_why_twice({ row });
    case 'person-twice':
      return m.bulk_why_person_twice({ row });
    case 'checked-in-already':
      return m.bulk_why_checked_in({ at: dayTimeText(Number(detail['at'])) });
    case 'end-not-later':
      return m.bulk_why_end_not_later({ day: civilDayText(String(detail['current'])) });
    case 'end-too-far':
      return m.bulk_why_end_too_far({ day: civilDayText(String(detail['latest'])) });
    default:
      return (WHY[code] ?? RULINGS[code] ?? m.bulk_why_other)();
  }
}

/** Of a list of visits: as the rule of a scan says it, without what one would do at a door. */
const RULINGS: Readonly<Record<string, () => string>> = {
  'card-blocked': m.bulk_why_not_active,
  'card-deleted': m.bulk_why_not_active,
  'card-not-registered': m.bulk_why_without_holder,
  'group-pass': m.bulk_why_group_pass,
  'membership-ended': m.bulk_why_no_member,
  'activity-closed': m.bulk_why_closed,
  'activity-unknown': m.bulk_why_closed,
};

const REASONS: Readonly<Record<string, () => string>> = {
  number: m.bulk_reason_number,
  date: m.bulk_reason_date,
  proof: m.bulk_reason_proof,
  'proof-not-accepted': m.bulk_reason_proof,
  twice: m.bulk_reason_twice,
  'person-twice': m.bulk_reason_twice,
  'card-unknown': m.bulk_reason_card_unknown,
  'card-is-group-pass': m.bulk_reason_card,
  'card-without-holder': m.bulk_reason_card,
  'not-yours': m.bulk_reason_not_yours,
  'card-is-of-other-system': m.bulk_reason_other_system,
  'card-is-blocked': m.bulk_reason_blocked,
  'card-not-active': m.bulk_reason_blocked,
  'card-digit-differs': m.bulk_reason_digit,
  'end-passed': m.bulk_reason_end,
  'end-too-far': m.bulk_reason_end,
  'end-not-later': m.bulk_reason_end,
  'no-kansenstatuut': m.bulk_reason_none,
  'lives-outside': m.bulk_reason_outside,
  'street-differs': m.bulk_reason_street,
  'is-a-move': m.bulk_reason_move,
  'lives-there': m.bulk_reason_lives_there,
  'checked-in-already': m.bulk_reason_checked_in,
  'activity-closed': m.bulk_reason_closed,
  'card-blocked': m.bulk_reason_blocked,
  'card-deleted': m.bulk_reason_blocked,
  'card-not-registered': m.bulk_reason_card,
  'group-pass': m.bulk_reason_card,
};

/** A reason in a few words, for a list to choose from. */
export const reasonText = (code: string): string => (REASONS[code] ?? m.bulk_reason_other)();

/** What the server refuses, in words (problem-text.ts). */
export const BULK_SENTENCES: Readonly<Record<string, () => string>> = {
  'list-is-over': m.bulk_refused_over,
  'list-has-begun': m.bulk_refused_begun,
  'nothing-to-do': m.bulk_refused_nothing,
  'too-many-rows': m.bulk_refused_too_many,
  'moment-out-of-reach': m.bulk_refused_moment,
};
