// Known already? Asked while somebody is being registered: files of one's own desk by name, of other desks only that there is one,
// with a task for that side. Counted, because a name and a birth date could otherwise be tried out on a whole region; who was found
// elsewhere is told in the audit of that person.
import type { DuplicateAnswer, DuplicateAsked, DuplicateInput } from '#domain/passholder-api.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { inszOf } from '#domain/passholders/insz-use.ts';
import {
  alikeDays,
  isWhole,
  sortMatches,
  type Duplicates,
  type Identity,
} from '#domain/passholders/duplicate.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { findOrganisation, type Organisation } from '../organisations/repository.ts';
import { listSettings } from '../settings/repository.ts';
import { addTask } from '../tasks/service.ts';
import { findNamed, findNamedById, type NamedFile } from './duplicate-repository.ts';
import { countNumber } from './insz-limits.ts';
import { findHolder, isInszAsked, noteUse, placeOf } from './insz-store.ts';

type DuplicateContext = Pick<Context, 'db' | 'clock' | 'ids' | 'keys'>;

export type DuplicateRefusal =
  | { readonly code: 'not-found' | 'nobody-elsewhere' }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

const HOUR_MS = 3_600_000;
/** A busy counter registers ten in a quarter of an hour, and each name is typed in some pauses. */
const PER_QUARTER: AttemptRule = { purpose: 'duplicate-check', max: 100, windowMs: HOUR_MS / 4 };
const PER_DAY: AttemptRule = { purpose: 'duplicate-check-day', max: 1_000, windowMs: 24 * HOUR_MS };
/** People of other desks whom one may meet: more than move or err in a day at one counter. */
const ELSEWHERE: AttemptRule = { purpose: 'known-elsewhere', max: 20, windowMs: 24 * HOUR_MS };
/** The same person, typed on, is met once. */
const SAME_PERSON: AttemptRule = { purpose: 'known-elsewhere-person', max: 1, windowMs: 24 * HOUR_MS };
/** Different birth dates for one name: a slip of the hand or two, and a few namesakes. Their days are not to be found out here. */
const DAYS_OF_NAME: AttemptRule = { purpose: 'duplicate-days', max: 15, windowMs: 24 * HOUR_MS };
const SAME_DAY: AttemptRule = { purpose: 'duplicate-day', max: 1, windowMs: 24 * HOUR_MS };
const AUDIT_EACH = 100;

export async function findDuplicates(
  context: DuplicateContext,
  actor: Actor,
  input: DuplicateInput,
): Promise<Result<DuplicateAnswer, DuplicateRefusal>> {
  const looked = await look(context, actor, input);
  if (!looked.ok) return looked;
  const { own, elsewhere } = looked.value.duplicates;
  return ok({
    own: own.map(({ passholderId, firstName, lastName, dateOfBirth, certain }) => ({
      ...{ passholderId, firstName, lastName, dateOfBirth },
      ...(certain && { certain }),
    })),
    elsewhere: elsewhere.length > 0,
  });
}

/** One press: whoever has the file gets a task. Nobody hears which desk that is, nor of whom the file is. */
export async function askOtherDesk(
  context: DuplicateContext,
  actor: Actor,
  input: DuplicateInput,
): Promise<Result<DuplicateAsked, DuplicateRefusal>> {
  const looked = await look(context, actor, input);
  if (!looked.ok) return looked;
  const { duplicates, organisation } = looked.value;
  if (duplicates.elsewhere.length === 0) return refuse({ code: 'nobody-elsewhere' });
  const { db, clock, ids } = context;
  const { regionId } = actor;
  await db.transaction().execute(async (trx) => {
    for (const { passholderId, nisCode } of duplicates.elsewhere) {
      const task = { kind: 'known-here', from: organisation.nisCode ?? null, to: nisCode } as const;
      await addTask(
        trx,
        regionId,
        ids.newId(),
        { ...task, passholderId, number: null },
        { at: clock.now(), actor: actorName(actor) },
      );
    }
  });
  return ok({ asked: true });
}

async function look(
  context: DuplicateContext,
  actor: Actor,
  { organisationId, insz, ...identity }: DuplicateInput,
): Promise<Result<{ duplicates: Duplicates; organisation: Organisation }, DuplicateRefusal>> {
  const { db, clock } = context;
  const { regionId, grants } = actor;
  const organisation = await findOrganisation(db, regionId, organisationId);
  await requirePermission(context, actor, 'passholder.register', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  for (const counted of [await countCheck(context, actor), await countDay(context, actor, identity)])
    if (!counted.ok) return counted;
  const today = civilDayOf(clock.now());
  const found = insz === undefined ? ok(undefined) : await findByNumber(context, actor, organisation, insz);
  if (!found.ok) return found;
  const holder = found.value;
  const named = isWhole(identity)
    ? await findNamed(db, regionId, identity, alikeDays(identity.dateOfBirth), today)
    : [];
  const others = named.filter(({ passholderId }) => passholderId !== holder?.passholderId);
  const matches = [...(holder ? [holder] : []), ...others].map((file) => ({
    ...file,
    certain: file === holder,
    own: isAllowed(grants, 'passholder.read', {
      regionId,
      ...(file.nisCode !== null && { nisCode: file.nisCode }),
    }),
  }));
  const duplicates = sortMatches(matches, identity);
  const met = await countMet(context, actor, organisationId, duplicates);
  return met.ok ? ok({ duplicates, organisation }) : met;
}

/** Noted whether anybody has it or not. */
async function findByNumber(
  context: DuplicateContext,
  actor: Actor,
  organisation: Organisation,
  text: string,
): Promise<Result<NamedFile | undefined, DuplicateRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const at = clock.now();
  const today = civilDayOf(at);
  if (!isInszAsked(await listSettings(db, regionId), placeOf(organisation), today)) return ok(undefined);
  const counted = await countNumber(context, actor, inszOf(text));
  if (!counted.ok) return counted;
  const passholderId = (await findHolder(db, context, regionId, inszOf(text))) ?? null;
  await noteUse(db, { regionId, passholderId, purpose: 'duplicate-check', at, actor: actorName(actor) });
  return ok(passholderId === null ? undefined : await findNamedById(db, regionId, passholderId, today));
}

/** Who met too many of other desks asks nothing more that day: an answer would say who exists. */
async function countCheck(context: DuplicateContext, actor: Actor): Promise<Result<null, DuplicateRefusal>> {
  const met = await countAttempt(context, ELSEWHERE, actor.userId, 0);
  if (!met.allowed) return refuse({ code: 'too-many-requests', retryAfterS: met.retryAfterS });
  for (const rule of [PER_QUARTER, PER_DAY]) {
    const attempt = await countAttempt(context, rule, actor.userId);
    if (rule === PER_QUARTER && (attempt.count === 1 || attempt.count % AUDIT_EACH === 0))
      await appendAudit(context.db, {
        ...{ regionId: actor.regionId, at: context.clock.now(), actor: actorName(actor) },
        ...{ action: 'duplicates-checked', subject: 'passholders' },
        detail: { checksThisQuarter: attempt.count },
      });
    if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  }
  return ok(null);
}

/** Whoever knows a name could try the days of a life one by one. */
async function countDay(
  context: DuplicateContext,
  { userId }: Actor,
  identity: Identity,
): Promise<Result<null, DuplicateRefusal>> {
  if (!isWhole(identity)) return ok(null);
  const { firstName, lastName, dateOfBirth } = identity;
  const name = [firstName, lastName]
    .map((text) =>
      text
        .normalize('NFD')
        .toLowerCase()
        .replace(/[^a-z]/g, '')
        .replace(/(.)\1+/g, '$1'),
    )
    .sort()
    .join('|');
  const before = await countAttempt(context, SAME_DAY, `${userId}|${name}|${dateOfBirth}`);
  const days = await countAttempt(context, DAYS_OF_NAME, `${userId}|${name}`, before.allowed ? 1 : 0);
  return days.allowed ? ok(null) : refuse({ code: 'too-many-requests', retryAfterS: days.retryAfterS });
}

async function countMet(
  context: DuplicateContext,
  actor: Actor,
  organisationId: string,
  { elsewhere }: Duplicates,
): Promise<Result<null, DuplicateRefusal>> {
  for (const { passholderId } of elsewhere) {
    const before = await countAttempt(context, SAME_PERSON, `${actor.userId}|${passholderId}`);
    if (!before.allowed) continue;
    await appendAudit(context.db, {
      ...{ regionId: actor.regionId, at: context.clock.now(), actor: actorName(actor) },
      ...{ action: 'known-elsewhere', subject: `passholder:${passholderId}`, detail: { organisationId } },
    });
    const met = await countAttempt(context, ELSEWHERE, actor.userId);
    if (!met.allowed) return refuse({ code: 'too-many-requests', retryAfterS: met.retryAfterS });
  }
  return ok(null);
}
