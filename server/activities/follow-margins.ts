// Another margin of the region: every activity that follows it and still has something to come gets a new version, so that phones
// hear of it as of any other change and a scan is judged by what its phone held. In a transaction that has the settings to itself.
import { startOfCivilDay, type CivilDay } from '#domain/kernel/civil-time.ts';
import type { MarginKey } from '#domain/settings/margin-steps.ts';
import type { Transaction } from 'kysely';
import type { Database } from '../db/tables.ts';
import { publish } from '../events.ts';
import { readRegionMargins } from '../settings/region-margins.ts';
import { windowsOf } from './policies.ts';
import { insertActivityVersions, lockFollowers, raiseVersions, readActivities } from './repository.ts';

/** Some thousands of moments at once are some megabytes. */
const CHUNK = 50;

/** Gives how many activities that are. */
export async function followMargins(
  trx: Transaction<Database>,
  regionId: number,
  change: { readonly key: MarginKey; readonly from: CivilDay; readonly at: number },
): Promise<number> {
  const margins = await readRegionMargins(trx, regionId);
  const ids = await lockFollowers(trx, regionId, change.key, startOfCivilDay(change.from));
  for (let start = 0; start < ids.length; start += CHUNK) {
    const chunk = ids.slice(start, start + CHUNK);
    const activities = await readActivities(trx, regionId, chunk);
    await insertActivityVersions(
      trx,
      regionId,
      activities.map((activity) => ({
        activityId: activity.activityId,
        version: activity.version + 1,
        points: activity.points,
        occurrences: windowsOf(activity, margins),
        since: change.at,
      })),
    );
    await raiseVersions(trx, regionId, chunk);
    await publish(
      trx,
      ...chunk.map((activityId) => ({ regionId, topic: 'activities' as const, activityId })),
    );
  }
  return ids.length;
}
