// The accounts of two files of one person become one: a counter-entry moves what stands on the one, its visits go along, and groups in
// which both were are judged anew as a whole, so that nobody was somewhere twice. Rulings only follow, postings only come.
import { sql, type Transaction } from 'kysely';
import { moveEntry } from '#domain/ledger/ledger.ts';
import { ruleGroups, type GroupKey } from '#domain/sync/rule-batch.ts';
import type { Database } from '../db/tables.ts';
import { publish } from '../events.ts';
import { batchStoreIn } from './postgres-batch-store.ts';
import { touchedBy } from './rule-commands.ts';

type Trx = Transaction<Database>;

export type AccountMerge = {
  readonly from: string;
  readonly into: string;
  /** The act; its one entry has this id. */
  readonly actId: string;
  readonly at: number;
};

/** Within the transaction of the act, which has locked both files. `beyondLimit`: visits that no longer count. */
export async function mergeAccounts(
  trx: Trx,
  regionId: number,
  { from, into, actId, at }: AccountMerge,
): Promise<{ readonly beyondLimit: number }> {
  const store = batchStoreIn(trx, regionId);
  await store.lockAccounts([
    { accountId: from, kind: 'passholder' },
    { accountId: into, kind: 'passholder' },
  ]);
  const shared = await findShared(trx, regionId, from, into);
  const { balance } = await trx
    .selectFrom('account')
    .select('balance')
    .where('region_id', '=', regionId)
    .where('account_id', '=', from)
    .executeTakeFirstOrThrow();
  if (balance !== null && balance !== 0)
    await store.post([{ ...moveEntry(`${actId}/1`, from, into, balance), commandId: actId, n: 1 }], at);

  // Two of them may stand in the same place under the limit until the groups are judged.
  await sql`set constraints visit_slot deferred`.execute(trx);
  await trx
    .updateTable('visit')
    .set({ account_id: into })
    .where('region_id', '=', regionId)
    .where('account_id', '=', from)
    .execute();
  await trx
    .updateTable('account')
    .set({ merged_into: into })
    .where('region_id', '=', regionId)
    .where((eb) => eb.or([eb('account_id', '=', from), eb('merged_into', '=', from)]))
    .execute();
  if (shared.length === 0) return { beyondLimit: 0 };

  const activities = await store.activities([...new Set(shared.map(({ activityId }) => activityId))]);
  const volumes = new Map([...activities].map(([id, { volume }]) => [id, volume]));
  const { rulings, visits, entries } = ruleGroups(await store.groups(shared), [], new Set(), volumes);
  await store.insertRulings(rulings, at);
  await store.saveVisits(visits);
  await store.post(entries, at);
  const touched = touchedBy({ rulings, visits, troubledActivityIds: [] });
  await publish(
    trx,
    ...touched.touchedActivityIds.map((activityId) => ({
      regionId,
      topic: 'check-ins' as const,
      activityId,
    })),
    ...touched.touchedDeviceIds.map((deviceId) => ({ regionId, topic: 'rulings' as const, deviceId })),
  );
  return { beyondLimit: rulings.filter(({ judgement }) => judgement.outcome === 'duplicate').length };
}

/** Where both were, as it will stand under the account that stays. */
async function findShared(trx: Trx, regionId: number, from: string, into: string): Promise<GroupKey[]> {
  const { rows } = await sql<GroupKey>`
    select distinct v.activity_id as "activityId", ${into} as "accountId", v.period_key as "periodKey" from visit v
    where v.region_id = ${regionId} and v.account_id = ${from} and exists (
      select from visit w where w.region_id = v.region_id and w.activity_id = v.activity_id
        and w.account_id = ${into} and w.period_key = v.period_key)
  `.execute(trx);
  return rows;
}
