import type { Kysely } from 'kysely';
import type { Database } from '../db/tables.ts';
import { listCardSystems, listMunicipalities } from '../organisations/repository.ts';

/** What a screen calls a municipality and a card system. */
export async function readNames(
  db: Kysely<Database>,
  regionId: number,
): Promise<{ municipalities: Map<string, string>; cardSystems: Map<string, string> }> {
  const [municipalities, cardSystems] = await Promise.all([
    listMunicipalities(db, regionId),
    listCardSystems(db, regionId),
  ]);
  return {
    municipalities: new Map(municipalities.map(({ nisCode, name }) => [nisCode, name])),
    cardSystems: new Map(cardSystems.map(({ cardSystemId, name }) => [cardSystemId, name])),
  };
}

export async function readBalance(
  db: Kysely<Database>,
  regionId: number,
  passholderId: string,
): Promise<number> {
  const row = await db
    .selectFrom('account')
    .select('balance')
    .where('region_id', '=', regionId)
    .where('account_id', '=', passholderId)
    .executeTakeFirst();
  return row?.balance ?? 0;
}
