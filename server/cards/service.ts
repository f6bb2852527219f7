// Looking up a card at a counter. Card numbers can be enumerated (13 digits, a known pattern), so every look-up is
// audited and each person may do only so many: enough for a queue, too few to go through a card system.
import type { CardFile } from '#domain/desk-api.ts';
import { parseChipNumber } from '#domain/cards/chip-number.ts';
import { parseUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { findPassOfCard } from '../grouppasses/service.ts';
import { readPassholder } from '../passholders/repository.ts';
import { targetOf } from '../passholders/target.ts';
import { findCard, type CardKey } from './repository.ts';
import { readVisitPast } from './visit-past.ts';

const HOUR_MS = 3_600_000;
const PER_QUARTER: AttemptRule = { purpose: 'look-up', max: 60, windowMs: HOUR_MS / 4 };
const PER_DAY: AttemptRule = { purpose: 'look-up-day', max: 600, windowMs: 24 * HOUR_MS };
/** Numbers that lead nowhere are the mark of someone trying. */
const UNKNOWN_PER_HOUR: AttemptRule = { purpose: 'look-up-unknown', max: 30, windowMs: HOUR_MS };

export type LookUpRefusal =
  | { readonly code: `number-${'length' | 'not-a-digit' | 'digit-12' | 'check-digit'}` }
  | { readonly code: 'card-unknown' }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

export async function lookUpCard(
  context: Pick<Context, 'db' | 'clock'>,
  actor: Actor,
  text: string,
): Promise<Result<CardFile, LookUpRefusal>> {
  await requirePermission(context, actor, 'card.look-up', undefined);
  const key = cardKeyOf(text);
  if (!key.ok) return key;
  for (const rule of [PER_QUARTER, PER_DAY]) {
    const attempt = await countAttempt(context, rule, actor.userId);
    if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  }

  const { db, clock } = context;
  const now = clock.now();
  const card = await findCard(db, actor.regionId, key.value);
  await appendAudit(db, {
    regionId: actor.regionId,
    at: now,
    actor: actorName(actor),
    action: card ? 'card-looked-up' : 'unknown-card-looked-up',
    subject: card?.passholderId ? `passholder:${card.passholderId}` : 'card',
  });
  if (!card) {
    const tries = await countAttempt(context, UNKNOWN_PER_HOUR, actor.userId);
    if (!tries.allowed) return refuse({ code: 'too-many-requests', retryAfterS: tries.retryAfterS });
    return refuse({ code: 'card-unknown' });
  }
  const { passholderId, balance, ...facts } = card;
  if (passholderId === null) {
    const groupPass =
      facts.kind === 'group-pass' ? await findPassOfCard(context, actor, facts.number) : undefined;
    const nothing = { points: null, visitsThisYear: 0, pointsByMonth: [], history: [] };
    return ok({ ...facts, ...nothing, ...(groupPass && { groupPass }) });
  }
  const points = balance ?? 0;
  // Where somebody goes is nobody's business but of the counter of the own municipality.
  if (!(await mayReadFile(db, actor, passholderId, now)))
    return ok({ ...facts, points, visitsThisYear: 0, pointsByMonth: [], history: [], pastHidden: true });
  const { visits, ...past } = await readVisitPast(db, actor.regionId, passholderId, now);
  return ok({ ...facts, passholderId, points, ...past, history: visits });
}

/** What a reader gives: the printed number or the chip. What is neither hears what is wrong with the number. */
function cardKeyOf(text: string): Result<CardKey, LookUpRefusal> {
  const number = parseUitpasNumber(text);
  if (number.ok) return ok({ number: number.value });
  const chip = parseChipNumber(text);
  return chip.ok ? ok({ chip: chip.value }) : refuse({ code: `number-${number.error.code}` });
}

/** The way to the file is shown to who may read it; knocking at that door is refused and logged as ever. */
async function mayReadFile(
  db: Context['db'],
  { regionId, grants }: Actor,
  passholderId: string,
  now: number,
): Promise<boolean> {
  const passholder = await readPassholder(db, regionId, passholderId, false);
  const target = await targetOf(db, regionId, passholder, civilDayOf(now));
  return isAllowed(grants, 'passholder.read', { ...target, regionId });
}
