// A demo that was made last week must still have something open tonight: activities that ran out get new moments.
import { writeVersion } from '../activities/policies.ts';
import { readActivities, updateActivity, type Activity } from '../activities/repository.ts';
import type { Context } from '../context.ts';
import { findFirstRegion, type Region } from '../organisations/repository.ts';
import { holdSettings } from '../settings/repository.ts';
import { DEMO_ACTIVITIES, momentsOf, type DemoActivity } from './activities.ts';
import { DEMO_ORGANISATIONS } from './organisations.ts';

const AHEAD_MS = 14 * 24 * 3_600_000;
const MOMENTS_KEPT = 60;

type FreshenContext = Pick<Context, 'db' | 'clock' | 'ids'>;

export async function freshenDemo(context: FreshenContext): Promise<void> {
  const region = await findFirstRegion(context.db);
  if (!region?.demo) return;
  const rows = await context.db
    .selectFrom('activity')
    .select('activity_id')
    .where('region_id', '=', region.regionId)
    .execute();
  const activities = await readActivities(
    context.db,
    region.regionId,
    rows.map((row) => row.activity_id),
  );
  for (const activity of activities) {
    const template = templateOf(activity);
    if (template) await prolong(context, region, activity, template);
  }
}

/** Undefined for an activity that someone made or renamed: that one is theirs. */
const templateOf = (activity: Activity): DemoActivity | undefined =>
  DEMO_ACTIVITIES.find(
    ({ title, organisation }) =>
      title === activity.title &&
      DEMO_ORGANISATIONS.some(({ key, name }) => key === organisation && name === activity.organisationName),
  );

async function prolong(
  { db, clock, ids }: FreshenContext,
  region: Region,
  activity: Activity,
  { schedule }: DemoActivity,
): Promise<void> {
  const now = clock.now();
  const lastEnd = Math.max(...activity.moments.map(({ endsAt }) => endsAt));
  const runsOn = schedule.kind === 'always' || schedule.kind === 'daily' || schedule.kind === 'weekly';
  if (lastEnd > (runsOn ? now + AHEAD_MS : now)) return;
  const fresh = momentsOf(schedule, now)
    .filter(({ startsAt }) => startsAt >= lastEnd)
    .map((moment) => ({ ...moment, occurrenceId: ids.newId() }));
  if (fresh.length === 0) return;
  const next = {
    ...activity,
    version: activity.version + 1,
    moments: [...activity.moments.slice(-MOMENTS_KEPT), ...fresh],
    changedAt: now,
    changedBy: 'system',
  };
  await db.transaction().execute(async (trx) => {
    await holdSettings(trx, region.regionId);
    await updateActivity(trx, region.regionId, next);
    await writeVersion(trx, region.regionId, next);
  });
}
