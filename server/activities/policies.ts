// What phones are told of an activity, and what stays written down of it: a scan is judged by what its phone held.
import type { ActivityPolicy, Occurrence } from '#domain/checkins/activity-policy.ts';
import { periodsAround, withWindow, type MarginStep } from '#domain/checkins/activity-window.ts';
import { must } from '#domain/kernel/assert.ts';
import type { Context } from '../context.ts';
import { readRegionMargins } from '../settings/region-margins.ts';
import {
  insertActivityVersions,
  readActivities,
  readStandingVersions,
  type Activity,
  type ActivityVersion,
  type ActivityWrite,
} from './repository.ts';

/** What a phone holds of its activities; for the sync, which knows what the phone is enrolled for. */
export async function readPolicies(
  db: Context['db'],
  regionId: number,
  activityIds: readonly string[],
  now: number,
): Promise<ActivityPolicy[]> {
  const [activities, versions] = await Promise.all([
    readActivities(db, regionId, activityIds),
    readStandingVersions(db, regionId, activityIds),
  ]);
  return activities.map((activity) =>
    policyOf(activity, must(versions.get(activity.activityId), 'the version that stands'), now),
  );
}

/** Windows as they were written down, and never computed anew: by those the server will judge. */
function policyOf(
  activity: Activity,
  { version, points, occurrences }: ActivityVersion,
  now: number,
): ActivityPolicy {
  return {
    activityId: activity.activityId,
    version,
    title: activity.title,
    place: activity.place,
    organisationName: activity.organisationName,
    points,
    limit: activity.limit,
    occurrences: [...occurrences],
    // Without a limit the server counts by the day.
    periods: periodsAround(activity.limit?.period ?? 'DAY', now),
    sells: activity.sells,
  };
}

/** When check-in is open. An evening that was called off has no window: a phone of any age understands that. */
export const windowsOf = (
  activity: Pick<Activity, 'moments' | 'marginBeforeMin' | 'marginAfterMin'>,
  margins: readonly MarginStep[],
): Occurrence[] =>
  activity.moments
    .filter(({ cancelledBecause }) => cancelledBecause === undefined)
    .map((moment) => withWindow(moment, activity, margins));

/** In a transaction that holds the settings: the margins stay what they are until it commits. */
export async function writeVersion(
  db: Context['db'],
  regionId: number,
  activity: ActivityWrite,
): Promise<void> {
  const { activityId, version, points, changedAt: since } = activity;
  const occurrences = windowsOf(activity, await readRegionMargins(db, regionId));
  await insertActivityVersions(db, regionId, [{ activityId, version, points, occurrences, since }]);
}
