// Reading the audit: the newest first, of one person who acted, or about one thing. An entry without these is found by its number only.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`create index audit_by_time on audit_entry (region_id, at desc, audit_id desc)`.execute(db);
  await sql`create index audit_by_actor on audit_entry (region_id, actor, at desc, audit_id desc)`.execute(
    db,
  );
  await sql`create index audit_by_subject on audit_entry (region_id, subject, at desc, audit_id desc)`.execute(
    db,
  );
}
