// Change that goes into a till or comes out of it, beside what is paid (docs/adr/019): no receipt, as a close has none.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table cash_entry
      drop constraint cash_entry_kind_check,
      drop constraint cash_entry_check1,
      add constraint cash_entry_kind_check check (kind in ('sale', 'correction', 'close', 'change')),
      add constraint cash_entry_has_receipt check (kind in ('close', 'change') or receipt_no is not null);
  `.execute(db);
}
