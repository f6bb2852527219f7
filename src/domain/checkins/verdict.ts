// What the volunteer sees of a decision: one of four colours (the fifth, NIET BEWAARD, is no decision but a failed write).
// Rule: offline-and-sync part 1. Green comes only after the write; a note that concerns nobody at the door stays green.
import type { CheckInDecision } from './decide-check-in.ts';
import type { Visit } from './rank-visits.ts';

export const VERDICTS = ['saved', 'noted', 'attention', 'refused'] as const;
export type VerdictKind = (typeof VERDICTS)[number];

/** Why a phone cannot be sure although the rule says yes. */
export type Doubt = 'roster-expired' | 'no-roster';

export function verdictOf(decision: CheckInDecision<Visit>, doubt?: Doubt): VerdictKind {
  if (decision.outcome === 'refused') return 'refused';
  if (decision.outcome === 'duplicate') return 'attention';
  if (doubt !== undefined || decision.note === 'foreign') return 'noted';
  if (decision.note === 'card-replaced') return 'attention';
  return 'saved';
}
