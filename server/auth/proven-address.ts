// Whose an account is. It may have come to be by an invitation, and who invites sees that link too. So when its address
// itself is proven for the first time (a link that was mailed to it, the word of the provider), nothing that opened the
// account before opens it any more. The second step stays: only an administrator takes away one that is not one's own.
import { appendAudit } from '../audit.ts';
import type { Context } from '../context.ts';
import { actorName } from './actor.ts';
import { deleteWaysIn, noteAddressProven } from './repository.ts';

/** True when something was taken away: the owner must hear of it. */
export async function claimByAddress(
  trx: Context['db'],
  { clock }: Pick<Context, 'clock'>,
  { userId, regionId }: { readonly userId: string; readonly regionId: number },
  { keepPassword }: { readonly keepPassword: boolean },
): Promise<boolean> {
  if (!(await noteAddressProven(trx, userId))) return false;
  if (!(await deleteWaysIn(trx, userId, { keepPassword }))) return false;
  const subject = `user:${userId}`;
  const actor = actorName({ userId });
  await appendAudit(trx, { regionId, at: clock.now(), actor, action: 'ways-in-cleared', subject });
  return true;
}
