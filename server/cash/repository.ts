// What was paid at a counter, in tables that only grow: the database itself refuses an entry that does not sum to zero, one on a
// day that is closed, and every change.
import { sql, type Kysely, type Selectable } from 'kysely';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import type { Entry } from '#domain/ledger/ledger.ts';
import type { Voucher } from '#domain/cash/voucher.ts';
import type { Database } from '../db/tables.ts';

export type Db = Kysely<Database>;
export type CashRow = Selectable<Database['cash_entry']>;

/** Until the end of the transaction nobody else writes in this till: numbers follow each other, and its days close once. */
export async function lockTill(db: Db, regionId: number, organisationId: string): Promise<void> {
  await sql`select 1 from organisation where region_id = ${regionId} and organisation_id = ${organisationId}
    for no key update`.execute(db);
}

/** The last day that is closed. */
export async function findClosedThrough(
  db: Db,
  regionId: number,
  organisationId: string,
): Promise<CivilDay | undefined> {
  const row = await db
    .selectFrom('cash_close')
    .select('day')
    .where('region_id', '=', regionId)
    .where('organisation_id', '=', organisationId)
    .orderBy('day', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.day;
}

/** The number that follows in that year; only under lockTill. */
export async function nextReceiptNo(
  db: Db,
  regionId: number,
  organisationId: string,
  year: number,
): Promise<number> {
  const row = await db
    .selectFrom('cash_entry')
    .select('receipt_no')
    .where('region_id', '=', regionId)
    .where('organisation_id', '=', organisationId)
    .where('receipt_year', '=', year)
    .orderBy('receipt_no', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (row?.receipt_no ?? 0) + 1;
}

/** 2026-0042 */
export const receiptText = ({
  receipt_year,
  receipt_no,
}: Pick<CashRow, 'receipt_year' | 'receipt_no'>): string =>
  `${receipt_year ?? ''}-${String(receipt_no ?? '').padStart(4, '0')}`;

export async function insertCashEntry(
  db: Db,
  row: CashRow,
  { postings }: Pick<Entry, 'postings'>,
): Promise<void> {
  await db.insertInto('cash_entry').values(row).execute();
  if (postings.length === 0) return;
  await db
    .insertInto('cash_posting')
    .values(
      postings.map(({ accountId, amount }, line) => ({
        region_id: row.region_id,
        entry_id: row.entry_id,
        line,
        organisation_id: row.organisation_id,
        account: accountId,
        cents: amount,
      })),
    )
    .execute();
}

export const findCashEntry = (db: Db, regionId: number, entryId: string): Promise<CashRow | undefined> =>
  db
    .selectFrom('cash_entry')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('entry_id', '=', entryId)
    .executeTakeFirst();

export const findEntryOfAct = (db: Db, regionId: number, actId: string): Promise<CashRow | undefined> =>
  db
    .selectFrom('cash_entry')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('act_id', '=', actId)
    .executeTakeFirst();

type VoucherRow = Selectable<Database['voucher']>;

export const voucherOf = (row: VoucherRow): Voucher => ({
  voucherId: row.voucher_id,
  code: row.code,
  kind: row.kind,
  value: row.value,
  nisCode: row.nis_code,
  from: row.from_day,
  until: row.until_day,
  usesMax: row.uses_max,
  ended: row.ended_at !== null,
});

/** With `lock` until the end of the transaction: of two desks with the last use of a code one waits, and then sees it used. */
export async function findVoucher(
  db: Db,
  regionId: number,
  code: string,
  lock: boolean,
): Promise<Voucher | undefined> {
  const row = await db
    .selectFrom('voucher')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('code', '=', code)
    .$if(lock, (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
  return row && voucherOf(row);
}

/** How often each was used; what was corrected came back. */
export async function countVoucherUses(
  db: Db,
  regionId: number,
  voucherIds: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await sql<{ voucher_id: string; used: number }>`
    select voucher_id, count(*) filter (where kind = 'sale') - count(*) filter (where kind = 'correction') as used
    from cash_entry where region_id = ${regionId} and voucher_id = any(${[...voucherIds]}::uuid[]) group by voucher_id
  `.execute(db);
  return new Map(rows.map(({ voucher_id, used }) => [voucher_id, used]));
}

export const listVouchers = (db: Db, regionId: number, max: number): Promise<VoucherRow[]> =>
  db
    .selectFrom('voucher')
    .selectAll()
    .where('region_id', '=', regionId)
    .orderBy('until_day', 'desc')
    .orderBy('code')
    .limit(max)
    .execute();

/** False when the code is taken. */
export async function insertVoucher(db: Db, row: VoucherRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('voucher')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export const findVoucherById = (
  db: Db,
  regionId: number,
  voucherId: string,
): Promise<VoucherRow | undefined> =>
  db
    .selectFrom('voucher')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('voucher_id', '=', voucherId)
    .executeTakeFirst();

export async function endVoucher(
  db: Db,
  regionId: number,
  voucherId: string,
  { at, actor }: { readonly at: number; readonly actor: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('voucher')
    .set({ ended_at: at, ended_by: actor })
    .where('region_id', '=', regionId)
    .where('voucher_id', '=', voucherId)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
