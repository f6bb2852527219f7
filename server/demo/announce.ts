import { must } from '#domain/kernel/assert.ts';
import { periodOf } from '#domain/kernel/civil-time.ts';
import { findActivityIds, readActivities } from '../activities/repository.ts';
import type { Context } from '../context.ts';
import { makeEnrolLink } from '../devices/service.ts';
import { findFirstRegion, listOrganisations } from '../organisations/repository.ts';
import { readRegionMargins } from '../settings/region-margins.ts';
import { DEMO_ACTIVITIES } from './activities.ts';
import { DEMO_PASSWORD, DEMO_STAFF } from './staff.ts';

export type DemoAnnouncement = {
  readonly signIns: readonly { readonly as: string; readonly email: string; readonly password: string }[];
  /** Fresh, for an activity that is open now; good for ten minutes. */
  readonly enrolUrl: string;
  readonly activityTitle: string;
};

/** What one needs to try the demo; undefined when this database is no demo. */
export async function announceDemo(
  context: Pick<Context, 'db' | 'clock' | 'ids' | 'keys' | 'appUrl'>,
): Promise<DemoAnnouncement | undefined> {
  const { db, clock } = context;
  const region = await findFirstRegion(db);
  if (!region?.demo) return undefined;
  const now = clock.now();
  const today = periodOf('DAY', now);
  const organisations = await listOrganisations(db, region.regionId);
  const { ids } = await findActivityIds(db, region.regionId, {
    organisationIds: organisations.map(({ organisationId }) => organisationId),
    text: '',
    when: 'open',
    now,
    dayStartsAt: today.startsAt,
    dayEndsAt: today.endsAt,
    margins: await readRegionMargins(db, region.regionId),
    limit: 50,
    offset: 0,
  });
  const open = await readActivities(db, region.regionId, ids);
  // The one that knows the test cards too, if it is still open.
  const [best] = DEMO_ACTIVITIES;
  const activity = must(open.find(({ title }) => title === best?.title) ?? open[0], 'an open activity');
  const { url } = await makeEnrolLink(context, {
    replaces: null,
    regionId: region.regionId,
    organisationId: activity.organisationId,
    activityIds: [activity.activityId],
    createdBy: 'system',
  });
  return {
    signIns: DEMO_STAFF.map(({ as, email }) => ({ as, email, password: DEMO_PASSWORD })),
    enrolUrl: url,
    activityTitle: activity.title,
  };
}
