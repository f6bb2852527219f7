// A card of a group: tickets for a year, no points. Rules: publiq, group passes (own number, one card system, a number of tickets
// a year, only ticket sales). Invariants: the tickets of a year are granted once and never change; what was not used does not go
// along to the next year; the balance is the sum of postings on the account of that year (ledger).
import type { CivilDay } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import type { CardState } from '../cards/card-facts.ts';
import type { RegionCard } from '../passholders/card-life.ts';

/** `balance`: what is left of them. */
export type PassYear = { readonly year: number; readonly tickets: number; readonly balance: number };

export const GROUP_PASS_STATUSES = ['active', 'blocked', 'expired', 'not-yet'] as const;
export type GroupPassStatus = (typeof GROUP_PASS_STATUSES)[number];

export type GroupPassRefusal =
  | { readonly code: 'card-unknown' }
  | { readonly code: 'card-not-in-stock'; readonly state: CardState }
  | { readonly code: 'card-at-other-counter'; readonly place: string | null }
  | { readonly code: 'card-under-way' }
  | { readonly code: 'card-digit-differs'; readonly wanted: boolean }
  | { readonly code: 'group-pass-year'; readonly first: number; readonly last: number }
  | { readonly code: 'group-pass-tickets'; readonly max: number }
  | { readonly code: 'group-pass-year-known'; readonly tickets: number }
  | { readonly code: 'group-pass-blocked' }
  | { readonly code: 'group-pass-not-blocked' };

const yearOf = (day: CivilDay): number => Number(day.slice(0, 4));

/** The card says kansenstatuut (digit 12): what it buys is the kansentarief. `place`: the municipality of the counter. */
export function checkGroupCard(
  card: RegionCard | undefined,
  place: string | null,
): Result<RegionCard, GroupPassRefusal> {
  if (!card) return refuse({ code: 'card-unknown' });
  if (card.state !== 'stock') return refuse({ code: 'card-not-in-stock', state: card.state });
  if (card.place !== place) return refuse({ code: 'card-at-other-counter', place: card.place });
  if (card.underWay) return refuse({ code: 'card-under-way' });
  if (card.number[11] !== '1') return refuse({ code: 'card-digit-differs', wanted: true });
  return ok(card);
}

/** Tickets for this year, or already for the next one. */
export function grantYear(
  years: readonly PassYear[],
  { year, tickets }: { readonly year: number; readonly tickets: number },
  today: CivilDay,
): Result<'granted' | 'as-before', GroupPassRefusal> {
  const known = years.find((each) => each.year === year);
  if (known)
    return known.tickets === tickets
      ? ok('as-before')
      : refuse({ code: 'group-pass-year-known', tickets: known.tickets });
  const first = yearOf(today);
  if (year < first || year > first + 1) return refuse({ code: 'group-pass-year', first, last: first + 1 });
  if (tickets < 1 || tickets > limits.groupPassTicketsMax)
    return refuse({ code: 'group-pass-tickets', max: limits.groupPassTicketsMax });
  return ok('granted');
}

export const yearNow = (years: readonly PassYear[], today: CivilDay): PassYear | undefined =>
  years.find(({ year }) => year === yearOf(today));

/** Of how many tickets a sale can be today. */
export const availableOn = (state: CardState, years: readonly PassYear[], today: CivilDay): number =>
  state === 'active' ? Math.max(0, yearNow(years, today)?.balance ?? 0) : 0;

export function groupPassStatus(
  state: CardState,
  years: readonly PassYear[],
  today: CivilDay,
): GroupPassStatus {
  if (state !== 'active') return 'blocked';
  if (yearNow(years, today)) return 'active';
  return years.some(({ year }) => year > yearOf(today)) ? 'not-yet' : 'expired';
}
