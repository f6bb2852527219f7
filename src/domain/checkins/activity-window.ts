// When check-in is open, and the limit's periods around now, both as instants: a phone does no calendar arithmetic.
// Rule: publiq check-ins, "opening hours and a certain period before and after" (issue: region default, activity
// override); limits count in civil periods of Brussels.
import { periodOf, type Instant, type Period, type PeriodType } from '../kernel/civil-time.ts';
import type { Occurrence } from './activity-policy.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A phone that was enrolled may be away for a week; it keeps knowing its period that long. */
const AHEAD_MS = 8 * DAY_MS;
const AHEAD_PERIODS_MIN = 2;

export type Margins = { readonly beforeMin: number; readonly afterMin: number };

/** The activity's own margins where it has them, else the region's. */
export const marginsOf = (
  own: { readonly marginBeforeMin: number | null; readonly marginAfterMin: number | null },
  region: { readonly marginBeforeMin: number; readonly marginAfterMin: number },
): Margins => ({
  beforeMin: own.marginBeforeMin ?? region.marginBeforeMin,
  afterMin: own.marginAfterMin ?? region.marginAfterMin,
});

export const withWindow = (
  { occurrenceId, startsAt, endsAt }: Pick<Occurrence, 'occurrenceId' | 'startsAt' | 'endsAt'>,
  { beforeMin, afterMin }: Margins,
): Occurrence => ({
  occurrenceId,
  startsAt,
  endsAt,
  opensAt: startsAt - beforeMin * MINUTE_MS,
  closesAt: endsAt + afterMin * MINUTE_MS,
});

/** The previous period, the current one, and the next ones that cover 8 days and are at least two. */
export function periodsAround(type: PeriodType, now: Instant): Period[] {
  const current = periodOf(type, now);
  if (type === 'ABSOLUTE') return [current];
  const periods = [periodOf(type, current.startsAt - 1), current];
  let last = current;
  for (let next = 0; next < AHEAD_PERIODS_MIN || last.endsAt < now + AHEAD_MS; next++) {
    last = periodOf(type, last.endsAt);
    periods.push(last);
  }
  return periods;
}
