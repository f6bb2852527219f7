// What an act gives away to who may not read the file: what card a number is, and that a name and a birth date fit. As a
// look-up it is audited, and a person gets so many of them: enough for a counter, too few to go through a card system.
import type { AuditAction } from '#domain/audit/audit-action.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { refuse, type Result } from '#domain/kernel/result.ts';
import type { PassholderCommand } from '#domain/passholders/passholder-command.ts';
import type { Passholder } from '#domain/passholders/passholder.ts';
import { isSamePerson } from '#domain/passholders/person.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import type { Context } from '../context.ts';

type LimitContext = Pick<Context, 'db' | 'clock'>;

const HOUR_MS = 3_600_000;
const REFUSED_CARDS: AttemptRule = { purpose: 'act-card-refused', max: 30, windowMs: HOUR_MS };
/** More people than move into a town in a day. */
const TAKE_OVERS: AttemptRule = { purpose: 'take-over', max: 30, windowMs: 24 * HOUR_MS };

const TELLS_OF_A_CARD = [
  'card-unknown',
  'card-is-group-pass',
  'card-not-in-stock',
  'card-under-way',
  'card-of-other-system',
  'card-at-other-counter',
];

export type LimitRefusal =
  { readonly code: 'person-differs' } | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

/** Of an act, or asked before it. Written down outside the transaction of the act, which is undone. */
export async function countRefusedCard<T, E extends { readonly code: string }>(
  context: LimitContext,
  actor: Actor,
  kind: PassholderCommand['kind'] | 'check-card' | 'make-group-pass',
  answer: Result<T, E>,
): Promise<Result<T, E | LimitRefusal>> {
  if (answer.ok || !TELLS_OF_A_CARD.includes(answer.error.code)) return answer;
  await note(context, actor, 'card-refused', 'card', { kind, code: answer.error.code });
  const tries = await countAttempt(context, REFUSED_CARDS, actor.userId);
  return tries.allowed ? answer : refuse({ code: 'too-many-requests', retryAfterS: tries.retryAfterS });
}

/** Who moves here is taken over from a desk whose file one cannot read: by who has that person before him, with name and birth date. */
export async function refuseTakeOver(
  context: LimitContext,
  actor: Actor,
  { passholderId, person }: Passholder,
  command: Extract<PassholderCommand, { kind: 'move' }>,
  fromNis: string | undefined,
): Promise<Result<never, LimitRefusal> | undefined> {
  const tries = await countAttempt(context, TAKE_OVERS, actor.userId);
  if (!tries.allowed) return refuse({ code: 'too-many-requests', retryAfterS: tries.retryAfterS });
  const fits = person === null || isSamePerson(person, command.person);
  await note(
    context,
    actor,
    fits ? 'passholder-take-over' : 'take-over-refused',
    `passholder:${passholderId}`,
    { fromNis },
  );
  return fits ? undefined : refuse({ code: 'person-differs' });
}

/** May move somebody here, and not touch that file otherwise. */
export const isTakeOver = (
  { grants, regionId }: Actor,
  toNis: string | null,
  from: { readonly nisCode?: string } | undefined,
): boolean =>
  toNis !== null &&
  isAllowed(grants, 'passholder.change', { regionId, nisCode: toNis }) &&
  !isAllowed(grants, 'passholder.change', { ...from, regionId });

const note = (
  { db, clock }: LimitContext,
  actor: Actor,
  action: AuditAction,
  subject: string,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> =>
  appendAudit(db, {
    regionId: actor.regionId,
    at: clock.now(),
    actor: actorName(actor),
    action,
    subject,
    detail,
  });
