// An activity as it is stored: what a desk or an import handed in becomes a version, which phones hear of and the audit knows.
// Always in a transaction of who calls, which may hold more than the activity.
import type { Transaction } from 'kysely';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import { twiceNamed } from '#domain/checkins/price-class.ts';
import type { ActivityInput } from '#domain/desk-api.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { ActivityKind } from '#domain/uitdatabank/event-facts.ts';
import { chosenKind } from '#domain/uitdatabank/event-kinds.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import type { Context } from '../context.ts';
import type { Database } from '../db/tables.ts';
import { publish } from '../events.ts';
import { listCardSystems } from '../organisations/repository.ts';
import { holdSettings } from '../settings/repository.ts';
import { momentsOf, type MomentFault } from './plan-moments.ts';
import { writeVersion } from './policies.ts';
import {
  insertActivity,
  lockActivityVersion,
  updateActivity,
  type Activity,
  type ActivityWrite,
} from './repository.ts';

export type ActivityContext = Pick<Context, 'db' | 'clock' | 'ids'>;

export type ActivityRefusal = {
  readonly code:
    | 'not-found'
    | 'changed-meanwhile'
    | 'version-missing'
    | 'organisation-fixed'
    | 'card-system-unknown'
    | 'kind-unknown'
    | 'price-twice'
    | 'occurrence-over'
    | MomentFault['code'];
  /** Path in the body, where one can mend it. */
  readonly path?: string;
};

/** What the audit says besides the version. */
type Detail = Readonly<Record<string, string>>;

export async function storeNew(
  trx: Transaction<Database>,
  actor: Actor,
  activity: ActivityWrite,
  detail: Detail = {},
): Promise<void> {
  await holdSettings(trx, actor.regionId);
  await insertActivity(trx, actor.regionId, activity);
  await recordChange(trx, actor, 'activity-created', activity, detail);
}

/** As the version after the one that was looked at: false, and nothing done, when somebody was before. */
export async function storeNext(
  trx: Transaction<Database>,
  actor: Actor,
  action: AuditAction,
  activity: ActivityWrite,
  detail: Detail = {},
): Promise<boolean> {
  const { activityId, version } = activity;
  await holdSettings(trx, actor.regionId);
  if ((await lockActivityVersion(trx, actor.regionId, activityId)) !== version - 1) return false;
  await updateActivity(trx, actor.regionId, activity);
  await recordChange(trx, actor, action, activity, detail);
  return true;
}

async function recordChange(
  trx: Transaction<Database>,
  actor: Actor,
  action: AuditAction,
  activity: ActivityWrite,
  detail: Detail,
): Promise<void> {
  const { regionId } = actor;
  const { activityId, version, changedAt } = activity;
  await writeVersion(trx, regionId, activity);
  await appendAudit(trx, {
    regionId,
    at: changedAt,
    actor: actorName(actor),
    action,
    subject: `activity:${activityId}`,
    detail: { version, ...detail },
  });
  await publish(trx, { regionId, topic: 'activities', activityId });
}

type Written = {
  readonly activityId: string;
  readonly version: number;
  readonly stored?: Activity;
  /** Of an import, before what the input says. */
  readonly kind?: ActivityKind | null;
};

export async function toWrite(
  context: ActivityContext,
  actor: Actor,
  input: ActivityInput,
  { activityId, version, stored, kind: taken }: Written,
): Promise<Result<ActivityWrite, ActivityRefusal>> {
  const { db, clock } = context;
  const known = (await listCardSystems(db, actor.regionId)).map(({ cardSystemId }) => cardSystemId);
  // As publiq does: a new activity is open to every card system of the region.
  const cardSystemIds = [...new Set(input.cardSystemIds ?? stored?.cardSystemIds ?? known)];
  if (!cardSystemIds.every((id) => known.includes(id)))
    return refuse({ code: 'card-system-unknown', path: 'cardSystemIds' });
  const held = stored?.kind ?? null;
  const chosen = input.kindId === undefined ? held : chosenKind(input.kindId, held);
  const kind = taken === undefined ? chosen : taken;
  if (kind === undefined) return refuse({ code: 'kind-unknown', path: 'kindId' });
  const priceClasses = input.priceClasses ?? stored?.priceClasses ?? [];
  const twice = twiceNamed(priceClasses);
  if (twice !== undefined) return refuse({ code: 'price-twice', path: `priceClasses.${twice}.label` });
  const schedule = input.schedule ?? stored?.schedule ?? { kind: 'dates' };
  const moments = momentsOf(context, { schedule, occurrences: input.occurrences }, stored?.moments ?? []);
  if (!moments.ok) return moments;
  return ok({
    activityId,
    organisationId: input.organisationId,
    version,
    title: input.title,
    place: input.place,
    points: input.points,
    limit: input.limit,
    marginBeforeMin: input.marginBeforeMin,
    marginAfterMin: input.marginAfterMin,
    cardSystemIds,
    schedule,
    priceClasses,
    moments: moments.value,
    kind,
    changedAt: clock.now(),
    changedBy: actorName(actor),
  });
}
