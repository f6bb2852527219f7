// What phones are told of an activity, and what stays written down of it: a scan is judged by what its phone held.
import type { ActivityPolicy, Occurrence } from '#domain/checkins/activity-policy.ts';
import { marginsOf, periodsAround, withWindow } from '#domain/checkins/activity-window.ts';
import { must } from '#domain/kernel/assert.ts';
import type { Context } from '../context.ts';
import { findRegion, type Region } from '../organisations/repository.ts';
import { insertActivityVersion, readActivities, type Activity, type ActivityWrite } from './repository.ts';

/** What a phone holds of its activities; for the sync, which knows what the phone is enrolled for. */
export async function readPolicies(
  db: Context['db'],
  regionId: number,
  activityIds: readonly string[],
  now: number,
): Promise<ActivityPolicy[]> {
  const region = must(await findRegion(db, regionId), 'region');
  return (await readActivities(db, regionId, activityIds)).map((activity) => policyOf(activity, region, now));
}

function policyOf(activity: Activity, region: Region, now: number): ActivityPolicy {
  return {
    activityId: activity.activityId,
    version: activity.version,
    title: activity.title,
    place: activity.place,
    organisationName: activity.organisationName,
    points: activity.points,
    limit: activity.limit,
    occurrences: windowsOf(activity, region),
    // Without a limit the server counts by the day.
    periods: periodsAround(activity.limit?.period ?? 'DAY', now),
    sells: activity.sells,
  };
}

/** When check-in is open. An evening that was called off has no window: a phone of any age understands that. */
export function windowsOf(
  activity: Pick<Activity, 'moments' | 'marginBeforeMin' | 'marginAfterMin'>,
  region: Region,
): Occurrence[] {
  const margins = marginsOf(activity, region);
  return activity.moments
    .filter(({ cancelledBecause }) => cancelledBecause === undefined)
    .map((moment) => withWindow(moment, margins));
}

export const writeVersion = (db: Context['db'], activity: ActivityWrite, region: Region): Promise<void> =>
  insertActivityVersion(db, region.regionId, {
    activityId: activity.activityId,
    version: activity.version,
    points: activity.points,
    occurrences: windowsOf(activity, region),
    since: activity.changedAt,
  });
