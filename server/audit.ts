// Who did what, for ever: the table refuses changes (migration 001). No card number and no name in the detail.
import type { AuditAction } from '#domain/audit/audit-action.ts';
import type { Kysely } from 'kysely';
import type { Database } from './db/tables.ts';

export type AuditEntry = {
  readonly regionId: number;
  readonly at: number;
  /** `user:<id>`, `device:<id>` or `system`. */
  readonly actor: string;
  readonly action: AuditAction;
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>>;
};

export async function appendAudit(db: Kysely<Database>, entry: AuditEntry): Promise<void> {
  await db
    .insertInto('audit_entry')
    .values({
      region_id: entry.regionId,
      at: entry.at,
      actor: entry.actor,
      action: entry.action,
      subject: entry.subject,
      detail: JSON.stringify(entry.detail ?? {}),
    })
    .execute();
}
