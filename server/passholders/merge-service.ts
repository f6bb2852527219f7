// Two files of one person become one (docs/adr/022): both locked, decided by the domain, written down as an event of each, points and visits
// on one account. Looked at before by doing all of it and undoing it, so that what one sees is what will stand.
import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { ActAnswer, MergeInput, MergePreview, MergePreviewInput } from '#domain/passholder-api.ts';
import { isUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { civilDayOf, type CivilDay } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { cardsThatDiffer, decideMerge, type MergeRefusal } from '#domain/passholders/decide-merge.ts';
import { inszOf } from '#domain/passholders/insz-use.ts';
import { kansenstatuutOn } from '#domain/passholders/kansenstatuut.ts';
import type { Passholder } from '#domain/passholders/passholder.ts';
import { settingOn } from '#domain/settings/settings.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requireFreshProof } from '../auth/fresh-proof.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import type { Database } from '../db/tables.ts';
import { findOrganisation } from '../organisations/repository.ts';
import { findInsz } from './insz-repository.ts';
import { forgetInsz, keepInsz, openInsz } from './insz-store.ts';
import { movePicture } from './picture-repository.ts';
import { readBalance, readNames } from './names.ts';
import { findAct, lockCards, readPassholder, takeActId } from './repository.ts';
import { targetOf } from './target.ts';
import { beginningOf, isUnknown, nisCodeOf, readWorld, storeDecided } from './weigh-act.ts';

type Trx = Transaction<Database>;

/** Of the ledger's room: desk-routes.ts brings it along. */
export type MergeAccounts = (
  trx: Trx,
  regionId: number,
  merge: { readonly from: string; readonly into: string; readonly actId: string; readonly at: number },
) => Promise<{ readonly beyondLimit: number }>;

export type MergeContext = Pick<Context, 'db' | 'clock' | 'ids' | 'keys'> & {
  readonly mergeAccounts: MergeAccounts;
};

export type MergeProblem =
  | MergeRefusal
  | { readonly code: 'not-found' | 'other-act-with-this-id' }
  /** `n` of the file that stays, `otherN` of the one that comes in, as they are now. */
  | { readonly code: 'changed-meanwhile'; readonly n: number; readonly otherN: number };

export async function mergePassholders(
  context: MergeContext,
  actor: Actor,
  passholderId: string,
  { actId, ...wish }: MergeInput,
): Promise<Result<ActAnswer, MergeProblem>> {
  const refused = await refuseToMerge(context, actor, passholderId, wish);
  if (refused) return refused;
  requireFreshProof(context, actor);
  const { db, clock } = context;
  const { regionId } = actor;
  return undoing(() =>
    db.transaction().execute(async (trx) => {
      const requestDigest = createHash('sha256')
        .update(JSON.stringify({ passholderId, ...wish }))
        .digest();
      const taken = await takeActId(trx, regionId, { actId, passholderId, requestDigest, at: clock.now() });
      if (!taken) {
        const known = await findAct(trx, regionId, actId);
        return known && Buffer.from(known.requestDigest).equals(requestDigest)
          ? ok({ passholderId: known.passholderId, n: known.n })
          : refuse({ code: 'other-act-with-this-id' as const });
      }
      const { after } = await merge(context, actor, trx, passholderId, { actId, ...wish });
      return ok({ passholderId, n: after.n });
    }),
  );
}

/** What would stand, read within the transaction that is undone. */
export async function previewMerge(
  context: MergeContext,
  actor: Actor,
  passholderId: string,
  wish: MergePreviewInput,
): Promise<Result<MergePreview, MergeProblem>> {
  const refused = await refuseToMerge(context, actor, passholderId, wish);
  if (refused) return refused;
  const { db, ids } = context;
  const { regionId } = actor;
  return undoing(() =>
    db.transaction().execute(async (trx): Promise<never> => {
      const merged = await merge(context, actor, trx, passholderId, { actId: ids.newId(), ...wish });
      const { after, beyondLimit, today, graceDays } = merged;
      const { cardSystems } = await readNames(trx, regionId);
      throw new Undone(
        ok({
          points: await readBalance(trx, regionId, passholderId),
          visitsBeyondLimit: beyondLimit,
          cards: after.cards.map(({ number, state }) => ({ number, state })),
          memberships: after.memberships.map(({ cardSystemId, status, kansenstatuut }) => ({
            cardSystemName: cardSystems.get(cardSystemId) ?? cardSystemId,
            status,
            kansenstatuut: kansenstatuutOn(kansenstatuut, today, graceDays),
            until: kansenstatuut?.until ?? null,
          })),
          cardsThatDiffer: [...cardsThatDiffer(after, { today, graceDays })],
        } satisfies MergePreview),
      );
    }),
  );
}

/** Both have to be files that one may change. */
async function refuseToMerge(
  context: MergeContext,
  actor: Actor,
  passholderId: string,
  { other, organisationId }: MergePreviewInput,
): Promise<Result<never, MergeProblem> | undefined> {
  const { db, clock } = context;
  const { regionId } = actor;
  const today = civilDayOf(clock.now());
  const files = [
    await readPassholder(db, regionId, passholderId, false),
    await readPassholder(db, regionId, other, false),
  ];
  for (const file of files)
    await requirePermission(context, actor, 'passholder.change', await targetOf(db, regionId, file, today));
  const organisation = await findOrganisation(db, regionId, organisationId);
  await requirePermission(context, actor, 'passholder.register', organisation);
  return organisation && !files.some(isUnknown) ? undefined : refuse({ code: 'not-found' });
}

type Merged = {
  readonly after: Passholder;
  readonly beyondLimit: number;
  readonly today: CivilDay;
  readonly graceDays: number;
};

async function merge(
  context: MergeContext,
  actor: Actor,
  trx: Trx,
  passholderId: string,
  { actId, organisationId, other, basedOn, otherBasedOn, person, stays }: MergeInput,
): Promise<Merged> {
  const { regionId } = actor;
  const at = context.clock.now();
  const today = civilDayOf(at);
  // In the order of their ids: two clerks who merge the same two the other way round wait for each other, and never both.
  const locked = new Map<string, Passholder>();
  for (const id of [...new Set([passholderId, other])].sort())
    locked.set(id, await readPassholder(trx, regionId, id, true));
  const [into, from] = [passholderId, other].map((id) => locked.get(id));
  if (!into || !from) throw new Undone(refuse({ code: 'not-found' }));
  if (into.n !== basedOn || from.n !== otherBasedOn)
    throw new Undone(refuse({ code: 'changed-meanwhile', n: into.n, otherN: from.n }));
  await lockCards(
    trx,
    regionId,
    [...into.cards, ...from.cards].map(({ number }) => number),
  );
  const world = await readWorld(trx, regionId);
  const graceDays = settingOn(world.settings, 'kansenstatuutGraceDays', null, today);
  const begun = [into, from].map((file) => beginningOf(file, { at, today }));
  const [intoBegun, fromBegun] = begun;
  if (!intoBegun || !fromBegun) throw new Undone(refuse({ code: 'not-found' }));
  const numbers = await Promise.all([into, from].map((file) => findInsz(trx, regionId, file.passholderId)));
  const decided = decideMerge(
    intoBegun.start,
    fromBegun.start,
    { person, stays: stays.filter(isUitpasNumber) },
    { at, today, graceDays, nisCodeOf: nisCodeOf(world.postcodes), inszDiffers: numbers.every(Boolean) },
  );
  if (!decided.ok) throw new Undone(decided);
  const done = { actId, at, today, actor: actorName(actor), organisationId };
  const events = decided.value;
  await storeDecided(trx, regionId, from, fromBegun, events.from, 'merge', {
    ...done,
    detail: { into: passholderId },
  });
  const after = await storeDecided(trx, regionId, into, intoBegun, events.into, 'merge', {
    ...done,
    detail: { from: other },
  });
  await moveInsz(context, trx, { regionId, at, actor: done.actor, from: other, into: passholderId });
  await movePicture(trx, regionId, other, passholderId);
  const { beyondLimit } = await context.mergeAccounts(trx, regionId, {
    ...{ from: other, into: passholderId, actId, at },
  });
  return { after, beyondLimit, today, graceDays };
}

/** Sealed for one file, it opens in no other: written anew. */
async function moveInsz(
  context: MergeContext,
  trx: Trx,
  move: { regionId: number; at: number; actor: string; from: string; into: string },
): Promise<void> {
  const { regionId, at, actor, from, into } = move;
  if (!(await findInsz(trx, regionId, from))) return;
  const insz = await openInsz(trx, context, regionId, from);
  const use = { regionId, at, actor, purpose: 'merge' as const };
  await forgetInsz(trx, { ...use, passholderId: from });
  if (insz !== undefined) await keepInsz(trx, context, inszOf(insz), { ...use, passholderId: into });
}

/** Carries an answer out of a transaction that is undone: a refusal, or what was looked at. */
class Undone<T> extends Error {
  readonly answer: T;
  constructor(answer: T) {
    super('undone');
    this.answer = answer;
  }
}

async function undoing<T>(act: () => Promise<Result<T, MergeProblem>>): Promise<Result<T, MergeProblem>> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Undone) return error.answer as Result<T, MergeProblem>; // thrown by the act itself
    throw error;
  }
}
