// A transaction whose refusal undoes what came before it, so that the act may be tried again under its own ids.
import type { Kysely, Transaction } from 'kysely';
import type { Result } from '#domain/kernel/result.ts';
import type { Database } from './tables.ts';

export async function unlessRefused<T, P>(
  db: Kysely<Database>,
  act: (trx: Transaction<Database>) => Promise<Result<T, P>>,
): Promise<Result<T, P>> {
  let refusal: Result<T, P> | undefined;
  try {
    return await db.transaction().execute(async (trx) => {
      const done = await act(trx);
      if (done.ok) return done;
      refusal = done;
      throw new Refused();
    });
  } catch (error) {
    if (error instanceof Refused && refusal) return refusal;
    throw error;
  }
}

class Refused extends Error {}
