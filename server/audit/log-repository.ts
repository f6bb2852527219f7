import { sql, type Expression, type Kysely, type SqlBool } from 'kysely';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

/** Where a page begins: just before this entry. */
export type Cursor = { readonly at: Instant; readonly auditId: number };

export type LogFilter = {
  readonly actions?: readonly AuditAction[];
  readonly actor?: string;
  readonly subject?: string;
  readonly from?: Instant;
  /** Up to, not with. */
  readonly until?: Instant;
  readonly before?: Cursor;
};

export type LogRow = {
  readonly auditId: number;
  readonly at: Instant;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Record<string, unknown>;
};

export async function listAudit(
  db: Db,
  regionId: number,
  { actions, actor, subject, from, until, before }: LogFilter,
  limit: number,
): Promise<LogRow[]> {
  return db
    .selectFrom('audit_entry')
    .select(['audit_id as auditId', 'at', 'actor', 'action', 'subject', 'detail'])
    .where((eb) => {
      const all: Expression<SqlBool>[] = [eb('region_id', '=', regionId)];
      if (actions) all.push(eb('action', 'in', actions));
      if (actor !== undefined) all.push(eb('actor', '=', actor));
      if (subject !== undefined) all.push(eb('subject', '=', subject));
      if (from !== undefined) all.push(eb('at', '>=', from));
      if (until !== undefined) all.push(eb('at', '<', until));
      if (before) all.push(sql<SqlBool>`(at, audit_id) < (${before.at}, ${before.auditId})`);
      return eb.and(all);
    })
    .orderBy('at', 'desc')
    .orderBy('audit_id', 'desc')
    .limit(limit)
    .execute();
}

/** Names by id, of each kind of thing that has one; what is gone or erased has none. */
export async function readNamesOf(
  db: Db,
  regionId: number,
  kind: 'user' | 'device' | 'passholder' | 'activity' | 'organisation' | 'association',
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await namesOf(db, regionId, kind, ids);
  return new Map(rows.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const])));
}

function namesOf(
  db: Db,
  regionId: number,
  kind: 'user' | 'device' | 'passholder' | 'activity' | 'organisation' | 'association',
  ids: readonly string[],
): Promise<{ id: string; name: string | null }[]> {
  switch (kind) {
    case 'user':
      return db.selectFrom('auth_user').select(['id', 'name']).where('id', 'in', ids).execute();
    case 'device':
      return db
        .selectFrom('device')
        .select(['device_id as id', 'name'])
        .where('region_id', '=', regionId)
        .where('device_id', 'in', ids)
        .execute();
    case 'activity':
      return db
        .selectFrom('activity')
        .select(['activity_id as id', 'title as name'])
        .where('region_id', '=', regionId)
        .where('activity_id', 'in', ids)
        .execute();
    case 'organisation':
      return db
        .selectFrom('organisation')
        .select(['organisation_id as id', 'name'])
        .where('region_id', '=', regionId)
        .where('organisation_id', 'in', ids)
        .execute();
    case 'association':
      return db
        .selectFrom('association')
        .select(['association_id as id', 'name'])
        .where('region_id', '=', regionId)
        .where('association_id', 'in', ids)
        .execute();
    case 'passholder':
      return db
        .selectFrom('passholder')
        .select(['passholder_id as id', sql<string | null>`first_name || ' ' || last_name`.as('name')])
        .where('region_id', '=', regionId)
        .where('passholder_id', 'in', ids)
        .execute();
  }
}

/** Who has this card, or had it. */
export async function findHolderOf(db: Db, regionId: number, number: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('card')
    .select('passholder_id')
    .where('region_id', '=', regionId)
    .where('uitpas_number', '=', number)
    .executeTakeFirst();
  return row?.passholder_id ?? undefined;
}

/** Whoever stands in the audit of this region: one look in the index for each of them, however long it is. */
export async function listActingPeople(
  db: Db,
  regionId: number,
  limit: number,
): Promise<{ userId: string; name: string }[]> {
  const { rows } = await sql<{ userId: string; name: string }>`
    select u.id as "userId", u.name from auth_user u
    where exists (select from audit_entry a where a.region_id = ${regionId} and a.actor = 'user:' || u.id)
    order by u.name, u.id limit ${limit}
  `.execute(db);
  return rows;
}
