// The associations and the school of one person, beside the file: the same right, and a look of its own in the audit.
import type { MembershipsOf } from '#domain/association-api.ts';
import { decideUndo, memberStatus, renewalOf, standingTerm } from '#domain/associations/member-terms.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { listMergedFrom, readPassholder } from '../passholders/repository.ts';
import { targetOf } from '../passholders/target.ts';
import { isUnknown } from '../passholders/weigh-act.ts';
import { memberReader } from './member-facts.ts';
import { listTermsOf, type OwnTerm } from './term-repository.ts';

/** As the files that they are read beside. */
const READS: AttemptRule = { purpose: 'membership-read', max: 300, windowMs: 900_000 };

export type MembershipsProblem =
  { readonly code: 'not-found' } | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

export async function listMemberships(
  context: Pick<Context, 'db' | 'clock'>,
  actor: Actor,
  passholderId: string,
): Promise<Result<MembershipsOf, MembershipsProblem>> {
  const { db, clock } = context;
  const { regionId, grants } = actor;
  const at = clock.now();
  const today = civilDayOf(at);
  const passholder = await readPassholder(db, regionId, passholderId, false);
  const target = await targetOf(db, regionId, passholder, today);
  await requirePermission(context, actor, 'passholder.read', target);
  const attempt = await countAttempt(context, READS, actor.userId);
  if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  if (isUnknown(passholder)) return refuse({ code: 'not-found' });
  const files = [passholderId, ...(await listMergedFrom(db, regionId, passholderId))];
  const terms = await listTermsOf(db, regionId, files);
  const member = (await memberReader(db, regionId, today))(passholder);
  if (terms.length > 0)
    await appendAudit(db, {
      ...{ regionId, at, actor: actorName(actor), action: 'memberships-read' },
      ...{ subject: `passholder:${passholderId}`, detail: {} },
    });
  const standing = terms.filter(({ stoppedOn }) => stoppedOn === null);
  const ids = [...new Set(standing.map(({ associationId }) => associationId))];
  const shown = ids.flatMap((id) => {
    const own = standing.filter(({ associationId }) => associationId === id);
    const [about] = own;
    const term = standingTerm(own);
    if (!about || !term) return [];
    const renewal = renewalOf(about, member, { today, terms: own }) ?? null;
    return [
      {
        ...about,
        ...term,
        since: sinceOf(own),
        status: memberStatus(own, today),
        renewal,
        renewed: decideUndo(own, term.termId).ok,
      },
    ];
  });
  const now = new Set(shown.map(({ termId }) => termId));
  return ok({
    today,
    entitled: member.entitled,
    mayChange: passholder.state === 'active' && isAllowed(grants, 'member.write', { ...target, regionId }),
    memberships: shown.map((each) => ({
      ...{ associationId: each.associationId, kind: each.kind, name: each.name, placeName: each.placeName },
      ...{ endRule: each.endRule, termId: each.termId, since: each.since, until: each.until },
      ...{ status: each.status, renewal: each.renewal, renewed: each.renewed },
    })),
    past: terms
      .filter(({ termId }) => !now.has(termId))
      .map(({ name, kind, from, until, stoppedOn, stopReason }) => ({
        ...{ name, kind, from, until, stoppedOn, stopReason },
      })),
  });
}

const sinceOf = (terms: readonly OwnTerm[]): string =>
  terms.map(({ from }) => from).reduce((a, b) => (a < b ? a : b));
