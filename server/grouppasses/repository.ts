import type { Kysely } from 'kysely';
import type { CardState } from '#domain/cards/card-facts.ts';
import type { PassYear } from '#domain/grouppasses/group-pass.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

export type GroupPass = {
  readonly groupPassId: string;
  readonly number: string;
  readonly state: CardState;
  readonly cardSystemName: string;
  readonly name: string;
  readonly holderId: string;
  readonly holderName: string;
  readonly paysNis: string;
  readonly paysName: string;
  readonly requestDigest: Uint8Array;
  /** The newest first. */
  readonly years: readonly PassYear[];
};

const passes = (db: Db, regionId: number) =>
  db
    .selectFrom('group_pass as g')
    .innerJoin('card as c', (join) =>
      join.onRef('c.region_id', '=', 'g.region_id').onRef('c.uitpas_number', '=', 'g.uitpas_number'),
    )
    .innerJoin('card_system as s', (join) =>
      join.onRef('s.region_id', '=', 'c.region_id').onRef('s.card_system_id', '=', 'c.card_system_id'),
    )
    .innerJoin('organisation as o', (join) =>
      join.onRef('o.region_id', '=', 'g.region_id').onRef('o.organisation_id', '=', 'g.holder_id'),
    )
    .innerJoin('municipality as m', (join) =>
      join.onRef('m.region_id', '=', 'g.region_id').onRef('m.nis_code', '=', 'g.pays_nis'),
    )
    .select([
      'g.group_pass_id as groupPassId',
      'g.uitpas_number as number',
      'c.state',
      's.name as cardSystemName',
      'g.name',
      'g.holder_id as holderId',
      'o.name as holderName',
      'g.pays_nis as paysNis',
      'm.name as paysName',
      'g.request_digest as requestDigest',
    ])
    .where('g.region_id', '=', regionId);

/** With `lock` its card is held until the end of the transaction. */
export async function findGroupPass(
  db: Db,
  regionId: number,
  groupPassId: string,
  lock = false,
): Promise<GroupPass | undefined> {
  const row = await passes(db, regionId)
    .where('g.group_pass_id', '=', groupPassId)
    .$if(lock, (query) => query.forUpdate('c'))
    .executeTakeFirst();
  if (!row) return undefined;
  const years = await yearsOf(db, regionId, [groupPassId]);
  return { ...row, years: years.get(groupPassId) ?? [] };
}

export async function findPassByNumber(
  db: Db,
  regionId: number,
  number: string,
): Promise<GroupPass | undefined> {
  const row = await passes(db, regionId).where('g.uitpas_number', '=', number).executeTakeFirst();
  if (!row) return undefined;
  const years = await yearsOf(db, regionId, [row.groupPassId]);
  return { ...row, years: years.get(row.groupPassId) ?? [] };
}

/** Those that a municipality of the list pays, or an organisation of it holds; all of them without lists. */
export async function listGroupPasses(
  db: Db,
  regionId: number,
  scope: { nisCodes: readonly string[]; organisationIds: readonly string[] } | undefined,
  max: number,
): Promise<GroupPass[]> {
  const rows = await passes(db, regionId)
    .$if(scope !== undefined, (query) =>
      query.where((eb) =>
        eb.or([
          ...(scope?.nisCodes.length ? [eb('g.pays_nis', 'in', scope.nisCodes)] : []),
          ...(scope?.organisationIds.length ? [eb('g.holder_id', 'in', scope.organisationIds)] : []),
        ]),
      ),
    )
    .orderBy('g.name')
    .orderBy('g.group_pass_id')
    .limit(max)
    .execute();
  const years = await yearsOf(
    db,
    regionId,
    rows.map(({ groupPassId }) => groupPassId),
  );
  return rows.map((row) => ({ ...row, years: years.get(row.groupPassId) ?? [] }));
}

async function yearsOf(db: Db, regionId: number, ids: readonly string[]): Promise<Map<string, PassYear[]>> {
  const found = new Map<string, PassYear[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const rows = await db
    .selectFrom('group_pass_year as y')
    .innerJoin('account as a', (join) =>
      join.onRef('a.region_id', '=', 'y.region_id').onRef('a.account_id', '=', 'y.account_id'),
    )
    .select(['y.group_pass_id', 'y.year', 'y.tickets', 'a.balance'])
    .where('y.region_id', '=', regionId)
    .where('y.group_pass_id', 'in', ids)
    .orderBy('y.year', 'desc')
    .execute();
  for (const { group_pass_id, year, tickets, balance } of rows)
    found.get(group_pass_id)?.push({ year, tickets, balance: balance ?? 0 });
  return found;
}

/** False when this id is taken. */
export async function insertGroupPass(
  db: Db,
  regionId: number,
  pass: Pick<GroupPass, 'groupPassId' | 'number' | 'name' | 'holderId' | 'paysNis' | 'requestDigest'>,
  { at, by }: { at: number; by: string },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('group_pass')
    .values({
      region_id: regionId,
      group_pass_id: pass.groupPassId,
      uitpas_number: pass.number,
      name: pass.name,
      holder_id: pass.holderId,
      pays_nis: pass.paysNis,
      request_digest: Buffer.from(pass.requestDigest),
      made_at: at,
      made_by: by,
    })
    .onConflict((conflict) => conflict.columns(['region_id', 'group_pass_id']).doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function insertPassYear(
  db: Db,
  regionId: number,
  groupPassId: string,
  granted: { year: number; tickets: number; accountId: string },
  { at, by }: { at: number; by: string },
): Promise<void> {
  await db
    .insertInto('group_pass_year')
    .values({
      region_id: regionId,
      group_pass_id: groupPassId,
      year: granted.year,
      tickets: granted.tickets,
      account_id: granted.accountId,
      granted_at: at,
      granted_by: by,
    })
    .execute();
}

export async function setGroupCard(
  db: Db,
  regionId: number,
  number: string,
  state: 'active' | 'blocked',
  at: number,
): Promise<void> {
  await db
    .updateTable('card')
    .set({ kind: 'group-pass', state, state_since: at, place_nis: null })
    .where('region_id', '=', regionId)
    .where('uitpas_number', '=', number)
    .execute();
}
