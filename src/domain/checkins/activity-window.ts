// When check-in is open, and the limit's periods around now, both as instants: a phone does no calendar arithmetic.
// Rule: publiq check-ins, "opening hours and a certain period before and after" (issue: region default, activity
// override); limits count in civil periods of Brussels.
import { assert } from '../kernel/assert.ts';
import {
  addCivilDays,
  civilDayOf,
  periodOf,
  startOfCivilDay,
  type CivilDay,
  type Instant,
  type Period,
  type PeriodType,
} from '../kernel/civil-time.ts';
import type { Occurrence } from './activity-policy.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A phone that was enrolled may be away for a week; it keeps knowing its period that long. */
const AHEAD_MS = 8 * DAY_MS;
const AHEAD_PERIODS_MIN = 2;
/** A night that began the day before is over by noon; what opens for weeks is looked at day by day. */
const NIGHT_MS = 12 * 60 * MINUTE_MS;

export type Margins = { readonly beforeMin: number; readonly afterMin: number };
/** What an activity decided itself; null follows the region. */
export type OwnMargins = { readonly marginBeforeMin: number | null; readonly marginAfterMin: number | null };
/** What the region decided for what begins from then on; the steps follow each other, the first one holds from ever. */
export type MarginStep = Margins & { readonly fromAt: Instant };

/** The activity's own margins where it has them, else those of the region on the day on which the moment begins. */
export function marginsOf(own: OwnMargins, region: readonly MarginStep[], startsAt: Instant): Margins {
  const held = region.findLast(({ fromAt }) => fromAt <= startsAt) ?? region[0];
  assert(held, 'a region has margins from ever');
  return {
    beforeMin: own.marginBeforeMin ?? held.beforeMin,
    afterMin: own.marginAfterMin ?? held.afterMin,
  };
}

export function withWindow(
  { occurrenceId, startsAt, endsAt }: Pick<Occurrence, 'occurrenceId' | 'startsAt' | 'endsAt'>,
  own: OwnMargins,
  region: readonly MarginStep[],
): Occurrence {
  const { beforeMin, afterMin } = marginsOf(own, region, startsAt);
  return {
    occurrenceId,
    startsAt,
    endsAt,
    opensAt: startsAt - beforeMin * MINUTE_MS,
    closesAt: endsAt + afterMin * MINUTE_MS,
  };
}

/**
 * What an organiser calls the evening of a day: with the hours after midnight of what began that day, and without those of the
 * day before. Days follow each other without a hole as long as something begins on each; another day is the civil day.
 */
export function eveningOf(day: CivilDay, occurrences: readonly Occurrence[]): Omit<Period, 'key'> {
  const dayStart = startOfCivilDay(day);
  const dayEnd = startOfCivilDay(addCivilDays(day, 1));
  const begunOn = (that: CivilDay): Occurrence[] =>
    occurrences.filter(({ startsAt }) => civilDayOf(startsAt) === that);
  const own = begunOn(day);
  if (own.length === 0) return { startsAt: dayStart, endsAt: dayEnd };
  const nightBefore = Math.max(dayStart, ...begunOn(addCivilDays(day, -1)).map(({ closesAt }) => closesAt));
  const lastClose = Math.max(...own.map(({ closesAt }) => closesAt));
  return {
    startsAt: Math.min(dayStart + NIGHT_MS, nightBefore, ...own.map(({ opensAt }) => opensAt)),
    endsAt: Math.max(dayEnd, Math.min(dayEnd + NIGHT_MS, lastClose)),
  };
}

/**
 * The days to look at one by one, the newest first: on which something began, and on which it still went on after the evening before
 * was over. What closes in the night belongs to the day on which it began.
 */
export function eveningDays(occurrences: readonly Occurrence[], now: Instant, max: number): CivilDay[] {
  const today = civilDayOf(now);
  const opened = occurrences.filter(({ opensAt }) => opensAt <= now);
  let days: CivilDay[] = [];
  for (const { startsAt, closesAt } of opened.sort((a, b) => b.startsAt - a.startsAt)) {
    const [first, closes] = [civilDayOf(startsAt), civilDayOf(closesAt)];
    const oldest = days[max - 1];
    if (oldest !== undefined && closes < oldest) continue;
    const lasted = [first];
    let day = closes < today ? closes : today;
    for (let looked = 0; day > first && looked <= max; looked++, day = addCivilDays(day, -1))
      if (closesAt > eveningOf(addCivilDays(day, -1), occurrences).endsAt) lasted.push(day);
    days = [...new Set([...days, ...lasted])].sort().reverse().slice(0, max);
  }
  return days;
}

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
