// The first line of every service method. "Not allowed to know" is answered before "does not exist": a target that was
// not found counts as something of the region as a whole, so only who may see everything hears that it is missing.
import { isAllowed, isAllowedSomewhere, type Action, type Target } from '#domain/devices/permissions.ts';
import { appendAudit } from '../audit.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { actorName, type Actor } from './actor.ts';

type PermissionContext = Pick<Context, 'db' | 'clock'>;

export async function requirePermission(
  context: PermissionContext,
  actor: Actor,
  action: Action,
  target: Omit<Target, 'regionId'> | undefined,
): Promise<void> {
  if (isAllowed(actor.grants, action, { ...target, regionId: actor.regionId })) return;
  await refuse(context, actor, action, target?.organisationId ?? 'region');
}

/** For lists: the reader then shows only the places that the grants hold for. */
export async function requirePermissionSomewhere(
  context: PermissionContext,
  actor: Actor,
  action: Action,
): Promise<void> {
  if (isAllowedSomewhere(actor.grants, action, actor.regionId)) return;
  await refuse(context, actor, action, 'region');
}

async function refuse(
  { db, clock }: PermissionContext,
  actor: Actor,
  action: Action,
  subject: string,
): Promise<never> {
  await appendAudit(db, {
    regionId: actor.regionId,
    at: clock.now(),
    actor: actorName(actor),
    action: 'refused',
    subject,
    detail: { action },
  });
  throw new Problem(403, 'not-allowed');
}
