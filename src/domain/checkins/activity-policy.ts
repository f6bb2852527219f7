// What a phone holds of an activity to rule on a check-in: windows, limit, points, all as instants and counts.
// Rule: publiq check-ins (opening hours "and a certain period before and after", checkinLimit {volume, periodType}).
// Margins come from the region unless the activity says otherwise.
import * as z from 'zod/mini';
import { limits } from '../kernel/limits.ts';
import { PERIOD_TYPES, type Instant } from '../kernel/civil-time.ts';

export const CheckInLimit = z.object({
  volume: z.int().check(z.minimum(1), z.maximum(1_000)),
  period: z.enum(PERIOD_TYPES),
});
export type CheckInLimit = z.infer<typeof CheckInLimit>;

export const Occurrence = z.object({
  occurrenceId: z.string(),
  startsAt: z.int(),
  endsAt: z.int(),
  opensAt: z.int(),
  closesAt: z.int(),
});
export type Occurrence = z.infer<typeof Occurrence>;

export const ActivityPolicy = z.object({
  activityId: z.uuid(),
  version: z.int(),
  title: z.string(),
  place: z.string(),
  organisationName: z.string(),
  /** Points for one visit; 0 for activities that only count visits. */
  points: z.int().check(z.minimum(0), z.maximum(100)),
  limit: z.nullable(CheckInLimit),
  occurrences: z.array(Occurrence).check(z.maxLength(limits.activityOccurrencesMax)),
  /** The limit's periods around now, so that the phone does no calendar arithmetic. */
  periods: z.array(z.object({ key: z.string(), startsAt: z.int(), endsAt: z.int() })),
  /** Does it sell? Then the roster carries the entitlement bit and every visitor gets the ticket button. */
  sells: z.boolean(),
});
export type ActivityPolicy = z.infer<typeof ActivityPolicy>;

/** The occurrence whose check-in window holds the instant; of several, the one that started last. */
export function openOccurrence(occurrences: readonly Occurrence[], at: Instant): Occurrence | undefined {
  let open: Occurrence | undefined;
  for (const occurrence of occurrences) {
    if (at < occurrence.opensAt || at >= occurrence.closesAt) continue;
    if (!open || occurrence.startsAt > open.startsAt) open = occurrence;
  }
  return open;
}

/** The next time check-in opens after `at`, to say so when it is closed. */
export function nextOpening(occurrences: readonly Occurrence[], at: Instant): Instant | undefined {
  return occurrences
    .map((o) => o.opensAt)
    .filter((opens) => opens > at)
    .sort((a, b) => a - b)[0];
}
