// An event against the activity that it became: what was changed there and is taken over, and what was changed here and stays.
// Rule: issue 4, part 8: a new import never undoes what somebody changed at a desk. Three sides are known: here, there, and what
// was there the last time; who differs from the last time is who changed. Invariant: the same event twice changes nothing.
import type { PlannedMoment, Schedule } from '../checkins/activity-schedule.ts';
import type { PriceClass } from '../checkins/price-class.ts';
import type { Instant } from '../kernel/civil-time.ts';
import { EVENT_FIELDS, type ActivityKind, type EventFacts, type EventField } from './event-facts.ts';

/** The activity as it stands here. */
export type Here = {
  readonly title: string;
  readonly place: string;
  readonly schedule: Schedule;
  readonly moments: readonly PlannedMoment[];
  readonly priceClasses: readonly PriceClass[];
  readonly kind: ActivityKind | null;
};

export type Compared = {
  /** Changed there and not here. */
  readonly take: readonly EventField[];
  /** Changed here, and not what it is there. */
  readonly kept: readonly EventField[];
};

export function compareEvent(here: Here, last: EventFacts, there: EventFacts, now: Instant): Compared {
  const differing = EVENT_FIELDS.filter((field) => !isSame(field, here, there, now));
  const isOurs = (field: EventField): boolean => !isSame(field, here, last, now);
  return {
    take: differing.filter((field) => !isOurs(field)),
    kept: differing.filter(isOurs),
  };
}

export function isSame(field: EventField, here: Here, facts: EventFacts, now: Instant): boolean {
  switch (field) {
    case 'title':
    case 'place':
      return here[field] === facts[field];
    case 'kind':
      return here.kind?.id === facts.kind?.id;
    case 'prices':
      return pricesOf(here.priceClasses) === pricesOf(facts.priceClasses);
    case 'when':
      return isSameTime(here, facts, now);
  }
}

const pricesOf = (classes: readonly PriceClass[]): string =>
  JSON.stringify(classes.map(({ label, cents }) => [label, cents]));

/** What is over is not compared; an evening that was called off here is still one of those there. */
function isSameTime({ schedule, moments }: Here, facts: EventFacts, now: Instant): boolean {
  if (schedule.kind !== 'dates' || facts.schedule.kind !== 'dates')
    return weekOf(schedule) === weekOf(facts.schedule);
  const there = spansOf(activeDates(facts), now);
  const here = spansOf(
    moments.filter((moment) => moment.cancelledBecause === undefined || there.includes(spanText(moment))),
    now,
  );
  return here.join() === there.join();
}

export const activeDates = ({ dates }: EventFacts): readonly PlannedMoment[] =>
  dates.filter(({ cancelledBecause }) => cancelledBecause === undefined);

const spanText = ({ startsAt, endsAt }: PlannedMoment): string => `${startsAt}-${endsAt}`;

const spansOf = (moments: readonly PlannedMoment[], now: Instant): string[] =>
  moments
    .filter(({ endsAt }) => endsAt > now)
    .map(spanText)
    .sort();

function weekOf(schedule: Schedule): string {
  if (schedule.kind === 'dates') return 'dates';
  const { kind, fromDay, untilDay } = schedule;
  const hours = schedule.hours.map(({ weekday, from, to }) => `${weekday} ${from} ${to}`).sort();
  const except = schedule.except.map((range) => `${range.fromDay} ${range.untilDay}`).sort();
  return JSON.stringify([kind, fromDay, untilDay, hours, except]);
}

/** Moments that still stand here and do not take place there: somebody decides whether they are called off. */
export function toCallOff(here: Here, there: EventFacts, now: Instant): readonly PlannedMoment[] {
  const standing = here.moments.filter((one) => one.endsAt > now && one.cancelledBecause === undefined);
  if (there.withdrawn !== null) return standing;
  const off = new Set(there.dates.filter((one) => one.cancelledBecause !== undefined).map(spanText));
  return standing.filter((moment) => off.has(spanText(moment)));
}
