// Somebody of another municipality, whose card lies on the counter and who tells a birth date: only then may one be added to what
// this desk keeps. Tried at most so often wrongly, whatever it is tried for.
import { parseUitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { countAttempt, forgiveAttempt, type AttemptRule } from '../attempts.ts';
import type { Actor } from '../auth/actor.ts';
import type { Context } from '../context.ts';
import { findByCardAndBirth } from './repository.ts';

/** A card with a birth date that is not its own is the mark of someone trying. */
const CARD_DIFFERS: AttemptRule = { purpose: 'family-card', max: 20, windowMs: 3_600_000 };

/** Undefined: they do not belong together, or the card is not active. */
export async function findByCardInHand(
  context: Pick<Context, 'db' | 'clock'>,
  { regionId, userId }: Actor,
  told: { readonly number: string; readonly dateOfBirth: CivilDay },
): Promise<Result<string | undefined, { readonly code: 'too-many-requests'; readonly retryAfterS: number }>> {
  // Beforehand, or dates sent at once would all be looked at.
  const tried = await countAttempt(context, CARD_DIFFERS, userId);
  if (!tried.allowed) return refuse({ code: 'too-many-requests', retryAfterS: tried.retryAfterS });
  const number = parseUitpasNumber(told.number);
  const found = number.ok
    ? await findByCardAndBirth(context.db, regionId, number.value, told.dateOfBirth)
    : undefined;
  if (found !== undefined) await forgiveAttempt(context, CARD_DIFFERS, userId);
  return ok(found);
}
