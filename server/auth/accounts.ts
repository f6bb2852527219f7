// Making people: by the administrator's command line, by the demo. There is no sign-up.
import { hashPassword } from 'better-auth/crypto';
import type { Grant } from '#domain/devices/permissions.ts';
import type { Context } from '../context.ts';
import { getOrInsertUser, insertGrant, insertPassword } from './repository.ts';
import { passwordLink, resetIdentifier, type SignIn } from './sign-in.ts';

type AccountContext = Pick<Context, 'db' | 'clock' | 'ids'>;

/** A first password may be chosen this long after the link was made. */
export const FIRST_LINK_MS = 24 * 3_600_000;

export async function addPerson(
  { db, clock, ids }: AccountContext,
  person: {
    readonly email: string;
    readonly name: string;
    readonly grants: readonly Grant[];
    readonly by: string;
  },
): Promise<string> {
  const add = async (trx: Context['db']): Promise<string> => {
    const userId = await getOrInsertUser(trx, person.email, person.name, { proven: true });
    for (const grant of person.grants) {
      await insertGrant(trx, { ...grant, grantId: ids.newId(), userId, at: clock.now(), by: person.by });
    }
    return userId;
  };
  return db.isTransaction ? add(db) : db.transaction().execute(add);
}

/** For the demo and the tests: everyone else chooses a password by a link. */
export async function givePassword(
  { db }: Pick<Context, 'db'>,
  userIds: readonly string[],
  password: string,
): Promise<void> {
  const hash = await hashPassword(password);
  for (const userId of userIds) await insertPassword(db, userId, hash);
}

/** A one-time link to choose a password. */
export async function makePasswordLink(
  { appUrl, ids, clock }: Pick<Context, 'appUrl' | 'ids' | 'clock'>,
  signIn: SignIn,
  userId: string,
): Promise<string> {
  const token = ids.token();
  const { internalAdapter } = await signIn.newest.$context;
  await internalAdapter.createVerificationValue({
    identifier: resetIdentifier(token),
    value: userId,
    expiresAt: new Date(clock.now() + FIRST_LINK_MS),
  });
  return passwordLink(appUrl, token);
}
