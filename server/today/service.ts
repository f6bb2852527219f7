// What waits for a desk today, in counts: each part by the rule of its own room.
import { isAllowed, isAllowedSomewhere } from '#domain/devices/permissions.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { TodayAnswer } from '#domain/today-api.ts';
import type { Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import { findFirstUnclosedDay } from '../cash/journal-repository.ts';
import type { Context } from '../context.ts';
import { findOrganisation } from '../organisations/repository.ts';
import { countEnding } from '../passholders/kansenstatuut-service.ts';

const SOON_DAYS = 30;

export async function readToday(
  context: Pick<Context, 'db' | 'clock'>,
  actor: Actor,
  organisationId: string,
): Promise<Result<TodayAnswer, { readonly code: 'not-found' }>> {
  const { db, clock } = context;
  const { grants, regionId } = actor;
  const organisation = await findOrganisation(db, regionId, organisationId);
  await requirePermission(context, actor, 'activity.read', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const listsPeople = isAllowedSomewhere(grants, 'kansenstatuut.list', regionId);
  const closesTill = isAllowed(grants, 'till.manage', { regionId, ...organisation });
  const [ending, unclosedDay] = await Promise.all([
    listsPeople ? countEnding(context, actor, SOON_DAYS) : undefined,
    closesTill ? findFirstUnclosedDay(db, regionId, organisationId, civilDayOf(clock.now())) : undefined,
  ]);
  return ok({
    kansenstatuut: ending ? { ...ending, days: SOON_DAYS } : null,
    till: closesTill ? { unclosedDay: unclosedDay ?? null } : null,
  });
}
