// An event becomes an activity, or changes the one that it became: only the fields that are taken over, the rest stays as it is
// here. In a transaction of who calls, with the event held.
import type { ActivityInput } from '#domain/desk-api.ts';
import { withIds } from '#domain/checkins/activity-schedule.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { activeDates } from '#domain/uitdatabank/compare-event.ts';
import type { EventFacts, EventField } from '#domain/uitdatabank/event-facts.ts';
import type { Transaction } from 'kysely';
import type { Activity } from '../activities/repository.ts';
import { storeNew, storeNext, toWrite, type ActivityContext } from '../activities/write-activity.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import type { Database } from '../db/tables.ts';
import { writeLink } from './repository.ts';

type Trx = Transaction<Database>;
export type StoreProblem = 'changed-meanwhile' | 'does-not-fit';

/** As the form of a new activity begins: one point, once a day. */
const NEW = {
  points: 1,
  limit: { volume: 1, period: 'DAY' },
  marginBeforeMin: null,
  marginAfterMin: null,
} as const;

/** Undefined: done. */
export async function storeNewEvent(
  context: ActivityContext & { readonly db: Trx },
  actor: Actor,
  facts: EventFacts,
  organisationId: string,
): Promise<StoreProblem | undefined> {
  const activityId = context.ids.newId();
  const { title, place, schedule, priceClasses, kind, eventId } = facts;
  const occurrences = activeDates(facts).map(({ startsAt, endsAt }) => ({ startsAt, endsAt }));
  const input: ActivityInput = { ...NEW, organisationId, title, place, schedule, priceClasses, occurrences };
  const written = await toWrite(context, actor, input, { activityId, version: 1, kind });
  if (!written.ok) return 'does-not-fit';
  await storeNew(context.db, actor, written.value, { eventId });
  await writeLink(context.db, actor.regionId, { eventId, activityId, facts }, context.clock.now());
  return undefined;
}

/** Nothing to take over: only what is known of there is renewed. */
export async function storeChangedEvent(
  context: ActivityContext & { readonly db: Trx },
  actor: Actor,
  facts: EventFacts,
  activity: Activity,
  take: readonly EventField[],
): Promise<StoreProblem | undefined> {
  const { eventId } = facts;
  const { activityId } = activity;
  if (take.length > 0) {
    const input = taken(activity, facts, take, context.clock.now());
    const version = activity.version + 1;
    const kind = take.includes('kind') ? facts.kind : activity.kind;
    const written = await toWrite(context, actor, input, { activityId, version, stored: activity, kind });
    if (!written.ok) return 'does-not-fit';
    const isNext = await storeNext(context.db, actor, 'activity-changed', written.value, { eventId });
    if (!isNext) return 'changed-meanwhile';
  }
  await writeLink(context.db, actor.regionId, { eventId, activityId, facts }, context.clock.now());
  return undefined;
}

function taken(
  activity: Activity,
  facts: EventFacts,
  take: readonly EventField[],
  now: number,
): ActivityInput {
  const of = (field: EventField): EventFacts | Activity => (take.includes(field) ? facts : activity);
  const isTimeTaken = take.includes('when');
  return {
    organisationId: activity.organisationId,
    title: of('title').title,
    place: of('place').place,
    points: activity.points,
    limit: activity.limit,
    marginBeforeMin: activity.marginBeforeMin,
    marginAfterMin: activity.marginAfterMin,
    schedule: isTimeTaken ? facts.schedule : activity.schedule,
    priceClasses: [...of('prices').priceClasses],
    occurrences: isTimeTaken ? datesOf(activity, facts, now) : occurrencesOf(activity.moments),
  };
}

/** What is over stays, also an evening that was called off; the others become those of there, with the ids that they had. */
function datesOf({ moments }: Activity, facts: EventFacts, now: number): ActivityInput['occurrences'] {
  const there = activeDates(facts).filter(({ endsAt }) => endsAt > now);
  const waiting = moments.filter(({ endsAt }) => endsAt > now);
  const coming = withIds(there, waiting);
  const used = new Set(coming.map(({ occurrenceId }) => occurrenceId));
  const calledOff = waiting.filter(
    ({ occurrenceId, cancelledBecause }) => cancelledBecause !== undefined && !used.has(occurrenceId),
  );
  const over = moments.filter(({ endsAt }) => endsAt <= now);
  const room = Math.max(0, limits.activityOccurrencesMax - coming.length);
  const kept = room === 0 ? [] : [...over, ...calledOff].slice(-room);
  return occurrencesOf([...kept, ...coming]);
}

const occurrencesOf = (
  moments: readonly { occurrenceId?: string | undefined; startsAt: number; endsAt: number }[],
): ActivityInput['occurrences'] =>
  moments
    .map(({ occurrenceId, startsAt, endsAt }) => ({
      ...(occurrenceId !== undefined && { occurrenceId }),
      ...{ startsAt, endsAt },
    }))
    .sort((a, b) => a.startsAt - b.startsAt);

/** Moments to come that do not take place: their rows stay with the reason, and opening hours are not planned on. */
export async function callOff(
  { db, clock }: Pick<ActivityContext, 'clock'> & { readonly db: Trx },
  actor: Actor,
  activity: Activity,
  off: {
    readonly moments: readonly { readonly startsAt: number; readonly endsAt: number }[];
    readonly isWhole: boolean;
    readonly because: string;
  },
): Promise<StoreProblem | undefined> {
  const isOff = (moment: { startsAt: number; endsAt: number }): boolean =>
    off.moments.some(({ startsAt, endsAt }) => startsAt === moment.startsAt && endsAt === moment.endsAt);
  const moments = activity.moments.map((moment) =>
    isOff(moment) ? { ...moment, cancelledBecause: off.because } : moment,
  );
  const isNext = await storeNext(db, actor, 'activity-called-off', {
    ...activity,
    ...{ moments, schedule: endedSchedule(activity, off.isWhole) },
    ...{ version: activity.version + 1, changedAt: clock.now(), changedBy: actorName(actor) },
  });
  return isNext ? undefined : 'changed-meanwhile';
}

/** Of what ends as a whole nothing more is planned. */
function endedSchedule({ schedule, moments }: Activity, isWhole: boolean): Activity['schedule'] {
  const last = moments.at(-1);
  if (!isWhole || schedule.kind !== 'opening-hours' || !last) return schedule;
  const lastDay = civilDayOf(last.startsAt);
  return { ...schedule, untilDay: lastDay < schedule.fromDay ? schedule.fromDay : lastDay };
}
