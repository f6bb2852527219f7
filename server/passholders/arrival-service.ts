// Who moves here brings a card. Is it one of this region (then there is a file, to be taken over with name and birth date), of another
// region of this server, or of one that is not here? Card numbers can be enumerated: counted and audited as a look-up is.
import { isUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import type { Arrival, ArrivalInput } from '#domain/passholder-api.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { findOrganisation } from '../organisations/repository.ts';
import type { CounterRefusal } from './counter-service.ts';
import { findCardElsewhere } from './other-regions.ts';
import { findCardToGive, readPassholder } from './repository.ts';
import { targetOf } from './target.ts';

const HOUR_MS = 3_600_000;
/** More people than move here in a day, at a counter that is often mistaken. */
const PER_DAY: AttemptRule = { purpose: 'arrival-check', max: 60, windowMs: 24 * HOUR_MS };

export async function lookAtArrival(
  context: Pick<Context, 'db' | 'clock'>,
  actor: Actor,
  { organisationId, number }: ArrivalInput,
): Promise<Result<Arrival, CounterRefusal>> {
  const { db, clock } = context;
  const { regionId, grants } = actor;
  const organisation = await findOrganisation(db, regionId, organisationId);
  await requirePermission(context, actor, 'passholder.register', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  if (!isUitpasNumber(number)) return refuse({ code: 'number-wrong' });
  const tries = await countAttempt(context, PER_DAY, actor.userId);
  if (!tries.allowed) return refuse({ code: 'too-many-requests', retryAfterS: tries.retryAfterS });
  const here = await findCardToGive(db, regionId, number);
  const passholderId = here?.card.passholderId ?? null;
  await appendAudit(db, {
    ...{ regionId, at: clock.now(), actor: actorName(actor), action: 'arrival-checked' },
    subject: passholderId === null ? 'card' : `passholder:${passholderId}`,
  });
  if (!here) {
    const there = await findCardElsewhere(db, regionId, number);
    return ok(
      there ? { number, where: 'other-region', regionName: there.regionName } : { number, where: 'unknown' },
    );
  }
  if (passholderId === null) return ok({ number, where: 'here' });
  const file = await readPassholder(db, regionId, passholderId, false);
  const target = await targetOf(db, regionId, file, civilDayOf(clock.now()));
  const own = isAllowed(grants, 'passholder.read', { ...target, regionId });
  // Enough to take somebody over who stands at this counter; name and birth date are asked then.
  return ok({ number, where: 'here', passholderId, n: file.n, own });
}
