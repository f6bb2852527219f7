// The national number in a file: written, taken away, compared with what somebody types. It is never shown: whoever knows a birth date
// has the whole number from its last figures.
import { inszOf } from '#domain/passholders/insz-use.ts';
import type { InszAnswer, InszCheckInput, InszInput } from '#domain/passholder-api.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import type { Insz } from '#domain/cards/insz.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { findOrganisation } from '../organisations/repository.ts';
import { listSettings } from '../settings/repository.ts';
import { countNumber, TAKEN } from './insz-limits.ts';
import { findHolder, forgetInsz, isInszAsked, keepInsz, noteUse, placeOf } from './insz-store.ts';
import { readPassholder } from './repository.ts';
import { targetOf } from './target.ts';
import { isUnknown } from './weigh-act.ts';

type NumberContext = Pick<Context, 'db' | 'clock' | 'keys' | 'ids'>;

export type InszRefusal =
  | { readonly code: 'not-found' | 'insz-not-asked' | 'not-here' }
  /** `passholderId`: only of a file that one may read. */
  | { readonly code: 'insz-taken'; readonly passholderId?: string }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

const DAY_MS = 24 * 3_600_000;
const CHECKS: AttemptRule = { purpose: 'insz-check', max: 30, windowMs: DAY_MS };

export async function writeInsz(
  context: NumberContext,
  actor: Actor,
  passholderId: string,
  { organisationId, insz }: InszInput,
): Promise<Result<InszAnswer, InszRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const at = clock.now();
  const file = await readPassholder(db, regionId, passholderId, false);
  await requirePermission(
    context,
    actor,
    'passholder.change',
    await targetOf(db, regionId, file, civilDayOf(at)),
  );
  const organisation = await findOrganisation(db, regionId, organisationId);
  // The counter one works at: what another one asks is not asked here.
  await requirePermission(context, actor, 'passholder.register', organisation);
  if (!organisation || isUnknown(file)) return refuse({ code: 'not-found' });
  const use = { regionId, passholderId, at, actor: actorName(actor) };
  if (insz !== null && !isInszAsked(await listSettings(db, regionId), placeOf(organisation), civilDayOf(at)))
    return refuse({ code: 'insz-not-asked' });
  const counted = insz === null ? ok(null) : await countNumber(context, actor, inszOf(insz));
  if (!counted.ok) return counted;
  const kept = await db.transaction().execute(async (trx): Promise<Result<null, InszRefusal>> => {
    // Locked: who is being erased or merged gets no number any more.
    const standing = await readPassholder(trx, regionId, passholderId, true);
    if (standing.state !== 'active') return refuse({ code: 'not-here' });
    if (insz !== null) return keepInsz(trx, context, inszOf(insz), { ...use, purpose: 'write' });
    await forgetInsz(trx, { ...use, purpose: 'remove' });
    return ok(null);
  });
  if (kept.ok) return ok({ inszWrittenAt: insz === null ? null : at });
  return kept.error.code === 'insz-taken' && insz !== null ? tellTaken(context, actor, inszOf(insz)) : kept;
}

/** Is this the number of this person? Asked with the identity card in the hand. */
export async function checkInsz(
  context: NumberContext,
  actor: Actor,
  passholderId: string,
  { insz }: InszCheckInput,
): Promise<Result<{ readonly same: boolean }, InszRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const at = clock.now();
  const file = await readPassholder(db, regionId, passholderId, false);
  await requirePermission(
    context,
    actor,
    'passholder.change',
    await targetOf(db, regionId, file, civilDayOf(at)),
  );
  if (isUnknown(file)) return refuse({ code: 'not-found' });
  const counted = await countNumber(context, actor, inszOf(insz));
  if (!counted.ok) return counted;
  const tries = await countAttempt(context, CHECKS, actor.userId);
  if (!tries.allowed) return refuse({ code: 'too-many-requests', retryAfterS: tries.retryAfterS });
  await noteUse(db, { regionId, passholderId, purpose: 'verify', at, actor: actorName(actor) });
  return ok({ same: (await findHolder(db, context, regionId, inszOf(insz))) === passholderId });
}

/** After the transaction that was undone: counted, noted under whoever has it, and led on where one may read that file. */
export async function tellTaken(
  context: NumberContext,
  actor: Actor,
  insz: Insz,
): Promise<Result<never, InszRefusal>> {
  const { db, clock } = context;
  const { regionId, grants } = actor;
  const at = clock.now();
  const tries = await countAttempt(context, TAKEN, actor.userId);
  const passholderId = await findHolder(db, context, regionId, insz);
  if (passholderId === undefined) return refuse({ code: 'insz-taken' });
  await noteUse(db, { regionId, passholderId, purpose: 'duplicate-check', at, actor: actorName(actor) });
  if (!tries.allowed) return refuse({ code: 'too-many-requests', retryAfterS: tries.retryAfterS });
  const holder = await readPassholder(db, regionId, passholderId, false);
  const target = await targetOf(db, regionId, holder, civilDayOf(at));
  const mayRead = isAllowed(grants, 'passholder.read', { regionId, ...target });
  return refuse({ code: 'insz-taken', ...(mayRead && { passholderId }) });
}
