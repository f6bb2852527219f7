import type { AuditAction } from '#domain/audit/audit-action.ts';
import type { ActivityInput, ActivityList, DeskActivity } from '#domain/desk-api.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import type { ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import { marginsOf, periodsAround, withWindow } from '#domain/checkins/activity-window.ts';
import { must } from '#domain/kernel/assert.ts';
import { periodOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { publish } from '../events.ts';
import { findOrganisation, findRegion, listOrganisations, type Region } from '../organisations/repository.ts';
import type { ActivityTime } from './activity-time.ts';
import {
  countVisits,
  findActivity,
  findActivityIds,
  insertActivity,
  insertActivityVersion,
  listCardSystemIds,
  lockActivityVersion,
  readActivities,
  updateActivity,
  type Activity,
  type ActivityWrite,
} from './repository.ts';

type ActivityContext = Pick<Context, 'db' | 'clock' | 'ids'>;

const PAGE_SIZE = 25;

export type ActivityRefusal = {
  readonly code:
    | 'not-found'
    | 'changed-meanwhile'
    | 'version-missing'
    | 'organisation-fixed'
    | 'occurrence-unknown'
    | 'occurrence-ends-before-start';
  /** Path in the body, where one can mend it. */
  readonly path?: string;
};

export async function listActivities(
  context: ActivityContext,
  actor: Actor,
  query: {
    readonly organisationId?: string;
    readonly text: string;
    readonly when: ActivityTime;
    readonly page: number;
  },
): Promise<ActivityList> {
  await requirePermissionSomewhere(context, actor, 'activity.read');
  const { db, clock } = context;
  const now = clock.now();
  const today = periodOf('DAY', now);
  const organisationIds = (await listOrganisations(db, actor.regionId))
    .filter((place) => isAllowed(actor.grants, 'activity.read', { regionId: actor.regionId, ...place }))
    .map(({ organisationId }) => organisationId)
    .filter((id) => query.organisationId === undefined || id === query.organisationId);
  const { ids, total } = await findActivityIds(db, actor.regionId, {
    organisationIds,
    text: query.text,
    when: query.when,
    now,
    dayStartsAt: today.startsAt,
    dayEndsAt: today.endsAt,
    limit: PAGE_SIZE,
    offset: (query.page - 1) * PAGE_SIZE,
  });
  const activities = await readActivities(db, actor.regionId, ids);
  return {
    activities: await toDeskActivities(context, actor, activities),
    total,
    page: query.page,
    pageSize: PAGE_SIZE,
  };
}

export async function getActivity(
  context: ActivityContext,
  actor: Actor,
  activityId: string,
): Promise<Result<DeskActivity, ActivityRefusal>> {
  const activity = await findActivity(context.db, actor.regionId, activityId);
  await requirePermission(context, actor, 'activity.read', activity);
  if (!activity) return refuse({ code: 'not-found' });
  return ok(await toDeskActivity(context, actor, activity));
}

export async function createActivity(
  context: ActivityContext,
  actor: Actor,
  input: ActivityInput,
): Promise<Result<DeskActivity, ActivityRefusal>> {
  const organisation = await findOrganisation(context.db, actor.regionId, input.organisationId);
  await requirePermission(context, actor, 'activity.write', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const fault = faultIn(input, []);
  if (fault) return refuse(fault);

  const { db, ids } = context;
  const region = must(await findRegion(db, actor.regionId), 'region');
  const activity = toWrite(context, actor, input, ids.newId(), 1);
  await db.transaction().execute(async (trx) => {
    // As publiq does: a new activity is open to every card system of the region.
    await insertActivity(trx, actor.regionId, activity, await listCardSystemIds(trx, actor.regionId));
    await insertActivityVersion(trx, actor.regionId, versionOf(activity, region));
    await appendAudit(trx, auditOf(actor, 'activity-created', activity));
    await publish(trx, { regionId: actor.regionId, topic: 'activities', activityId: activity.activityId });
  });
  return getActivity(context, actor, activity.activityId);
}

export async function editActivity(
  context: ActivityContext,
  actor: Actor,
  activityId: string,
  input: ActivityInput,
): Promise<Result<DeskActivity, ActivityRefusal>> {
  const stored = await findActivity(context.db, actor.regionId, activityId);
  await requirePermission(context, actor, 'activity.write', stored);
  if (!stored) return refuse({ code: 'not-found' });
  if (input.version === undefined) return refuse({ code: 'version-missing', path: 'version' });
  if (input.organisationId !== stored.organisationId) {
    return refuse({ code: 'organisation-fixed', path: 'organisationId' });
  }
  const fault = faultIn(
    input,
    stored.moments.map(({ occurrenceId }) => occurrenceId),
  );
  if (fault) return refuse(fault);

  const { db } = context;
  const region = must(await findRegion(db, actor.regionId), 'region');
  const activity = toWrite(context, actor, input, activityId, input.version + 1);
  const written = await db.transaction().execute(async (trx) => {
    if ((await lockActivityVersion(trx, actor.regionId, activityId)) !== input.version) return false;
    await updateActivity(trx, actor.regionId, activity);
    await insertActivityVersion(trx, actor.regionId, versionOf(activity, region));
    await appendAudit(trx, auditOf(actor, 'activity-changed', activity));
    await publish(trx, { regionId: actor.regionId, topic: 'activities', activityId });
    return true;
  });
  if (!written) return refuse({ code: 'changed-meanwhile' });
  return getActivity(context, actor, activityId);
}

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

export function policyOf(activity: Activity, region: Region, now: number): ActivityPolicy {
  const margins = marginsOf(activity, region);
  return {
    activityId: activity.activityId,
    version: activity.version,
    title: activity.title,
    place: activity.place,
    organisationName: activity.organisationName,
    points: activity.points,
    limit: activity.limit,
    occurrences: activity.moments.map((moment) => withWindow(moment, margins)),
    // Without a limit the server counts by the day.
    periods: periodsAround(activity.limit?.period ?? 'DAY', now),
    sells: activity.sells,
  };
}

function faultIn(input: ActivityInput, knownIds: readonly string[]): ActivityRefusal | undefined {
  for (const [index, { occurrenceId, startsAt, endsAt }] of input.occurrences.entries()) {
    const path = `occurrences.${index}`;
    if (endsAt <= startsAt) return { code: 'occurrence-ends-before-start', path: `${path}.endsAt` };
    const twice = input.occurrences.findIndex((other) => other.occurrenceId === occurrenceId) !== index;
    if (occurrenceId !== undefined && (twice || !knownIds.includes(occurrenceId))) {
      return { code: 'occurrence-unknown', path: `${path}.occurrenceId` };
    }
  }
  return undefined;
}

const toWrite = (
  { clock, ids }: ActivityContext,
  actor: Actor,
  input: ActivityInput,
  activityId: string,
  version: number,
): ActivityWrite => ({
  activityId,
  organisationId: input.organisationId,
  version,
  title: input.title,
  place: input.place,
  points: input.points,
  limit: input.limit,
  marginBeforeMin: input.marginBeforeMin,
  marginAfterMin: input.marginAfterMin,
  moments: input.occurrences.map(({ occurrenceId, startsAt, endsAt }) => ({
    occurrenceId: occurrenceId ?? ids.newId(),
    startsAt,
    endsAt,
  })),
  changedAt: clock.now(),
  changedBy: actorName(actor),
});

const versionOf = (activity: ActivityWrite, region: Region) => ({
  activityId: activity.activityId,
  version: activity.version,
  points: activity.points,
  occurrences: activity.moments.map((moment) => withWindow(moment, marginsOf(activity, region))),
  since: activity.changedAt,
});

const auditOf = (actor: Actor, action: AuditAction, activity: ActivityWrite) => ({
  regionId: actor.regionId,
  at: activity.changedAt,
  actor: actorName(actor),
  action,
  subject: `activity:${activity.activityId}`,
  detail: { version: activity.version },
});

async function toDeskActivity(
  context: ActivityContext,
  actor: Actor,
  activity: Activity,
): Promise<DeskActivity> {
  return must((await toDeskActivities(context, actor, [activity]))[0], 'the activity just read');
}

async function toDeskActivities(
  { db, clock }: ActivityContext,
  actor: Actor,
  activities: readonly Activity[],
): Promise<DeskActivity[]> {
  const region = must(await findRegion(db, actor.regionId), 'region');
  const today = periodOf('DAY', clock.now());
  const visits = await countVisits(
    db,
    actor.regionId,
    activities.map(({ activityId }) => activityId),
    today.startsAt,
  );
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
    occurrences: activity.moments.map((moment) => withWindow(moment, marginsOf(activity, region))),
    checkInsToday: visits.get(activity.activityId) ?? 0,
    mayWrite: isAllowed(actor.grants, 'activity.write', { regionId: actor.regionId, ...activity }),
  }));
}
