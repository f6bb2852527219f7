// Whose a file is: the desk of the municipality that pays today may read and change it.
import type { Kysely } from 'kysely';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import { homeOn, type Passholder } from '#domain/passholders/passholder.ts';
import type { Database } from '../db/tables.ts';
import { findRegisteringPlace } from './repository.ts';

/** Of who lives outside the region: the last municipality inside it, else the one where the card was handed out. */
export async function targetOf(
  db: Kysely<Database>,
  regionId: number,
  passholder: Passholder,
  today: CivilDay,
): Promise<{ nisCode?: string } | undefined> {
  const nisCode =
    homeOn(passholder, today) ??
    passholder.homes.findLast((home) => home.nisCode !== null)?.nisCode ??
    (await findRegisteringPlace(db, regionId, passholder.passholderId));
  return nisCode === undefined ? undefined : { nisCode };
}
