// When did it really happen? A phone's clock is a claim; the server knows two bounds.
// Rule: offline-and-sync part 3, time: window = [last signed answer the phone held (+ what its monotonic clock counted
// since), arrival]. A claim inside stands; outside it is clamped to the nearer bound and flagged. Lateness never refuses.
import type { Instant } from '../kernel/civil-time.ts';
import type { Envelope } from './command.ts';

export type TrustedTime = {
  readonly at: Instant;
  readonly earliest: Instant;
  readonly latest: Instant;
  /** The claim lay inside the window. */
  readonly plausible: boolean;
};

/**
 * `anchorTime`: when the server last answered this device, of the answers it remembers that are no later than the one the
 * envelope names, by number and by time; without one the device's enrolment is the lower bound. Mostly that very answer;
 * of a long time ago, or of before a restored backup, one from before it: a lower bound all the same.
 */
export function trustedTimeOf(
  claim: Pick<Envelope, 'occurredAt' | 'monoMs' | 'anchor'>,
  known: {
    readonly anchorTime: Instant | undefined;
    readonly enrolledAt: Instant;
    readonly receivedAt: Instant;
  },
): TrustedTime {
  const latest = known.receivedAt;
  const { anchorTime } = known;
  // Numbers of syncs begin again after a restored backup: a time after the claimed one is of another answer.
  const heardOf = claim.anchor && anchorTime !== undefined && anchorTime <= claim.anchor.serverTime;
  const earliest = Math.min(latest, heardOf ? anchorTime + countedSince(claim) : known.enrolledAt);
  const at = Math.min(Math.max(claim.occurredAt, earliest), latest);
  return { at, earliest, latest, plausible: at === claim.occurredAt };
}

/** Milliseconds the monotonic clock counted since the anchor, where the same session heard it. */
function countedSince(claim: Pick<Envelope, 'monoMs' | 'anchor'>): number {
  const heardAt = claim.anchor?.monoMs ?? null;
  return heardAt === null ? 0 : Math.max(0, Math.floor(claim.monoMs - heardAt));
}
