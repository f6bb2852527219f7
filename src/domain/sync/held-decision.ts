// What a person decides about held scans. Rule: offline-and-sync part 3 (quarantine): accepted, they are ruled by the same
// rules as any other and keep their time; refused, they stay, with a reason. Decided is decided once, whoever taps twice.
// A refusal can be followed by an acceptance; an acceptance is taken back by an undo, like any visit.
import type { Outcome } from './ruling.ts';

/** Why a scan is held apart until a person decides; other waiting scans are ruled by themselves. */
export const HELD_REASONS = ['device-revoked', 'broken-chain', 'bad-signature'] as const;
export type HeldReason = (typeof HELD_REASONS)[number];

export const HELD_DECISIONS = ['accept', 'refuse'] as const;
export type HeldDecision = (typeof HELD_DECISIONS)[number];

export function isDecidable(
  decision: HeldDecision,
  latest: { readonly outcome: Outcome; readonly code: string | null },
): boolean {
  if (latest.outcome === 'quarantined') return true;
  return decision === 'accept' && latest.outcome === 'refused' && latest.code === 'refused-at-desk';
}
