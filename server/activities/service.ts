import type { AuditAction } from '#domain/audit/audit-action.ts';
import type { ActivityInput, ActivityList, CancelOccurrence, DeskActivity } from '#domain/desk-api.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { must } from '#domain/kernel/assert.ts';
import { addCivilDays, periodOf, startOfCivilDay, type CivilDay } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import {
  findOrganisation,
  listCardSystems,
  listMunicipalities,
  listOrganisations,
  type Municipality,
  type Organisation,
} from '../organisations/repository.ts';
import { readRegionMargins } from '../settings/region-margins.ts';
import type { ActivityTime } from './activity-time.ts';
import { toDeskActivities } from './desk-view.ts';
import {
  findActivity,
  findActivityIds,
  readActivities,
  type ActivityFilter,
  type ActivityWrite,
} from './repository.ts';
import {
  storeNew,
  storeNext,
  toWrite,
  type ActivityContext,
  type ActivityRefusal,
} from './write-activity.ts';

const PAGE_SIZE = 25;
/** Of what is to come, so many are looked over for warnings: the soonest. */
const LOOKED_OVER_MAX = 200;

export async function listActivities(
  context: ActivityContext,
  actor: Actor,
  query: {
    readonly organisationId?: string | undefined;
    readonly nisCode?: string | undefined;
    /** Both days included. */
    readonly fromDay?: CivilDay | undefined;
    readonly untilDay?: CivilDay | undefined;
    readonly text: string;
    readonly when: ActivityTime;
    readonly page: number;
  },
): Promise<ActivityList> {
  await requirePermissionSomewhere(context, actor, 'activity.read');
  const { db, clock } = context;
  const now = clock.now();
  const today = periodOf('DAY', now);
  const seen = (await listOrganisations(db, actor.regionId)).filter((place) =>
    isAllowed(actor.grants, 'activity.read', { regionId: actor.regionId, ...place }),
  );
  const organisationIds = seen
    .filter(({ nisCode }) => query.nisCode === undefined || nisCode === query.nisCode)
    .map(({ organisationId }) => organisationId)
    .filter((id) => query.organisationId === undefined || id === query.organisationId);
  const filter = {
    organisationIds,
    text: query.text,
    when: query.when,
    now,
    dayStartsAt: today.startsAt,
    dayEndsAt: today.endsAt,
    margins: await readRegionMargins(db, actor.regionId),
    ...(query.fromDay !== undefined && { fromAt: startOfCivilDay(query.fromDay) }),
    ...(query.untilDay !== undefined && { untilAt: startOfCivilDay(addCivilDays(query.untilDay, 1)) }),
    limit: PAGE_SIZE,
    offset: (query.page - 1) * PAGE_SIZE,
  };
  const places = await placesOf(context, actor, seen);
  if (query.when === 'attention')
    return { ...(await listToLookAt(context, actor, filter, query.page)), places };
  const { ids, total } = await findActivityIds(db, actor.regionId, filter);
  const activities = await readActivities(db, actor.regionId, ids);
  return {
    activities: await toDeskActivities(context, actor, activities),
    total,
    page: query.page,
    pageSize: PAGE_SIZE,
    places,
  };
}

/** Municipalities of which one sees organisations, to choose among. */
async function placesOf(
  { db }: ActivityContext,
  { regionId }: Actor,
  seen: readonly Organisation[],
): Promise<Municipality[]> {
  const codes = new Set(seen.map(({ nisCode }) => nisCode));
  return (await listMunicipalities(db, regionId)).filter(({ nisCode }) => codes.has(nisCode));
}

/** What a warning is, the domain says: so they are all looked over here, and then cut into pages. */
async function listToLookAt(
  context: ActivityContext,
  actor: Actor,
  filter: ActivityFilter,
  page: number,
): Promise<ActivityList> {
  const { db } = context;
  const { ids } = await findActivityIds(db, actor.regionId, { ...filter, limit: LOOKED_OVER_MAX, offset: 0 });
  const found = await toDeskActivities(context, actor, await readActivities(db, actor.regionId, ids));
  const activities = found.filter(({ warnings }) => warnings.length > 0);
  return {
    activities: activities.slice(filter.offset, filter.offset + filter.limit),
    total: activities.length,
    page,
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
  return ok(must((await toDeskActivities(context, actor, [activity]))[0], 'the activity just read'));
}

export async function createActivity(
  context: ActivityContext,
  actor: Actor,
  input: ActivityInput,
): Promise<Result<DeskActivity, ActivityRefusal>> {
  const organisation = await findOrganisation(context.db, actor.regionId, input.organisationId);
  await requirePermission(context, actor, 'activity.write', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const activityId = context.ids.newId();
  const written = await toWrite(context, actor, input, { activityId, version: 1 });
  if (!written.ok) return written;
  await context.db.transaction().execute(async (trx) => {
    await storeNew(trx, actor, written.value);
  });
  return getActivity(context, actor, activityId);
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
  const version = input.version + 1;
  const written = await toWrite(context, actor, input, { activityId, version, stored });
  if (!written.ok) return written;
  return store(context, actor, 'activity-changed', written.value);
}

/** One evening does not take place, or does after all. */
export async function cancelOccurrence(
  context: ActivityContext,
  actor: Actor,
  activityId: string,
  occurrenceId: string,
  { because, version }: CancelOccurrence,
): Promise<Result<DeskActivity, ActivityRefusal>> {
  const stored = await findActivity(context.db, actor.regionId, activityId);
  await requirePermission(context, actor, 'activity.write', stored);
  const moment = stored?.moments.find((one) => one.occurrenceId === occurrenceId);
  if (!stored || !moment) return refuse({ code: 'not-found' });
  const { clock } = context;
  // Who came has come: visits are undone one by one.
  if (moment.endsAt <= clock.now()) return refuse({ code: 'occurrence-over', path: 'occurrenceId' });
  const { occurrenceId: id, startsAt, endsAt } = moment;
  const changed = {
    occurrenceId: id,
    startsAt,
    endsAt,
    ...(because !== null && { cancelledBecause: because }),
  };
  return store(context, actor, because === null ? 'occurrence-resumed' : 'occurrence-cancelled', {
    ...stored,
    version: version + 1,
    moments: stored.moments.map((one) => (one === moment ? changed : one)),
    changedAt: clock.now(),
    changedBy: actorName(actor),
  });
}

export async function listNamedCardSystems(
  context: ActivityContext,
  actor: Actor,
): Promise<{ cardSystems: { cardSystemId: string; name: string }[] }> {
  await requirePermissionSomewhere(context, actor, 'activity.read');
  return { cardSystems: await listCardSystems(context.db, actor.regionId) };
}

async function store(
  context: ActivityContext,
  actor: Actor,
  action: AuditAction,
  activity: ActivityWrite,
): Promise<Result<DeskActivity, ActivityRefusal>> {
  const isNext = await context.db.transaction().execute((trx) => storeNext(trx, actor, action, activity));
  return isNext ? getActivity(context, actor, activity.activityId) : refuse({ code: 'changed-meanwhile' });
}
