import { escapeIdentifier } from 'pg';
import type { ClientBase } from 'pg';

// What the catalogue says about the tables of a schema, in the order in which they can be filled.

export interface Table {
  name: string;
  /** Without what the database writes itself: generated columns, and transaction numbers, which mean nothing in
   *  another cluster. */
  columns: string[];
}

/** Kysely's own tables: the schema is made by the migrations, so their rows are too. */
const NOT_CONTENT = ['kysely_migration', 'kysely_migration_lock'];

/** Every table after the tables it refers to. */
export async function listTables(client: ClientBase, schema: string): Promise<Table[]> {
  const columns = await client.query<{ name: string; columns: string[] }>(
    `select c.relname as name,
            coalesce(array_agg(a.attname::text order by a.attnum)
              filter (where a.attgenerated = '' and a.atttypid <> 'xid8'::regtype), '{}') as columns
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where n.nspname = $1 and c.relkind = 'r' and c.relname <> all ($2)
      group by c.relname order by c.relname`,
    [schema, NOT_CONTENT],
  );
  const references = await client.query<{ name: string; target: string }>(
    `select distinct c.relname as name, t.relname as target
       from pg_constraint k
       join pg_class c on c.oid = k.conrelid
       join pg_class t on t.oid = k.confrelid
       join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and k.contype = 'f' and c.oid <> t.oid`,
    [schema],
  );
  return inOrder(columns.rows, references.rows);
}

export async function listSequences(client: ClientBase, schema: string): Promise<string[]> {
  const found = await client.query<{ name: string }>(
    `select sequencename::text as name from pg_sequences where schemaname = $1 order by 1`,
    [schema],
  );
  return found.rows.map((row) => row.name);
}

export async function hasRows(client: ClientBase, schema: string, table: string): Promise<boolean> {
  const found = await client.query<{ some: boolean }>(
    `select exists (select from ${qualified(schema, table)}) as some`,
  );
  return found.rows[0]?.some === true;
}

export function qualified(schema: string, name: string): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}

export function columnList(table: Table): string {
  return table.columns.map((column) => escapeIdentifier(column)).join(', ');
}

function inOrder(tables: readonly Table[], references: readonly { name: string; target: string }[]): Table[] {
  const ordered: Table[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const waitsFor = (table: Table): boolean =>
      references.some(
        ({ name, target }) => name === table.name && left.some((other) => other.name === target),
      );
    const ready = left.filter((table) => !waitsFor(table));
    if (ready.length === 0) {
      throw new Error(`tables refer to each other in a ring: ${left.map((table) => table.name).join(', ')}`);
    }
    ordered.push(...ready);
    left = left.filter((table) => !ready.includes(table));
  }
  return ordered;
}
