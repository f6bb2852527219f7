// The kansenstatuut as a line from its beginning to the last day on which it may still help, and where today lies on it.
import { addCivilDays, startOfCivilDay, type CivilDay } from '#domain/kernel/civil-time.ts';
import type { Kansenstatuut } from '#domain/passholders/kansenstatuut.ts';

export type TimeLinePart = {
  readonly kind: 'active' | 'suspended' | 'grace' | 'ended';
  /** In hundredths of the line. */
  readonly from: number;
  readonly width: number;
};
export type TimeLine = {
  readonly parts: readonly TimeLinePart[];
  /** Where today is; undefined beyond either end. */
  readonly today: number | undefined;
};

/** A file that says no beginning before its end began a year before it. */
const YEAR_DAYS = 365;

export function timeLineOf(
  { since, until, suspendedUntil, endedOn }: Kansenstatuut,
  graceDays: number,
  today: CivilDay,
): TimeLine {
  const begin = since < until ? since : addCivilDays(until, -YEAR_DAYS);
  const graceEnd = addCivilDays(until, graceDays + 1);
  const first = startOfCivilDay(begin);
  const whole = startOfCivilDay(graceEnd) - first;
  const at = (day: CivilDay): number => ((startOfCivilDay(day) - first) / whole) * 100;
  const within = (place: number): number => Math.min(100, Math.max(0, place));
  const part = (kind: TimeLinePart['kind'], from: CivilDay, to: CivilDay): TimeLinePart[] => {
    const start = within(at(from));
    const width = within(at(to)) - start;
    return width > 0 ? [{ kind, from: start, width }] : [];
  };
  const stops = endedOn !== undefined && endedOn < graceEnd ? endedOn : undefined;
  const held = (day: CivilDay): CivilDay => (stops !== undefined && stops < day ? stops : day);
  const lastDay = addCivilDays(until, 1);
  const place = at(today);
  return {
    parts: [
      ...part('active', begin, held(lastDay)),
      ...part('grace', held(lastDay), held(graceEnd)),
      // Over the rest: until then it helps nobody. When it began is not kept, so from today at the earliest.
      ...(suspendedUntil !== undefined && suspendedUntil > today
        ? part('suspended', today, held(suspendedUntil < graceEnd ? suspendedUntil : graceEnd))
        : []),
      ...(stops === undefined ? [] : part('ended', stops, graceEnd)),
    ],
    today: place >= 0 && place <= 100 ? place : undefined,
  };
}
