// Acts of a desk on a pass holder: one transaction for what was decided, what follows for cards and rights, and who did
// it. A request that comes twice is one act; two desks at once: the second one sees what the first one did.
import { createHash } from 'node:crypto';
import type { Insz } from '#domain/cards/insz.ts';
import type { Payment } from '#domain/cash/sale.ts';
import type { ActAnswer, ActInput, PassholderFile, RegisterInput } from '#domain/passholder-api.ts';
import { civilDayOf, type CivilDay } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { kansenstatuutOn } from '#domain/passholders/kansenstatuut.ts';
import { inszOf } from '#domain/passholders/insz-use.ts';
import { decidePassholder, type PassholderRefusal } from '#domain/passholders/decide-passholder.ts';
import type { PassholderCommand } from '#domain/passholders/passholder-command.ts';
import type { Passholder } from '#domain/passholders/passholder.ts';
import { settingOn } from '#domain/settings/settings.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import { requireFreshProof } from '../auth/fresh-proof.ts';
import { findPaidFor, sellCard, type PaymentRefusal } from '../cash/sell-card.ts';
import { countWrongCode } from '../cash/service.ts';
import { readVisitPast } from '../cards/visit-past.ts';
import { readHistory, readNotes } from './history.ts';
import { readBalance, readNames } from './names.ts';
import type { Context } from '../context.ts';
import type { Database } from '../db/tables.ts';
import type { Kysely } from 'kysely';
import { findOrganisation } from '../organisations/repository.ts';
import { listSettings } from '../settings/repository.ts';
import { countRefusedCard, isTakeOver, refuseTakeOver, type LimitRefusal } from './act-limits.ts';
import { findInsz } from './insz-repository.ts';
import { countNumber } from './insz-limits.ts';
import { tellTaken, type InszRefusal } from './insz-service.ts';
import { readPictureOf } from './picture-repository.ts';
import { inszMark, isInszAsked, keepInsz, placeOf } from './insz-store.ts';
import { findAct, readPassholder, takeActId } from './repository.ts';
import { targetOf } from './target.ts';
import { tellOtherRegion } from './tell-region.ts';
import {
  beginningOf,
  factsOf,
  isUnknown,
  lockNamedCards,
  nisCodeOf,
  readWorld,
  storeDecided,
  type World,
} from './weigh-act.ts';

export type PassholderContext = Pick<Context, 'db' | 'clock' | 'ids' | 'keys'>;

export type ActRefusal =
  | PassholderRefusal
  | LimitRefusal
  | PaymentRefusal
  | InszRefusal
  | { readonly code: 'not-found' }
  | { readonly code: 'other-act-with-this-id' }
  /** `n` as it is now. */
  | { readonly code: 'changed-meanwhile'; readonly n: number };

export type ReadRefusal =
  { readonly code: 'not-found' } | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

const HOUR_MS = 3_600_000;
/** A busy counter has thirty people in a quarter of an hour, and each file is read again after an act. */
const PER_QUARTER: AttemptRule = { purpose: 'passholder-read', max: 200, windowMs: HOUR_MS / 4 };
const PER_DAY: AttemptRule = { purpose: 'passholder-read-day', max: 1_500, windowMs: 24 * HOUR_MS };

export async function readPassholderFile(
  context: PassholderContext,
  actor: Actor,
  passholderId: string,
): Promise<Result<PassholderFile, ReadRefusal>> {
  const { db, clock } = context;
  const passholder = await readPassholder(db, actor.regionId, passholderId, false);
  const target = await targetOf(db, actor.regionId, passholder, civilDayOf(clock.now()));
  await requirePermission(context, actor, 'passholder.read', target);
  for (const rule of [PER_QUARTER, PER_DAY]) {
    const attempt = await countAttempt(context, rule, actor.userId);
    if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  }
  if (passholder.mergedInto !== undefined) return readPassholderFile(context, actor, passholder.mergedInto);
  if (isUnknown(passholder)) return refuse({ code: 'not-found' });
  await appendAudit(db, {
    regionId: actor.regionId,
    at: clock.now(),
    actor: actorName(actor),
    action: 'passholder-read',
    subject: `passholder:${passholderId}`,
  });
  return ok(await fileOf(db, actor.regionId, passholder, clock.now()));
}

export const registerPassholder = (
  context: PassholderContext,
  actor: Actor,
  { actId, passholderId, organisationId, registration, payment, insz }: RegisterInput,
): Promise<Result<ActAnswer, ActRefusal>> =>
  act(context, actor, {
    ...{ actId, passholderId, organisationId, basedOn: 0, command: registration },
    ...(payment && { payment }),
    ...(insz !== undefined && { insz: inszOf(insz) }),
  });

export const actOnPassholder = (
  context: PassholderContext,
  actor: Actor,
  passholderId: string,
  { actId, organisationId, basedOn, act: command, payment }: ActInput,
): Promise<Result<ActAnswer, ActRefusal>> =>
  act(context, actor, {
    ...{ actId, passholderId, organisationId, basedOn, command },
    ...(payment && { payment }),
  });

type Request = {
  readonly actId: string;
  readonly passholderId: string;
  readonly organisationId: string;
  readonly basedOn: number;
  readonly command: PassholderCommand;
  readonly payment?: Payment;
  readonly insz?: Insz;
};

async function act(
  context: PassholderContext,
  actor: Actor,
  request: Request,
): Promise<Result<ActAnswer, ActRefusal>> {
  const { db, clock, ids } = context;
  const { regionId } = actor;
  const at = clock.now();
  const today = civilDayOf(at);
  const organisation = await findOrganisation(db, regionId, request.organisationId);
  await requirePermission(context, actor, 'passholder.register', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const world = await readWorld(db, regionId);
  const { insz } = request;
  if (insz !== undefined && !isInszAsked(world.settings, placeOf(organisation), today))
    return refuse({ code: 'insz-not-asked' });
  const counting = insz === undefined ? ok(null) : await countNumber(context, actor, insz);
  if (!counting.ok) return counting;
  if (request.command.kind !== 'register') {
    const standing = await readPassholder(db, regionId, request.passholderId, false);
    const refused = await refuseToAct(context, actor, request.command, standing, world.postcodes, today);
    if (refused) return refused;
    if (isUnknown(standing)) return refuse({ code: 'not-found' });
  }

  const answer = await db
    .transaction()
    .execute(async (trx) => {
      const requestDigest = digestOf(context, regionId, request);
      const { actId, passholderId } = request;
      const taken = await takeActId(trx, regionId, { actId, passholderId, requestDigest, at });
      if (!taken) return answerAgain(trx, regionId, actId, requestDigest);

      const before = await readPassholder(trx, regionId, passholderId, true);
      if (request.command.kind !== 'register' && before.n !== request.basedOn)
        return giveUp(refuse({ code: 'changed-meanwhile', n: before.n }));
      const cards = await lockNamedCards(trx, regionId, request.command);
      const begun = beginningOf(before, { at, today });
      const facts = factsOf(world, today, organisation.nisCode ?? null, cards);
      const decided = decidePassholder(begun.start, request.command, facts);
      if (!decided.ok) return giveUp(decided);
      const after = await storeDecided(trx, regionId, before, begun, decided.value, request.command.kind, {
        ...{ actId, at, today, actor: actorName(actor), organisationId: organisation.organisationId },
      });
      await tellOtherRegion(context, trx, request.command, before, {
        ...{ regionId, place: organisation.nisCode ?? null, at, actor: actorName(actor) },
      });
      if (insz !== undefined) {
        const use = { regionId, passholderId, at, actor: actorName(actor), purpose: 'register' } as const;
        const kept = await keepInsz(trx, context, insz, use);
        if (!kept.ok) return giveUp(kept);
      }
      // Last, because the till of a counter is held until the end.
      const paid = await sellCard(trx, regionId, {
        ...{ entryId: ids.newId(), actId, at, today, actor: actorName(actor), organisation },
        ...{ settings: world.settings, events: decided.value, after, payment: request.payment },
      });
      if (!paid.ok) return giveUp(paid);
      return ok({ passholderId, n: after.n, ...(paid.value && { paid: paid.value }) });
    })
    .catch(refusalIn);
  if (!answer.ok && answer.error.code === 'insz-taken' && insz !== undefined)
    return tellTaken(context, actor, insz);
  const counted = await countRefusedCard(context, actor, request.command.kind, answer);
  return counted.ok ? counted : countWrongCode(context, actor, counted.error);
}

/** A refusal undoes the transaction, so that the act may be tried again under its own id. */
class Refused extends Error {
  readonly refusal: Result<never, ActRefusal>;
  constructor(refusal: Result<never, ActRefusal>) {
    super('refused');
    this.refusal = refusal;
  }
}
const isPassholderTwice = (error: unknown): boolean =>
  error instanceof Error && 'constraint' in error && error.constraint === 'passholder_pkey';
const giveUp = (refusal: Result<unknown, ActRefusal>): never => {
  throw new Refused(refusal as Result<never, ActRefusal>); // only refusals come here
};
function refusalIn(error: unknown): Result<never, ActRefusal> {
  if (error instanceof Refused) return error.refusal;
  // Two acts made the same person at once: there was no row yet to wait for.
  if (isPassholderTwice(error)) return refuse({ code: 'is-registered' });
  throw error;
}

async function answerAgain(
  db: Kysely<Database>,
  regionId: number,
  actId: string,
  requestDigest: Uint8Array,
): Promise<Result<ActAnswer, ActRefusal>> {
  const known = await findAct(db, regionId, actId);
  const paid = await findPaidFor(db, regionId, actId);
  return known && Buffer.from(known.requestDigest).equals(requestDigest)
    ? ok({ passholderId: known.passholderId, n: known.n, ...(paid && { paid }) })
    : refuse({ code: 'other-act-with-this-id' });
}

/** A plain hash beside the person's data would give a national number away to whoever tries them all. */
function digestOf(context: PassholderContext, regionId: number, { insz, ...request }: Request): Buffer {
  const told = { ...request, ...(insz !== undefined && { insz: inszMark(context, regionId, insz) }) };
  return createHash('sha256').update(JSON.stringify(told)).digest();
}

const actionOf = ({ kind }: PassholderCommand) =>
  kind === 'unblock-card' ? 'card.unblock' : kind === 'erase' ? 'passholder.erase' : 'passholder.change';

/** A person is changed where that person lives; who moves is taken over by the new municipality. */
async function refuseToAct(
  context: PassholderContext,
  actor: Actor,
  command: PassholderCommand,
  passholder: Passholder,
  postcodes: World['postcodes'],
  today: CivilDay,
): Promise<Result<never, LimitRefusal> | undefined> {
  const target = await targetOf(context.db, actor.regionId, passholder, today);
  if (command.kind === 'move' && isTakeOver(actor, nisCodeOf(postcodes)(command.person), target))
    return refuseTakeOver(context, actor, passholder, command, target?.nisCode);
  await requirePermission(context, actor, actionOf(command), target);
  if (command.kind === 'erase') requireFreshProof(context, actor);
  return undefined;
}

async function fileOf(
  db: Kysely<Database>,
  regionId: number,
  passholder: Passholder,
  at: number,
): Promise<PassholderFile> {
  const names = await readNames(db, regionId);
  const { municipalities, cardSystems } = names;
  const graceDays = settingOn(
    await listSettings(db, regionId),
    'kansenstatuutGraceDays',
    null,
    civilDayOf(at),
  );
  const { memberships, homes, cards, passholderId, mergedInto: _, notes: __, state, ...rest } = passholder;
  return {
    ...rest,
    // Who was merged is read as the other file; a tab that was quicker sees an empty one.
    state: state === 'active' ? 'active' : 'erased',
    passholderId,
    homes: homes.map(({ nisCode, from }) => ({
      nisCode,
      from,
      name: nisCode === null ? null : (municipalities.get(nisCode) ?? null),
    })),
    memberships: memberships.map((membership) => ({
      ...membership,
      cardSystemName: cardSystems.get(membership.cardSystemId) ?? membership.cardSystemId,
      kansenstatuutStatus: kansenstatuutOn(membership.kansenstatuut, civilDayOf(at), graceDays),
    })),
    cards: [...cards],
    points: await readBalance(db, regionId, passholderId),
    graceDays,
    inszWrittenAt: (await findInsz(db, regionId, passholderId))?.writtenAt ?? null,
    picture: await readPictureOf(db, regionId, passholderId),
    notes: state === 'active' ? await readNotes(db, regionId, passholder) : [],
    history: await readHistory(db, regionId, passholderId, names),
    ...(await readVisitPast(db, regionId, passholderId, at)),
  };
}
