import type { Kysely } from 'kysely';
import type { Database } from '../db/tables.ts';

/** What a screen calls a municipality and a card system. */
export async function readNames(
  db: Kysely<Database>,
  regionId: number,
): Promise<{ municipalities: Map<string, string>; cardSystems: Map<string, string> }> {
  const [municipalities, cardSystems] = await Promise.all([
    db.selectFrom('municipality').select(['nis_code', 'name']).where('region_id', '=', regionId).execute(),
    db
      .selectFrom('card_system')
      .select(['card_system_id', 'name'])
      .where('region_id', '=', regionId)
      .execute(),
  ]);
  return {
    municipalities: new Map(municipalities.map(({ nis_code, name }) => [nis_code, name])),
    cardSystems: new Map(cardSystems.map(({ card_system_id, name }) => [card_system_id, name])),
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
