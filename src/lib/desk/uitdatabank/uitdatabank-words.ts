// Imports in words: how one stands, what each row does or why it cannot, and what a field is here and there.
import { limits } from '#domain/kernel/limits.ts';
import type { EventFacts, EventField } from '#domain/uitdatabank/event-facts.ts';
import type { ImportProblem, ImportRowState } from '#domain/uitdatabank/judge-event.ts';
import type { EventImport } from '#domain/uitdatabank-api.ts';
import { m } from '../../paraglide/messages.js';
import { priceText, scheduleText, spanText } from '../activities/activity-words.ts';
import type { FileProblem } from './cut-file.ts';
import type { RowShow } from './imports.svelte.ts';

export const sourceText = ({ source, name }: EventImport): string =>
  source === 'address' ? m.uitdatabank_from_address() : name;

/** In the order in which one wants to know them; without those that are none. */
export function countsText({ rows, callOff, kept }: EventImport): string[] {
  return (
    [
      [rows.organiser, m.uitdatabank_n_organiser],
      [rows.new, m.uitdatabank_n_new],
      [rows.changed, m.uitdatabank_n_changed],
      [rows.stored, m.uitdatabank_n_stored],
      [rows.unchanged, m.uitdatabank_n_unchanged],
      [rows.bad, m.uitdatabank_n_bad],
      [callOff, m.uitdatabank_n_call_off],
      [kept, m.uitdatabank_n_kept],
    ] as const
  ).flatMap(([count, say]) => (count > 0 ? [say({ count })] : []));
}

export function showsOf({ rows, callOff, kept, read }: EventImport): { value: RowShow; label: string }[] {
  const shows: [RowShow, number, (input: { count: number }) => string][] = [
    ['organiser', rows.organiser, m.uitdatabank_show_organiser],
    ['new', rows.new, m.uitdatabank_show_new],
    ['changed', rows.changed, m.uitdatabank_show_changed],
    ['stored', rows.stored, m.uitdatabank_show_stored],
    ['call-off', callOff, m.uitdatabank_show_call_off],
    ['kept', kept, m.uitdatabank_show_kept],
    ['bad', rows.bad, m.uitdatabank_show_bad],
    ['unchanged', rows.unchanged, m.uitdatabank_show_unchanged],
  ];
  return [
    { value: 'all', label: m.uitdatabank_show_all({ count: read }) },
    ...shows.flatMap(([value, count, say]) => (count > 0 ? [{ value, label: say({ count }) }] : [])),
  ];
}

const STATES: Readonly<Record<ImportRowState, () => string>> = {
  new: m.uitdatabank_state_new,
  changed: m.uitdatabank_state_changed,
  unchanged: m.uitdatabank_state_unchanged,
  organiser: m.uitdatabank_state_organiser,
  bad: m.uitdatabank_state_bad,
  stored: m.uitdatabank_state_stored,
};
export const stateText = (state: ImportRowState): string => STATES[state]();
export const STATE_TONES = {
  new: 'ok',
  changed: 'note',
  unchanged: 'plain',
  organiser: 'warn',
  bad: 'no',
  stored: 'ok',
} as const satisfies Record<ImportRowState, string>;

const WHY: Readonly<Record<ImportProblem, () => string>> = {
  'too-large': m.uitdatabank_why_too_large,
  malformed: m.uitdatabank_why_malformed,
  'no-event': m.uitdatabank_why_no_event,
  'strange-keys': m.uitdatabank_why_strange_keys,
  'title-missing': m.uitdatabank_why_title_missing,
  'place-missing': m.uitdatabank_why_place_missing,
  html: m.uitdatabank_why_html,
  calendar: m.uitdatabank_why_calendar,
  date: m.uitdatabank_why_date,
  'no-end': m.uitdatabank_why_no_end,
  'ends-before-start': m.uitdatabank_why_ends_before_start,
  'no-hours': m.uitdatabank_why_no_hours,
  hours: m.uitdatabank_why_hours,
  'too-many-dates': m.uitdatabank_why_too_many_dates,
  over: m.uitdatabank_why_over,
  price: m.uitdatabank_why_price,
  'too-many-prices': m.uitdatabank_why_too_many_prices,
  twice: m.uitdatabank_why_twice,
  'not-yours': m.uitdatabank_why_not_yours,
  'withdrawn-unknown': m.uitdatabank_why_withdrawn_unknown,
  'changed-meanwhile': m.uitdatabank_why_changed_meanwhile,
  'does-not-fit': m.uitdatabank_why_does_not_fit,
  'went-wrong': m.uitdatabank_why_went_wrong,
};
const isWhy = (code: string): code is ImportProblem => Object.hasOwn(WHY, code);
export const whyText = (code: string): string => (isWhy(code) ? WHY[code] : m.uitdatabank_why_other)();

const FIELDS: Readonly<Record<EventField, () => string>> = {
  title: m.uitdatabank_field_title,
  place: m.uitdatabank_field_place,
  when: m.uitdatabank_field_when,
  prices: m.uitdatabank_field_prices,
  kind: m.uitdatabank_field_kind,
};
export const fieldText = (field: EventField): string => FIELDS[field]();

type Shown = Pick<EventFacts, 'title' | 'place' | 'schedule' | 'dates' | 'priceClasses' | 'kind'>;

export function valueText(field: EventField, facts: Shown): string {
  switch (field) {
    case 'title':
    case 'place':
      return facts[field];
    case 'when':
      return whenText(facts);
    case 'prices':
      return facts.priceClasses.map(priceText).join(', ') || m.uitdatabank_no_prices();
    case 'kind':
      return facts.kind?.name ?? m.uitdatabank_no_kind();
  }
}

const DATES_SHOWN = 3;

export function whenText({ schedule, dates }: Pick<Shown, 'schedule' | 'dates'>): string {
  if (schedule.kind !== 'dates') return scheduleText(schedule);
  const standing = dates.filter(({ cancelledBecause }) => cancelledBecause === undefined);
  if (standing.length === 0) return m.uitdatabank_no_dates();
  const rest = standing.length - DATES_SHOWN;
  const shown = standing.slice(0, DATES_SHOWN).map(spanText);
  return [...shown, ...(rest > 0 ? [m.uitdatabank_dates_more({ count: rest })] : [])].join('; ');
}

const FILE_PROBLEMS: Readonly<Record<FileProblem, () => string>> = {
  'file-none': m.uitdatabank_problem_file_none,
  'file-malformed': m.uitdatabank_problem_file_malformed,
  'file-too-large': m.uitdatabank_problem_file_too_large,
  'too-many-events': () => m.uitdatabank_problem_too_many_events({ max: limits.importEventsMax }),
};
export const fileProblemText = (problem: FileProblem): string => FILE_PROBLEMS[problem]();

/** What the server refuses, in words (problem-text.ts). */
export const UITDATABANK_SENTENCES: Readonly<Record<string, () => string>> = {
  'source-address': m.uitdatabank_problem_source_address,
  'source-away': m.uitdatabank_problem_source_away,
  'source-refuses': m.uitdatabank_problem_source_refuses,
  'source-redirects': m.uitdatabank_problem_source_redirects,
  'source-answer': m.uitdatabank_problem_source_answer,
  'source-too-large': m.uitdatabank_problem_source_too_large,
  'source-not-set': m.uitdatabank_problem_source_not_set,
  'too-many-events': FILE_PROBLEMS['too-many-events'],
  'nothing-to-call-off': m.uitdatabank_problem_nothing_to_call_off,
  'does-not-fit': m.uitdatabank_problem_does_not_fit,
};
