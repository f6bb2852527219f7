// National numbers cannot be tried out. Of somebody born on a day there are some hundreds: who may ask them all has the number of whoever
// is born then. So of one birth day a person of staff gets only some different ones a day, whichever door they come by.
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { Insz } from '#domain/cards/insz.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import type { Actor } from '../auth/actor.ts';
import type { Context } from '../context.ts';
import { inszMark } from './insz-store.ts';

const DAY_MS = 24 * 3_600_000;
/** Each says whether a number is somebody's: more than a desk meets by mistake. */
export const TAKEN: AttemptRule = { purpose: 'insz-taken', max: 20, windowMs: DAY_MS };
/** More people of one birthday than a counter sees in a day, slips of the hand among them. */
const OF_A_BIRTHDAY: AttemptRule = { purpose: 'insz-birthday', max: 10, windowMs: DAY_MS };
/** The same number, asked again, says nothing new. */
const SAME: AttemptRule = { purpose: 'insz-again', max: 1, windowMs: DAY_MS };

export async function countNumber(
  context: Pick<Context, 'db' | 'clock' | 'keys' | 'ids'>,
  { userId, regionId }: Actor,
  insz: Insz,
): Promise<Result<null, { readonly code: 'too-many-requests'; readonly retryAfterS: number }>> {
  const before = await countAttempt(context, SAME, `${userId}|${inszMark(context, regionId, insz)}`);
  const attempts = [
    // Once they are used up nothing is said, neither yes nor no.
    await countAttempt(context, TAKEN, userId, 0),
    await countAttempt(context, OF_A_BIRTHDAY, `${userId}|${insz.slice(0, 6)}`, before.allowed ? 1 : 0),
  ];
  for (const attempt of attempts)
    if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  return ok(null);
}
