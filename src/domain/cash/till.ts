// The day of a counter's till. Rule: what lies in it is counted and compared with what should; a closed day never changes, and
// what is corrected later stands on a later day. Invariant: after a close the account `cash` is what was left in the till.
import * as z from 'zod/mini';
import { addCivilDays, type CivilDay } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { Cents } from '../kernel/money.ts';
import { lineOf } from '../kernel/plain-text.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import { centsEntry, mirrorOf, type Entry } from '../ledger/ledger.ts';
import type { TillAccount } from './sale.ts';

/** On which day something is written down: today, or the first day that is still open. */
export const bookDayOf = (today: CivilDay, closedThrough: CivilDay | undefined): CivilDay =>
  closedThrough !== undefined && closedThrough >= today ? addCivilDays(closedThrough, 1) : today;

export const TillCount = z.object({
  /** In the till, notes and coins. */
  countedCents: Cents,
  /** Of those what stays in it as change; the rest goes to the safe. */
  keptCents: Cents,
  /** Needed where there is a difference. */
  why: z.optional(lineOf(limits.reasonMax)),
});
export type TillCount = z.infer<typeof TillCount>;

export type CloseFacts = {
  readonly day: CivilDay;
  readonly today: CivilDay;
  readonly closedThrough: CivilDay | undefined;
  /** The last day on which something was written down: what lies in the till is counted with it. */
  readonly lastEntryDay: CivilDay | undefined;
  /** What should lie in the till: the sum of its account. */
  readonly expectedCents: number;
};

export type CloseRefusal =
  | { readonly code: 'closed-already'; readonly closedThrough: CivilDay }
  | { readonly code: 'day-not-over' }
  | { readonly code: 'close-later-day'; readonly day: CivilDay }
  | { readonly code: 'kept-too-much'; readonly countedCents: number }
  | { readonly code: 'difference-needs-reason'; readonly differenceCents: number };

/** `entry` is absent where nothing moves. */
export type Close = {
  readonly differenceCents: number;
  readonly why: string;
  readonly entry: Entry | undefined;
};

export function decideClose(
  entryId: string,
  { countedCents, keptCents, why = '' }: TillCount,
  { day, today, closedThrough, lastEntryDay, expectedCents }: CloseFacts,
): Result<Close, CloseRefusal> {
  if (closedThrough !== undefined && day <= closedThrough)
    return refuse({ code: 'closed-already', closedThrough });
  if (day > today) return refuse({ code: 'day-not-over' });
  if (lastEntryDay !== undefined && lastEntryDay > day)
    return refuse({ code: 'close-later-day', day: lastEntryDay });
  if (keptCents > countedCents) return refuse({ code: 'kept-too-much', countedCents });
  const differenceCents = countedCents - expectedCents;
  if (differenceCents !== 0 && why === '')
    return refuse({ code: 'difference-needs-reason', differenceCents });
  const toSafe = countedCents - keptCents;
  const moves = [
    ['cash', differenceCents - toSafe],
    ['difference', -differenceCents],
    ['safe', toSafe],
  ] satisfies [TillAccount, number][];
  const nothing = moves.every(([, cents]) => cents === 0);
  return ok({
    differenceCents,
    why: differenceCents === 0 ? '' : why,
    entry: nothing ? undefined : centsEntry(entryId, moves),
  });
}

/** Change from the safe into the till, or back. */
export const TillMove = z.object({
  way: z.enum(['in', 'out']),
  cents: Cents.check(z.minimum(1)),
  why: lineOf(limits.reasonMax).check(z.minLength(1)),
});
export type TillMove = z.infer<typeof TillMove>;

/** What does not lie in the till cannot come out of it. A mistake is followed by the same amount the other way. */
export function decideMove(
  entryId: string,
  { way, cents }: TillMove,
  expectedCents: number,
): Result<Entry, { readonly code: 'too-little-in-till'; readonly expectedCents: number }> {
  if (way === 'out' && cents > expectedCents) return refuse({ code: 'too-little-in-till', expectedCents });
  const into = way === 'in' ? cents : -cents;
  return ok(
    centsEntry(entryId, [
      ['cash', into],
      ['safe', -into],
    ] satisfies [TillAccount, number][]),
  );
}

export const ENTRY_KINDS = ['sale', 'correction', 'close', 'change'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export type CorrectionRefusal = { readonly code: 'corrected-already' | 'not-to-correct' };

/** Once, and only what was paid for a card; the amount goes back the way it came. */
export function decideCorrection(
  entryId: string,
  {
    kind,
    corrected,
    entry,
  }: { readonly kind: EntryKind; readonly corrected: boolean; readonly entry: Entry },
): Result<Entry, CorrectionRefusal> {
  if (kind !== 'sale') return refuse({ code: 'not-to-correct' });
  if (corrected) return refuse({ code: 'corrected-already' });
  return ok(mirrorOf(entry, entryId));
}
