// One check-in: may this card save points at this activity at this moment?
// Rule: docs/GLOSSARY "punt sparen", publiq check-ins 1.8; card states 1.4; other regions 1.6.
// The one place where it is decided: the phone calls it offline, the server calls it at sync. Same facts, same answer.
import type { CardFacts } from '../cards/card-facts.ts';
import type { Instant, Period } from '../kernel/civil-time.ts';
import { openOccurrence, type Occurrence } from './activity-policy.ts';
import { rankVisits, type Visit } from './rank-visits.ts';

export const REFUSAL_CODES = [
  'card-blocked',
  'card-deleted',
  'card-not-registered',
  'group-pass',
  'membership-ended',
  'activity-closed',
  'activity-unknown',
  'not-enrolled',
  'undone',
  'undo-too-late',
  'undo-not-yours',
  'malformed',
  'not-allowed',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export const NOTE_CODES = ['foreign', 'other-card-system', 'card-replaced', 'clock-uncertain'] as const;
export type NoteCode = (typeof NOTE_CODES)[number];

export type Admission =
  | { readonly admitted: true; readonly note?: NoteCode; readonly points: number }
  | { readonly admitted: false; readonly code: RefusalCode };

/** Everything but the limit: the activity's window, then the card. */
export function admitCheckIn(
  facts: { readonly card: CardFacts; readonly occurrences: readonly Occurrence[]; readonly points: number },
  at: Instant,
): Admission {
  if (!openOccurrence(facts.occurrences, at)) return { admitted: false, code: 'activity-closed' };
  const { card, points } = facts;
  if (!card.known) return { admitted: true, note: 'foreign', points };
  if (card.groupPass) return { admitted: false, code: 'group-pass' };
  // Judged by its trusted time: a card that changed state after the scan was good at the scan.
  const state =
    card.stateSince !== undefined && card.stateSince > at && card.state !== 'stock' ? 'active' : card.state;
  if (state === 'blocked') return { admitted: false, code: 'card-blocked' };
  if (state === 'deleted') return { admitted: false, code: 'card-deleted' };
  if (state === 'stock') return { admitted: false, code: 'card-not-registered' };
  if (card.membership === 'ended') return { admitted: false, code: 'membership-ended' };
  if (state === 'replaced') return { admitted: true, note: 'card-replaced', points };
  if (card.membership === 'elsewhere') return { admitted: true, note: 'other-card-system', points };
  return { admitted: true, points };
}

export type CheckInFacts<V extends Visit> = {
  readonly card: CardFacts;
  readonly occurrences: readonly Occurrence[];
  readonly points: number;
  readonly volume: number | null;
  /** The other visits of this pass holder in the same limit period, in any order. */
  readonly earlier: readonly V[];
};

export type CheckInDecision<V extends Visit> =
  | { readonly outcome: 'accepted'; readonly points: number; readonly note?: NoteCode }
  | { readonly outcome: 'duplicate'; readonly of: V }
  | { readonly outcome: 'refused'; readonly code: RefusalCode };

/** The whole decision for one new visit. */
export function decideCheckIn<V extends Visit>(facts: CheckInFacts<V>, visit: V): CheckInDecision<V> {
  const admission = admitCheckIn(facts, visit.at);
  if (!admission.admitted) return { outcome: 'refused', code: admission.code };
  const ranked = rankVisits([...facts.earlier, visit], facts.volume).find(
    (r) => r.visit.commandId === visit.commandId,
  );
  if (ranked?.standing === 'already') return { outcome: 'duplicate', of: ranked.of };
  return { outcome: 'accepted', points: admission.points, ...(admission.note && { note: admission.note }) };
}

/** The period of a phone's list that holds the instant; undefined means: no limit known for that time. */
export const periodAt = (periods: readonly Period[], at: Instant): Period | undefined =>
  periods.find((period) => at >= period.startsAt && at < period.endsAt);
