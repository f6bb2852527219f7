// Who belongs to an association: one's own people by name, the others as a number; all of them for the staff of the association where
// that was given. Each look is counted and stands in the audit.
import type { MemberLine, MemberPage, MemberQuestion, MemberSheet } from '#domain/association-api.ts';
import { memberStatus, renewalOf } from '#domain/associations/member-terms.ts';
import { civilDayOf, type CivilDay } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requireFreshProof } from '../auth/fresh-proof.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { listMunicipalities } from '../organisations/repository.ts';
import { readPassholders } from '../passholders/repository.ts';
import { fileOf } from './association-file.ts';
import { memberReader } from './member-facts.ts';
import { clubMay, everywhere, ownPlaces } from './reach.ts';
import { findAssociation, type StoredAssociation } from './repository.ts';
import { countElsewhere, listMembers, type MemberRow } from './term-repository.ts';

type ListContext = Pick<Context, 'db' | 'clock'>;

export type MemberListProblem =
  { readonly code: 'not-found' } | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

const HOUR_MS = 3_600_000;
const PAGES: AttemptRule = { purpose: 'member-list', max: 300, windowMs: HOUR_MS / 4 };
const SHEETS: AttemptRule = { purpose: 'member-sheet', max: 30, windowMs: 24 * HOUR_MS };

export async function readMemberPage(
  context: ListContext,
  actor: Actor,
  associationId: string,
  question: MemberQuestion,
): Promise<Result<MemberPage, MemberListProblem>> {
  const pageSize = limits.memberPageRows;
  const asked = { max: pageSize, offset: (question.page - 1) * pageSize };
  const sight = await sightOf(context, actor, associationId);
  const read = await readCounted(context, actor, sight, question, PAGES, asked, 'members-read');
  if (!read.ok) return read;
  const { today, association, scope, members, total } = read.value;
  const { db } = context;
  const { regionId } = actor;
  const elsewhere = await countElsewhere(db, { regionId, associationId, today, scope });
  const towns = await listMunicipalities(db, regionId);
  return ok({ today, association: fileOf(actor, association, towns), members, total, pageSize, elsewhere });
}

/** All of it at once leaves the house. */
export async function readMemberSheet(
  context: ListContext,
  actor: Actor,
  associationId: string,
  question: MemberQuestion,
): Promise<Result<MemberSheet, MemberListProblem>> {
  const sight = await sightOf(context, actor, associationId);
  requireFreshProof(context, actor);
  const asked = { max: limits.memberSheetRows, offset: 0 };
  const read = await readCounted(context, actor, sight, question, SHEETS, asked, 'members-saved');
  if (!read.ok) return read;
  const { members, total } = read.value;
  return ok({ members, more: total > members.length });
}

type Sight = {
  readonly association: StoredAssociation | undefined;
  /** Undefined: everybody. */
  readonly scope: readonly string[] | undefined;
  /** Seen by its own staff: what a club knows of its members, and no more. */
  readonly asClub: boolean;
};

/** The permission: at a desk one's own people, at the association itself all of them. */
async function sightOf(context: ListContext, actor: Actor, associationId: string): Promise<Sight> {
  const { db } = context;
  const { regionId } = actor;
  const association = await findAssociation(db, regionId, associationId);
  if (everywhere(actor, 'member.read')) return { association, scope: undefined, asClub: false };
  if (association && clubMay(actor, association, 'member.read'))
    return { association, scope: undefined, asClub: true };
  const places = ownPlaces(actor, 'member.read', await listMunicipalities(db, regionId));
  if (places.length === 0) await requirePermission(context, actor, 'member.read', undefined);
  return { association, scope: places.map(({ nisCode }) => nisCode), asClub: false };
}

type Read = {
  readonly today: CivilDay;
  readonly association: StoredAssociation;
  readonly scope: readonly string[] | undefined;
  readonly members: MemberLine[];
  readonly total: number;
};

async function readCounted(
  context: ListContext,
  actor: Actor,
  { association, scope, asClub }: Sight,
  { view, text, page }: MemberQuestion,
  rule: AttemptRule,
  asked: { readonly max: number; readonly offset: number },
  action: 'members-read' | 'members-saved',
): Promise<Result<Read, MemberListProblem>> {
  if (!association) return refuse({ code: 'not-found' });
  const { db, clock } = context;
  const { regionId } = actor;
  const attempt = await countAttempt(context, rule, actor.userId);
  if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  const at = clock.now();
  const today = civilDayOf(at);
  const { associationId } = association;
  const { rows, total } = await listMembers(db, {
    ...{ regionId, associationId, today, view, text, scope },
    ...asked,
  });
  const members = await linesOf(context, regionId, association, rows, { today, asClub });
  await appendAudit(db, {
    ...{ regionId, at, actor: actorName(actor), action, subject: `association:${associationId}` },
    detail: { view, page, rows: rows.length },
  });
  return ok({ today, association, scope, members, total });
}

async function linesOf(
  { db }: ListContext,
  regionId: number,
  association: StoredAssociation,
  rows: readonly MemberRow[],
  { today, asClub }: { readonly today: CivilDay; readonly asClub: boolean },
): Promise<MemberLine[]> {
  const isSchool = association.kind === 'school';
  const ids = isSchool ? rows.map(({ passholderId }) => passholderId) : [];
  const people = await readPassholders(db, regionId, ids);
  const memberOf = await memberReader(db, regionId, today);
  return rows.map(({ termId, passholderId, firstName, lastName, dateOfBirth, since, until, renewed }) => {
    const entitled = !isSchool || memberOf(people.get(passholderId)).entitled;
    const terms = [{ termId, from: since, until, stoppedOn: null }];
    return {
      ...{ termId, firstName, lastName, since, until, entitled, renewed },
      passholderId: asClub ? null : passholderId,
      dateOfBirth: asClub ? null : dateOfBirth,
      status: memberStatus(terms, today),
      renewal: renewalOf(association, { dateOfBirth: dateOfBirth ?? '', entitled }, { today, terms }) ?? null,
    };
  });
}
