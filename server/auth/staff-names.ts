import { sql, type Kysely } from 'kysely';
import type { Database } from '../db/tables.ts';

/** What a screen calls those who did something; who has no account any more is left out. */
export async function readStaffNames(
  db: Kysely<Database>,
  actors: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ actor: string; name: string }>`
    select 'user:' || id as actor, name from auth_user where 'user:' || id = any(${[...new Set(actors)]}::text[])
  `.execute(db);
  return new Map(rows.map(({ actor, name }) => [actor, name]));
}
