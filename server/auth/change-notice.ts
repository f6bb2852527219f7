// Whoever owns an account hears by letter what changed in how it is entered (ASVS 6.3.7): a stranger who got in cannot
// do that in silence.
import type { Context } from '../context.ts';
import { changeLetter, type AccountChange } from './letters.ts';

/** Nothing happens where mail does not leave from here. */
export async function tellOwner(
  { mail, clock }: Pick<Context, 'mail' | 'clock'>,
  regionId: number,
  email: string,
  change: AccountChange,
): Promise<void> {
  await mail.send(regionId, changeLetter(email, change, clock.now()));
}
