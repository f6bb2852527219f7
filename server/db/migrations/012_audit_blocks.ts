// The audit in sealed blocks: each covers some entries, follows the block before it, and is signed (server/audit/block.ts).
// The entries themselves stay as they are: writing one costs nothing more.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table audit_block (
      region_id integer not null references region,
      block_no integer not null,
      -- Exactly which entries. A number that is left out was rolled back, or committed late and stands in a later block.
      entries int8multirange not null,
      -- SHA-256 of each entry, in the order of their numbers.
      entry_hashes bytea not null,
      previous_hash bytea not null,
      hash bytea not null,
      sealed_at bigint not null,
      key_id text not null,
      signature bytea not null,
      primary key (region_id, block_no)
    );
    create trigger audit_block_for_ever before update or delete on audit_block
      for each row execute function forbid_change();
  `.execute(db);
}
