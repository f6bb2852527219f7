// Joining, going on and stopping. Whoever may change somebody's file may make that person a member; the staff of an association do so
// where that was given, with the card in hand. Each act adds a row or stops some; under the same ids it is the same act.
import type { Kysely, Transaction } from 'kysely';
import type {
  RegisteredMember,
  RegisterMemberInput,
  RenewedMembers,
  RenewMembersInput,
  StopMemberInput,
} from '#domain/association-api.ts';
import {
  decideMember,
  decideRenewal,
  decideStop,
  decideUndo,
  memberStatus,
  type MemberRefusal,
  type StopReason,
} from '#domain/associations/member-terms.ts';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import { civilDayOf, type CivilDay } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { Passholder } from '#domain/passholders/passholder.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import type { Database } from '../db/tables.ts';
import { unlessRefused } from '../db/unless-refused.ts';
import { findByCardInHand } from '../passholders/card-in-hand.ts';
import { readPassholder, readPassholders } from '../passholders/repository.ts';
import { targetOf } from '../passholders/target.ts';
import { memberReader } from './member-facts.ts';
import { clubMay } from './reach.ts';
import { findAssociation, type StoredAssociation } from './repository.ts';
import { findTerms, insertTerm, listTermsOf, stopTerms, type FoundTerm } from './term-repository.ts';

type MemberContext = Pick<Context, 'db' | 'clock'>;
type Trx = Transaction<Database>;

export type MemberProblem =
  | MemberRefusal
  | { readonly code: 'not-found' | 'other-act-with-this-id' | 'member-card-differs' }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

export async function registerMember(
  context: MemberContext,
  actor: Actor,
  associationId: string,
  input: RegisterMemberInput,
): Promise<Result<RegisteredMember, MemberProblem>> {
  const { db } = context;
  const { regionId } = actor;
  const association = await findAssociation(db, regionId, associationId);
  const who = await whoJoins(context, actor, association, input.who);
  if (!who.ok) return who;
  if (!association) return refuse({ code: 'not-found' });
  const passholderId = who.value;
  return unlessRefused(db, async (trx): Promise<Result<RegisteredMember, MemberProblem>> => {
    const held = await hold(context, trx, actor, associationId, passholderId);
    if (!held.ok) return held;
    const { today, member, own, others } = held.value;
    const { termId, from, until } = input;
    const [same] = await findTerms(trx, regionId, [termId]);
    if (same)
      return same.associationId === associationId && same.passholderId === passholderId
        ? ok({ termId, from: same.from, until: same.until })
        : refuse({ code: 'other-act-with-this-id' });
    const schools = others.filter(({ kind }) => kind === 'school');
    const leaves = input.leavesOtherSchool ?? false;
    const elsewhere = !leaves && memberStatus(schools, today) === 'active';
    const facts = { today, terms: own, elsewhere };
    const decided = decideMember(held.value.association, member, { from, until }, facts);
    if (!decided.ok) return decided;
    if (leaves && held.value.association.kind === 'school')
      await stopAll(context, trx, actor, schools, { on: from, reason: 'other-school' });
    const term = { termId, associationId, passholderId, renews: null, ...decided.value };
    if (!(await insertTerm(trx, regionId, term, byOf(context, actor))))
      return refuse({ code: 'other-act-with-this-id' });
    await record(context, trx, actor, 'member-registered', passholderId, { associationId, ...decided.value });
    return ok({ termId, ...decided.value });
  });
}

/** Each by itself: one that cannot go on stands in nobody's way. */
export async function renewMembers(
  context: MemberContext,
  actor: Actor,
  associationId: string,
  { renewals }: RenewMembersInput,
): Promise<Result<RenewedMembers, MemberProblem>> {
  const termIds = renewals.map(({ termId }) => termId);
  const found = await termsToChange(context, actor, associationId, termIds);
  if (!found.ok) return found;
  const results: RenewedMembers['results'] = [];
  for (const renewal of renewals) {
    const passholderId = found.value.get(renewal.termId)?.passholderId ?? null;
    const { termId } = renewal;
    const done =
      passholderId === null
        ? refuse({ code: 'not-found' as const })
        : await renewOne(context, actor, associationId, passholderId, renewal);
    results.push(done.ok ? { termId, until: done.value } : { termId, until: null, code: done.error.code });
  }
  return ok({ results });
}

async function renewOne(
  context: MemberContext,
  actor: Actor,
  associationId: string,
  passholderId: string,
  { termId, newTermId, basedOn, until }: RenewMembersInput['renewals'][number],
): Promise<Result<CivilDay, MemberProblem>> {
  const { regionId } = actor;
  return unlessRefused(context.db, async (trx): Promise<Result<CivilDay, MemberProblem>> => {
    const held = await hold(context, trx, actor, associationId, passholderId);
    if (!held.ok) return held;
    const [same] = await findTerms(trx, regionId, [newTermId]);
    if (same) return same.renews === termId ? ok(same.until) : refuse({ code: 'other-act-with-this-id' });
    const { association, today, member, own } = held.value;
    const decided = decideRenewal(association, member, { basedOn, until }, { today, terms: own });
    if (!decided.ok) return decided;
    const term = { termId: newTermId, associationId, passholderId, renews: termId, ...decided.value };
    if (!(await insertTerm(trx, regionId, term, byOf(context, actor))))
      return refuse({ code: 'other-act-with-this-id' });
    await record(context, trx, actor, 'member-renewed', passholderId, { associationId, ...decided.value });
    return ok(decided.value.until);
  });
}

export async function stopMember(
  context: MemberContext,
  actor: Actor,
  associationId: string,
  { termId, on, reason, renewalOnly = false }: StopMemberInput,
): Promise<Result<{ termId: string; on: CivilDay }, MemberProblem>> {
  const found = await termsToChange(context, actor, associationId, [termId]);
  if (!found.ok) return found;
  const passholderId = found.value.get(termId)?.passholderId ?? null;
  if (passholderId === null) return refuse({ code: 'not-found' });
  return unlessRefused(context.db, async (trx) => {
    const held = await hold(context, trx, actor, associationId, passholderId);
    if (!held.ok) return held;
    const { own, today } = held.value;
    const decided = renewalOnly ? decideUndo(own, termId) : decideStop(own, on, today);
    if (!decided.ok) return decided;
    const ids = new Set(decided.value.map((term) => term.termId));
    const stop = renewalOnly ? ({ on: today, reason: 'mistake' } as const) : { on, reason };
    await stopAll(
      context,
      trx,
      actor,
      own.filter((term) => ids.has(term.termId)),
      stop,
    );
    return ok({ termId, on: stop.on });
  });
}

/** Who may be added: somebody whose file one may change, or who lays a card on the counter. */
async function whoJoins(
  context: MemberContext,
  actor: Actor,
  association: StoredAssociation | undefined,
  who: RegisterMemberInput['who'],
): Promise<Result<string, MemberProblem>> {
  const { db } = context;
  if ('passholderId' in who) {
    const person = await readPassholder(db, actor.regionId, who.passholderId, false);
    const target = await targetOf(db, actor.regionId, person, civilDayOf(context.clock.now()));
    await requirePermission(context, actor, 'member.write', target);
    return ok(who.passholderId);
  }
  if (!association || !clubMay(actor, association, 'member.write')) {
    // At a desk any card of the card system may be looked up.
    await requirePermission(context, actor, 'card.look-up', undefined);
  }
  const found = await findByCardInHand(context, actor, who);
  if (!found.ok) return found;
  if (found.value !== undefined) return ok(found.value);
  await appendAudit(db, {
    ...{ regionId: actor.regionId, at: context.clock.now(), actor: actorName(actor) },
    ...{ action: 'member-card-refused', subject: 'card', detail: {} },
  });
  return refuse({ code: 'member-card-differs' });
}

/** The permission for each of them, before anything is done. */
async function termsToChange(
  context: MemberContext,
  actor: Actor,
  associationId: string,
  termIds: readonly string[],
): Promise<Result<Map<string, FoundTerm>, MemberProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const association = await findAssociation(db, regionId, associationId);
  const terms = (await findTerms(db, regionId, termIds)).filter(
    (term) => term.associationId === associationId,
  );
  if (!association || !clubMay(actor, association, 'member.write')) {
    const people = await readPassholders(
      db,
      regionId,
      terms.flatMap(({ passholderId }) => passholderId ?? []),
    );
    const targets = await Promise.all(
      termIds.map((termId) => {
        const id = terms.find((term) => term.termId === termId)?.passholderId;
        const person = id ? people.get(id) : undefined;
        return person && targetOf(db, regionId, person, civilDayOf(clock.now()));
      }),
    );
    for (const target of targets) await requirePermission(context, actor, 'member.write', target);
  }
  if (!association) return refuse({ code: 'not-found' });
  return ok(new Map(terms.map((term) => [term.termId, term])));
}

type Held = {
  readonly today: CivilDay;
  readonly association: StoredAssociation;
  readonly member: ReturnType<Awaited<ReturnType<typeof memberReader>>>;
  /** Of this association, and of all others. */
  readonly own: Awaited<ReturnType<typeof listTermsOf>>;
  readonly others: Awaited<ReturnType<typeof listTermsOf>>;
};

/** The person is held until the end, so that two counters together register and renew once. */
async function hold(
  { clock }: MemberContext,
  trx: Trx,
  { regionId }: Actor,
  associationId: string,
  passholderId: string,
): Promise<Result<Held, MemberProblem>> {
  const today = civilDayOf(clock.now());
  const person: Passholder = await readPassholder(trx, regionId, passholderId, true);
  const association = await findAssociation(trx, regionId, associationId);
  if (!association || person.state !== 'active' || person.person === null)
    return refuse({ code: 'not-found' });
  const member = (await memberReader(trx, regionId, today))(person);
  const terms = await listTermsOf(trx, regionId, [passholderId]);
  return ok({
    ...{ today, association, member },
    own: terms.filter((term) => term.associationId === associationId),
    others: terms.filter((term) => term.associationId !== associationId),
  });
}

async function stopAll(
  context: MemberContext,
  trx: Trx,
  actor: Actor,
  terms: Held['own'],
  stop: { readonly on: CivilDay; readonly reason: StopReason },
): Promise<void> {
  const standing = terms.filter(({ stoppedOn }) => stoppedOn === null);
  const ids = standing.map(({ termId }) => termId);
  await stopTerms(trx, actor.regionId, ids, stop, byOf(context, actor));
  const stopped = new Map(standing.map(({ associationId, passholderId }) => [associationId, passholderId]));
  for (const [associationId, passholderId] of stopped)
    if (passholderId !== null)
      await record(context, trx, actor, 'member-stopped', passholderId, { associationId, ...stop });
}

const byOf = ({ clock }: MemberContext, actor: Actor) => ({ at: clock.now(), by: actorName(actor) });

const record = (
  { clock }: MemberContext,
  db: Kysely<Database>,
  actor: Actor,
  action: AuditAction,
  passholderId: string,
  detail: Record<string, unknown>,
): Promise<void> =>
  appendAudit(db, {
    regionId: actor.regionId,
    at: clock.now(),
    actor: actorName(actor),
    action,
    subject: `passholder:${passholderId}`,
    detail,
  });
