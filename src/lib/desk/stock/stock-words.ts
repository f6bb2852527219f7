// How stock reads: places, boxes, and what is wrong with a row of a list.
import { countOf, expandRange, type NumberRange } from '#domain/cards/number-range.ts';
import { formatUitpasNumber, parseUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { DeliveryReport, StockOverview } from '#domain/stock-api.ts';
import type { WriteOffReason } from '#domain/stock/stock.ts';
import { dayText } from '../../appearance/dates.ts';
import { m } from '../../paraglide/messages.js';

export type Cupboard = StockOverview['cupboards'][number];
export type Kind = Cupboard['kinds'][number];
export type Transfer = StockOverview['transfers'][number];
type Place = Cupboard['place'];

/** Fewer than this of a kind: time to ask for more. A small counter hands out some ten a month. */
export const LOW = 20;

export const placeText = (places: StockOverview['places'], place: Place): string =>
  place === null
    ? m.stock_region_cupboard()
    : m.stock_cupboard_of({ name: places.find((known) => known.place === place)?.name ?? place });

export const kindText = ({ cardSystemName, kansenstatuut }: Kind): string =>
  `${cardSystemName}, ${kansenstatuut ? m.stock_kind_kansenstatuut() : m.stock_kind_regular()}`;

/** When somebody counted it last, and what came out. */
export function countText({ at, by, expected, counted, why }: NonNullable<Kind['count']>): string {
  const said = { day: dayText(at), by };
  if (counted === expected) return m.stock_counted_right({ ...said, count: counted });
  const difference = counted - expected;
  return difference > 0
    ? m.stock_counted_more({ ...said, count: difference, why })
    : m.stock_counted_less({ ...said, count: -difference, why });
}

const shown = (number: string): string => formatUitpasNumber(number as UitpasNumber); // the server's own number

export const boxText = ({ first, last }: { readonly first: string; readonly last: string }): string =>
  first === last ? shown(first) : m.stock_box({ first: shown(first), last: shown(last) });

export const REASON_WORDS: Readonly<Record<WriteOffReason, () => string>> = {
  lost: m.stock_reason_lost,
  stolen: m.stock_reason_stolen,
  defect: m.stock_reason_defect,
  misprint: m.stock_reason_misprint,
  'too-old': m.stock_reason_too_old,
};

/** As typed; no last number means one card. Empty while nothing is typed. */
export type TypedRange =
  | { readonly state: 'empty' }
  | { readonly state: 'wrong'; readonly field: 'first' | 'last'; readonly text: string }
  | { readonly state: 'good'; readonly range: NumberRange; readonly count: number };

const NUMBER_WORDS = {
  length: m.desk_number_length,
  'not-a-digit': m.desk_number_not_a_digit,
  'digit-12': m.desk_number_digit_12,
  'check-digit': m.desk_number_check_digit,
} as const;

export function readTyped(firstText: string, lastText: string): TypedRange {
  if (firstText.trim() === '' && lastText.trim() === '') return { state: 'empty' };
  const first = parseUitpasNumber(firstText);
  if (!first.ok) return { state: 'wrong', field: 'first', text: NUMBER_WORDS[first.error.code]() };
  const last = lastText.trim() === '' ? first : parseUitpasNumber(lastText);
  if (!last.ok) return { state: 'wrong', field: 'last', text: NUMBER_WORDS[last.error.code]() };
  const range = { first: first.value, last: last.value };
  const numbers = expandRange(range, limits.transferCardsMax);
  if (numbers.ok) return { state: 'good', range, count: countOf(range) };
  return { state: 'wrong', field: 'last', text: rangeProblem(numbers.error) };
}

type Refused = Extract<ReturnType<typeof expandRange>, { ok: false }>['error'];
function rangeProblem(problem: Refused): string {
  if (problem.code === 'digit-12-differs') return m.stock_range_kinds();
  if (problem.code === 'upside-down') return m.stock_range_upside_down();
  return m.stock_range_too_many({ count: problem.count, max: problem.max });
}

export function rowText(problem: DeliveryReport['problems'][number]): string {
  const text = String(problem['text'] ?? '');
  const number = shown(String(problem['number'] ?? ''));
  const row = Number(problem['firstRow'] ?? 0);
  switch (problem.code) {
    case 'number':
      return /^\d{12}$/.test(text) ? m.stock_problem_zero({ text }) : m.stock_problem_number({ text });
    case 'chip':
      return m.stock_problem_chip({ text });
    case 'chip-for-many':
      return m.stock_problem_chip_for_many();
    case 'twice':
      return m.stock_problem_twice({ number, row });
    case 'chip-twice':
      return m.stock_problem_chip_twice({ row });
    case 'known-already':
      return m.stock_problem_known({ number });
    case 'chip-known-already':
      return m.stock_problem_chip_known({ number });
    case 'range':
      return rangeRowText(problem['why']);
    default:
      return m.stock_problem_range();
  }
}

function rangeRowText(why: unknown): string {
  const code = typeof why === 'object' && why !== null && 'code' in why ? why.code : undefined;
  if (code === 'digit-12-differs') return m.stock_range_kinds();
  return code === 'upside-down' ? m.stock_range_upside_down() : m.stock_problem_range();
}

/** What one most probably means: the cards that there are most of. */
export function usualCardSystem({ cupboards, cardSystems }: StockOverview): string {
  const kinds = cupboards.flatMap((cupboard) => cupboard.kinds);
  const most = kinds.reduce<Kind | undefined>(
    (best, kind) => (best && best.inStock >= kind.inStock ? best : kind),
    undefined,
  );
  return most?.cardSystemId ?? cardSystems[0]?.cardSystemId ?? '';
}

/** What the server refuses, in words (problem-text.ts). */
export const STOCK_SENTENCES: Readonly<Record<string, () => string>> = {
  'not-in-this-stock': m.stock_refused_not_here,
  'same-place': m.stock_refused_same_place,
  'stock-changed': m.stock_problem_changed,
  'count-needs-reason': m.stock_problem_count,
  'closed-already': m.stock_refused_closed,
  'too-many-cards': m.stock_refused_too_many,
  'sheet-empty': m.stock_refused_empty,
  empty: m.stock_refused_empty,
  'sheet-too-large': m.stock_refused_too_large,
  'too-large': m.stock_refused_too_large,
  'sheet-too-many-rows': m.stock_refused_rows,
  'sheet-unreadable': m.stock_refused_unreadable,
  'sheet-old-excel': m.stock_refused_old_excel,
  'no-number-column': m.stock_refused_no_column,
  'other-act-with-this-id': m.stock_refused_other_act,
};
