// From what a desk handed in to the moments that are stored; and opening hours that are planned on as time goes by.
import type { ActivityInput } from '#domain/desk-api.ts';
import {
  isRunningOut,
  planMoments,
  type PlannedMoment,
  type ScheduleFault,
} from '#domain/checkins/activity-schedule.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { appendAudit } from '../audit.ts';
import type { Context } from '../context.ts';
import { publish } from '../events.ts';
import { holdSettings } from '../settings/repository.ts';
import { writeVersion } from './policies.ts';
import {
  findActivity,
  listEndingBefore,
  lockActivityVersion,
  updateActivity,
  type Activity,
  type Moment,
} from './repository.ts';

const DAY_MS = 24 * 3_600_000;
/** Looked at a little before the rule says that it is time. */
const LOOK_AHEAD_MS = 28 * DAY_MS;
const ROUND_MAX = 200;

export type MomentFault = {
  readonly code: ScheduleFault['code'] | 'too_small' | 'occurrence-unknown' | 'occurrence-ends-before-start';
  readonly path: string;
};

export function momentsOf(
  { clock, ids }: Pick<Context, 'clock' | 'ids'>,
  { schedule = { kind: 'dates' }, occurrences }: Pick<ActivityInput, 'schedule' | 'occurrences'>,
  stored: readonly Moment[],
): Result<Moment[], MomentFault> {
  const named = (moments: readonly PlannedMoment[]): Moment[] =>
    moments.map((moment) => ({ ...moment, occurrenceId: moment.occurrenceId ?? ids.newId() }));
  if (schedule.kind !== 'dates') {
    const planned = planMoments(schedule, stored, clock.now());
    return planned.ok ? ok(named(planned.value)) : refuse({ ...planned.error, path: 'schedule' });
  }
  const fault = faultIn(occurrences, stored);
  if (fault) return refuse(fault);
  const byId = new Map(stored.map((moment) => [moment.occurrenceId, moment]));
  return ok(
    named(
      occurrences.map(({ occurrenceId, startsAt, endsAt }) => {
        const because = byId.get(occurrenceId ?? '')?.cancelledBecause;
        return {
          startsAt,
          endsAt,
          ...(occurrenceId !== undefined && { occurrenceId }),
          ...(because !== undefined && { cancelledBecause: because }),
        };
      }),
    ),
  );
}

function faultIn(
  occurrences: ActivityInput['occurrences'],
  stored: readonly Moment[],
): MomentFault | undefined {
  if (occurrences.length === 0) return { code: 'too_small', path: 'occurrences' };
  for (const [index, { occurrenceId, startsAt, endsAt }] of occurrences.entries()) {
    const path = `occurrences.${index}`;
    if (endsAt <= startsAt) return { code: 'occurrence-ends-before-start', path: `${path}.endsAt` };
    const twice = occurrences.findIndex((other) => other.occurrenceId === occurrenceId) !== index;
    const known = stored.some((moment) => moment.occurrenceId === occurrenceId);
    if (occurrenceId !== undefined && (twice || !known))
      return { code: 'occurrence-unknown', path: `${path}.occurrenceId` };
  }
  return undefined;
}

type PlanContext = Pick<Context, 'db' | 'clock' | 'ids'>;

/** Opening hours go on: gives how many activities got new moments. Phones hear of it as of any other change. */
export async function planAhead(context: PlanContext): Promise<number> {
  const due = await listEndingBefore(context.db, context.clock.now() + LOOK_AHEAD_MS, ROUND_MAX);
  let planned = 0;
  for (const { regionId, activityId } of due) {
    const activity = await findActivity(context.db, regionId, activityId);
    if (activity && (await planOn(context, regionId, activity))) planned++;
  }
  return planned;
}

async function planOn(
  { db, clock, ids }: PlanContext,
  regionId: number,
  activity: Activity,
): Promise<boolean> {
  const now = clock.now();
  if (!isRunningOut(activity.schedule, activity.moments, now)) return false;
  const moments = momentsOf(
    { clock, ids },
    { schedule: activity.schedule, occurrences: [] },
    activity.moments,
  );
  if (!moments.ok) return false;
  const next = {
    ...activity,
    version: activity.version + 1,
    moments: moments.value,
    changedAt: now,
    changedBy: 'system',
  };
  return db.transaction().execute(async (trx) => {
    await holdSettings(trx, regionId);
    // A desk that saved meanwhile planned on with it.
    if ((await lockActivityVersion(trx, regionId, activity.activityId)) !== activity.version) return false;
    await updateActivity(trx, regionId, next);
    await writeVersion(trx, regionId, next);
    await appendAudit(trx, {
      regionId,
      at: now,
      actor: 'system',
      action: 'activity-planned-on',
      subject: `activity:${activity.activityId}`,
      detail: { version: next.version },
    });
    await publish(trx, { regionId, topic: 'activities', activityId: activity.activityId });
    return true;
  });
}
