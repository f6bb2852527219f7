// An activity as a desk sees it: with its windows, what to look at before it opens, and how many came today.
import type { DeskActivity } from '#domain/desk-api.ts';
import { healthOf, type HealthFacts, type HealthWarning } from '#domain/checkins/activity-health.ts';
import { withWindow } from '#domain/checkins/activity-window.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { addCivilDays, civilDayOf, periodOf, startOfCivilDay } from '#domain/kernel/civil-time.ts';
import { coveredUntil, type Agreement } from '#domain/organisations/agreement.ts';
import { isSame } from '#domain/uitdatabank/compare-event.ts';
import { EVENT_FIELDS } from '#domain/uitdatabank/event-facts.ts';
import type { Actor } from '../auth/actor.ts';
import type { Context } from '../context.ts';
import { listAgreements } from '../organisations/file-repository.ts';
import { readRegionMargins } from '../settings/region-margins.ts';
import { findLinksOfActivities, type EventLink } from '../uitdatabank/repository.ts';
import { countPhones, countVisits, type Activity } from './repository.ts';

export async function toDeskActivities(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  actor: Actor,
  activities: readonly Activity[],
): Promise<DeskActivity[]> {
  const now = clock.now();
  const today = periodOf('DAY', now);
  const ids = activities.map(({ activityId }) => activityId);
  const organisationIds = [...new Set(activities.map(({ organisationId }) => organisationId))];
  const [visits, phones, agreements, links, margins] = await Promise.all([
    countVisits(db, actor.regionId, ids, today.startsAt),
    countPhones(db, actor.regionId, ids),
    listAgreements(db, actor.regionId, organisationIds),
    findLinksOfActivities(db, actor.regionId, ids),
    readRegionMargins(db, actor.regionId),
  ]);
  return activities.map((activity) => ({
    activityId: activity.activityId,
    organisationId: activity.organisationId,
    organisationName: activity.organisationName,
    version: activity.version,
    title: activity.title,
    place: activity.place,
    points: activity.points,
    limit: activity.limit,
    marginBeforeMin: activity.marginBeforeMin,
    marginAfterMin: activity.marginAfterMin,
    occurrences: activity.moments.map((moment) => ({
      ...withWindow(moment, activity, margins),
      ...(moment.cancelledBecause !== undefined && { cancelledBecause: moment.cancelledBecause }),
    })),
    schedule: activity.schedule,
    priceClasses: [...activity.priceClasses],
    cardSystemIds: [...activity.cardSystemIds],
    kind: activity.kind,
    ...importedOf(activity, links.get(activity.activityId), now),
    warnings: warningsOf(
      activity,
      phones.get(activity.activityId) ?? 0,
      agreementOf(
        activity,
        agreements.filter(({ organisationId }) => organisationId === activity.organisationId),
        now,
      ),
      now,
    ),
    checkInsToday: visits.get(activity.activityId) ?? 0,
    mayWrite: isAllowed(actor.grants, 'activity.write', { regionId: actor.regionId, ...activity }),
  }));
}

/** What stands in UiTdatabank, where it came from there. */
function importedOf(
  activity: Activity,
  link: EventLink | undefined,
  now: number,
): Pick<DeskActivity, 'imported'> {
  if (!link) return {};
  const { eventId, facts } = link;
  const differs = EVENT_FIELDS.filter((field) => !isSame(field, activity, facts, now));
  return { imported: { eventId, there: facts, differs } };
}

const warningsOf = (
  activity: Activity,
  phones: number,
  agreement: HealthFacts['agreement'],
  now: number,
): HealthWarning[] =>
  healthOf(
    {
      schedule: activity.schedule,
      moments: activity.moments.filter(({ cancelledBecause }) => cancelledBecause === undefined),
      limit: activity.limit,
      priceClasses: activity.priceClasses.length,
      cardSystems: activity.cardSystemIds.length,
      phones,
      agreement,
    },
    now,
  );

/** Municipalities and the region make the agreements; of them none is asked. */
function agreementOf(
  { organisationKind }: Activity,
  agreements: readonly Agreement[],
  now: number,
): HealthFacts['agreement'] {
  if (organisationKind !== 'organiser') return 'not-asked';
  const until = coveredUntil(agreements, civilDayOf(now));
  if (until === undefined) return 'none';
  return { until: until === null ? null : startOfCivilDay(addCivilDays(until, 1)) };
}
