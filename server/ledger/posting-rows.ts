// The ledger: accounts locked in one order, postings that only come, balances that follow.
import { sql, type Kysely } from 'kysely';
import type { Database } from '../db/tables.ts';
import type { AccountKind, Entry } from '#domain/ledger/ledger.ts';
import { plain } from '../db/array-parameter.ts';

type Trx = Kysely<Database>;

/** `n`: of the entries that one command or act makes. */
export type BatchEntry = Entry & {
  readonly commandId: string;
  readonly n: number;
  readonly correctsN?: number;
};

export async function lockAccounts(
  trx: Trx,
  regionId: number,
  accounts: readonly { accountId: string; kind: AccountKind }[],
): Promise<void> {
  const kinds = new Map(accounts.map(({ accountId, kind }) => [accountId, kind]));
  const ids = [...kinds.keys()].sort();
  const held = ids.filter((id) => kinds.get(id) !== 'issued');
  const locked = new Set(await lockOpened(trx, regionId, held));
  const missing = ids.filter((id) => !locked.has(id));
  if (missing.length === 0) return;
  const { rows } = await sql<{ account_id: string }>`
    insert into account (region_id, account_id, kind, balance)
    select ${regionId}, id, kind, case when kind = 'issued' then null else 0 end
    from unnest(${plain(missing)}::uuid[], ${plain(missing.map((id) => kinds.get(id)))}::text[]) as a (id, kind)
    on conflict do nothing returning account_id
  `.execute(trx);
  for (const { account_id } of rows) locked.add(account_id);
  // Two batches may open the same account: whoever came second waits here.
  await lockOpened(
    trx,
    regionId,
    held.filter((id) => !locked.has(id)),
  );
}

/** In the order of their ids, so that two batches wait for each other and never both. */
async function lockOpened(trx: Trx, regionId: number, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{ account_id: string; merged_into: string | null }>`
    select account_id, merged_into from account where region_id = ${regionId} and account_id = any(${plain(ids)}::uuid[])
    order by account_id for no key update
  `.execute(trx);
  if (rows.some(({ merged_into }) => merged_into !== null)) throw new AccountMoved();
  return rows.map(({ account_id }) => account_id);
}

/** Its person was merged into another file meanwhile: whoever read the card before that begins anew. */
class AccountMoved extends Error {
  /** As PostgreSQL says that a transaction has to be tried again. */
  readonly code = '40001';
}

export async function post(
  trx: Trx,
  regionId: number,
  entries: readonly BatchEntry[],
  at: number,
): Promise<void> {
  const lines = entries.flatMap((entry, index) =>
    entry.postings.map((posting, line) => ({ ...posting, line, index: index + 1 })),
  );
  if (lines.length === 0) return;
  await sql`
    insert into posting (region_id, command_id, n, line, account_id, unit, amount, corrects_n, posted_at)
    select ${regionId}, e.id, e.n, p.line, p.account, p.unit, p.amount, e.corrects, ${at}
    from unnest(
      ${plain(lines.map((l) => l.index))}::int[], ${plain(lines.map((l) => l.line))}::int[], ${plain(lines.map((l) => l.accountId))}::uuid[],
      ${plain(lines.map((l) => l.unit))}::text[], ${plain(lines.map((l) => l.amount))}::bigint[]
    ) as p (entry, line, account, unit, amount)
    join unnest(
      ${plain(entries.map((e) => e.commandId))}::uuid[], ${plain(entries.map((e) => e.n))}::int[], ${plain(entries.map((e) => e.correctsN))}::int[]
    ) with ordinality as e (id, n, corrects, entry) on e.entry = p.entry
  `.execute(trx);
  const deltas = new Map<string, number>();
  for (const { accountId, amount } of lines) deltas.set(accountId, (deltas.get(accountId) ?? 0) + amount);
  await sql`
    update account a set balance = a.balance + d.delta
    from unnest(${plain([...deltas.keys()])}::uuid[], ${plain([...deltas.values()])}::bigint[]) as d (account_id, delta)
    where a.region_id = ${regionId} and a.account_id = d.account_id and a.balance is not null and d.delta <> 0
  `.execute(trx);
}
