// Families at the desk. Whoever may change the file of one of its members today may change the family; somebody of another
// municipality joins with the card on the counter and the birth date told, and is shown without a name.
import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import type { FamiliesOf, FamilyAct, FamilyFile, FamilyInput } from '#domain/family-api.ts';
import { civilDayOf, type CivilDay } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import {
  decideJoin,
  decideLeave,
  decideRoles,
  membersNow,
  proposedRoles,
  type Family,
  type FamilyRefusal,
} from '#domain/passholders/family.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import type { Database } from '../db/tables.ts';
import { unlessRefused } from '../db/unless-refused.ts';
import { findOrganisation } from '../organisations/repository.ts';
import { findByCardInHand } from '../passholders/card-in-hand.ts';
import { readPassholder, readPassholders } from '../passholders/repository.ts';
import { targetOf } from '../passholders/target.ts';
import { isUnknown } from '../passholders/weigh-act.ts';
import { familyFileOf } from './family-view.ts';
import {
  endMember,
  findFamily,
  insertFamily,
  insertMember,
  listFamilyIds,
  storeRoles,
} from './repository.ts';

export type FamilyContext = Pick<Context, 'db' | 'clock'>;
type Db = Kysely<Database>;

export type FamilyProblem =
  | FamilyRefusal
  | { readonly code: 'not-found' | 'other-act-with-this-id' | 'family-card-differs' }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

const HOUR_MS = 3_600_000;
/** As the files that they are read beside. */
const READS: AttemptRule = { purpose: 'family-read', max: 300, windowMs: HOUR_MS / 4 };

export async function listFamiliesOf(
  context: FamilyContext,
  actor: Actor,
  passholderId: string,
): Promise<Result<FamiliesOf, FamilyProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const passholder = await readPassholder(db, regionId, passholderId, false);
  const target = await targetOf(db, regionId, passholder, civilDayOf(clock.now()));
  await requirePermission(context, actor, 'passholder.read', target);
  const counted = await countRead(context, actor);
  if (!counted.ok) return counted;
  if (isUnknown(passholder)) return refuse({ code: 'not-found' });
  const families: FamilyFile[] = [];
  for (const familyId of await listFamilyIds(db, regionId, passholderId)) {
    const family = await findFamily(db, regionId, familyId);
    if (family) families.push(await familyFileOf(context, actor, family));
  }
  if (families.length > 0) await record(context, db, actor, 'family-read', passholderId);
  return ok({ families });
}

export async function readFamily(
  context: FamilyContext,
  actor: Actor,
  familyId: string,
): Promise<Result<FamilyFile, FamilyProblem>> {
  const { db } = context;
  const family = await findFamily(db, actor.regionId, familyId);
  await requirePermission(context, actor, 'passholder.read', await ownTarget(context, actor, family));
  const counted = await countRead(context, actor);
  if (!counted.ok) return counted;
  if (!family) return refuse({ code: 'not-found' });
  for (const { passholderId } of membersNow(family))
    if (passholderId !== null) await record(context, db, actor, 'family-read', passholderId, { familyId });
  return ok(await familyFileOf(context, actor, family));
}

export async function makeFamily(
  context: FamilyContext,
  actor: Actor,
  input: FamilyInput,
): Promise<Result<FamilyFile, FamilyProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const today = civilDayOf(clock.now());
  const organisation = await findOrganisation(db, regionId, input.organisationId);
  await requirePermission(context, actor, 'passholder.register', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  for (const { passholderId } of input.members) {
    const allowed = await requireChange(context, actor, passholderId, today);
    if (!allowed.ok) return allowed;
  }
  const requestDigest = createHash('sha256').update(JSON.stringify(input)).digest();
  const { familyId } = input;
  const made = await unlessRefused(db, async (trx): Promise<Result<null, FamilyProblem>> => {
    const by = { at: clock.now(), by: actorName(actor) };
    if (!(await insertFamily(trx, regionId, { ...input, requestDigest }, by))) {
      const known = await findFamily(trx, regionId, familyId);
      return known && Buffer.from(known.requestDigest).equals(requestDigest)
        ? ok(null)
        : refuse({ code: 'other-act-with-this-id' });
    }
    await record(context, trx, actor, 'family-made', familyId, {}, 'family');
    for (const member of input.members.toSorted((a, b) => (a.passholderId < b.passholderId ? -1 : 1))) {
      const joined = await join(context, trx, actor, familyId, { ...member, from: today });
      if (!joined.ok) return joined;
    }
    const family = await findFamily(trx, regionId, familyId);
    const born = await bornOf(
      trx,
      regionId,
      input.members.map(({ passholderId }) => passholderId),
    );
    const people = input.members.map(({ memberId, passholderId }) => ({
      memberId,
      dateOfBirth: born.get(passholderId) ?? '',
    }));
    if (family) await storeRoles(trx, regionId, { ...family, ...proposedRoles(people, today) });
    return ok(null);
  });
  return made.ok ? readAfter(context, actor, familyId) : made;
}

export async function actOnFamily(
  context: FamilyContext,
  actor: Actor,
  familyId: string,
  act: FamilyAct,
): Promise<Result<FamilyFile, FamilyProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const today = civilDayOf(clock.now());
  const known = await findFamily(db, regionId, familyId);
  await requirePermission(context, actor, 'passholder.change', await ownTarget(context, actor, known));
  if (!known) return refuse({ code: 'not-found' });
  const newcomer = await newcomerOf(context, actor, act, today);
  if (!newcomer.ok) return newcomer;

  const done = await unlessRefused(db, async (trx): Promise<Result<null, FamilyProblem>> => {
    // A person before a family, as when all data of somebody are erased.
    if (newcomer.value !== null) await readPassholder(trx, regionId, newcomer.value.passholderId, true);
    const family = await findFamily(trx, regionId, familyId, true);
    if (!family) return refuse({ code: 'not-found' });
    if (newcomer.value !== null) return join(context, trx, actor, familyId, newcomer.value);
    if (act.kind === 'leave') return leave(context, trx, actor, family, act);
    if (act.kind === 'roles') return giveRoles(context, trx, actor, family, act);
    return ok(null);
  });
  return done.ok ? readAfter(context, actor, familyId) : done;
}

type Newcomer = { readonly memberId: string; readonly passholderId: string; readonly from: CivilDay };

/** Who is added, when the actor may: by name only one's own, else by what lies on the counter. */
async function newcomerOf(
  context: FamilyContext,
  actor: Actor,
  act: FamilyAct,
  today: CivilDay,
): Promise<Result<Newcomer | null, FamilyProblem>> {
  if (act.kind === 'add') {
    const allowed = await requireChange(context, actor, act.passholderId, today);
    return allowed.ok ? ok(act) : allowed;
  }
  if (act.kind !== 'add-by-card') return ok(null);
  await requirePermission(context, actor, 'card.look-up', undefined);
  const found = await findByCardInHand(context, actor, act);
  if (!found.ok) return found;
  if (found.value !== undefined)
    return ok({ memberId: act.memberId, passholderId: found.value, from: act.from });
  await record(context, context.db, actor, 'family-card-refused', 'card', {}, null);
  return refuse({ code: 'family-card-differs' });
}

async function join(
  context: FamilyContext,
  trx: Transaction<Database>,
  actor: Actor,
  familyId: string,
  newcomer: Newcomer,
): Promise<Result<null, FamilyProblem>> {
  const { regionId } = actor;
  const today = civilDayOf(context.clock.now());
  const { memberId, passholderId, from } = newcomer;
  // Held until the end, so that two counters together add nobody to one family too many.
  const person = await readPassholder(trx, regionId, passholderId, true);
  const family = await findFamily(trx, regionId, familyId);
  if (!family || person.state !== 'active' || person.person === null) return refuse({ code: 'not-found' });
  const same = family.members.find((each) => each.memberId === memberId);
  if (same) return same.passholderId === passholderId ? ok(null) : refuse({ code: 'other-act-with-this-id' });
  const ids = membersNow(family).flatMap((member) => member.passholderId ?? []);
  const families = (await listFamilyIds(trx, regionId, passholderId)).length;
  const candidate = { passholderId, dateOfBirth: person.person.dateOfBirth, families };
  const decided = decideJoin(family, candidate, from, { today, born: await bornOf(trx, regionId, ids) });
  if (!decided.ok) return decided;
  const by = { at: context.clock.now(), by: actorName(actor) };
  if (!(await insertMember(trx, regionId, familyId, newcomer, by)))
    return refuse({ code: 'other-act-with-this-id' });
  await record(context, trx, actor, 'family-joined', passholderId, { familyId, from });
  return ok(null);
}

async function leave(
  context: FamilyContext,
  trx: Transaction<Database>,
  actor: Actor,
  family: Family,
  { memberId, on }: Extract<FamilyAct, { kind: 'leave' }>,
): Promise<Result<null, FamilyProblem>> {
  const decided = decideLeave(family, memberId, on, civilDayOf(context.clock.now()));
  if (!decided.ok) return decided;
  if (decided.value === family) return ok(null);
  const { regionId } = actor;
  await endMember(trx, regionId, memberId, on, { at: context.clock.now(), by: actorName(actor) });
  await storeRoles(trx, regionId, decided.value);
  const passholderId = family.members.find((each) => each.memberId === memberId)?.passholderId;
  const { familyId } = family;
  if (passholderId) await record(context, trx, actor, 'family-left', passholderId, { familyId, on });
  return ok(null);
}

async function giveRoles(
  context: FamilyContext,
  trx: Transaction<Database>,
  actor: Actor,
  family: Family,
  { basedOn, contactId, consentId }: Extract<FamilyAct, { kind: 'roles' }>,
): Promise<Result<null, FamilyProblem>> {
  if (family.contactId === contactId && family.consentId === consentId) return ok(null);
  if (family.n !== basedOn) return refuse({ code: 'family-changed-meanwhile' });
  const { regionId } = actor;
  const ids = membersNow(family).flatMap((member) => member.passholderId ?? []);
  const today = civilDayOf(context.clock.now());
  const decided = decideRoles(
    family,
    { contactId, consentId },
    { today, born: await bornOf(trx, regionId, ids) },
  );
  if (!decided.ok) return decided;
  await storeRoles(trx, regionId, decided.value);
  const { familyId } = family;
  await record(context, trx, actor, 'family-roles-changed', familyId, { contactId, consentId }, 'family');
  return ok(null);
}

/** Of a member whose file the actor may read; else of any, so that the refusal is the usual one. */
async function ownTarget(
  { db, clock }: FamilyContext,
  { grants, regionId }: Actor,
  family: Family | undefined,
): Promise<{ nisCode?: string } | undefined> {
  const ids = family ? membersNow(family).flatMap((member) => member.passholderId ?? []) : [];
  const people = await readPassholders(db, regionId, ids);
  const targets = await Promise.all(
    [...people.values()].map((person) => targetOf(db, regionId, person, civilDayOf(clock.now()))),
  );
  return (
    targets.find((target) => isAllowed(grants, 'passholder.change', { ...target, regionId })) ?? targets[0]
  );
}

async function requireChange(
  context: FamilyContext,
  actor: Actor,
  passholderId: string,
  today: CivilDay,
): Promise<Result<null, FamilyProblem>> {
  const { db } = context;
  const passholder = await readPassholder(db, actor.regionId, passholderId, false);
  const target = await targetOf(db, actor.regionId, passholder, today);
  await requirePermission(context, actor, 'passholder.change', target);
  return isUnknown(passholder) ? refuse({ code: 'not-found' }) : ok(null);
}

async function countRead(context: FamilyContext, { userId }: Actor): Promise<Result<null, FamilyProblem>> {
  const attempt = await countAttempt(context, READS, userId);
  return attempt.allowed ? ok(null) : refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
}

/** After an act: who made it has just had it before them. */
async function readAfter(
  context: FamilyContext,
  actor: Actor,
  familyId: string,
): Promise<Result<FamilyFile, FamilyProblem>> {
  const family = await findFamily(context.db, actor.regionId, familyId);
  return family ? ok(await familyFileOf(context, actor, family)) : refuse({ code: 'not-found' });
}

async function bornOf(
  db: Db,
  regionId: number,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CivilDay>> {
  const people = await readPassholders(db, regionId, ids);
  return new Map([...people].map(([id, { person }]) => [id, person?.dateOfBirth ?? '']));
}

const record = (
  { clock }: FamilyContext,
  db: Db,
  actor: Actor,
  action: AuditAction,
  id: string,
  detail: Record<string, unknown> = {},
  kind: 'passholder' | 'family' | null = 'passholder',
): Promise<void> =>
  appendAudit(db, {
    regionId: actor.regionId,
    at: clock.now(),
    actor: actorName(actor),
    action,
    subject: kind === null ? id : `${kind}:${id}`,
    detail,
  });
