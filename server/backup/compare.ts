// Are two copies the same? Of each table the number of rows and a sum over what is in them, in any order. Row for row and column
// for column: the sums of the ledger, the audit and its seals are among them.
import type { ClientBase } from 'pg';
import { escapeIdentifier } from 'pg';
import { qualified, type Table } from './tables.ts';

export type TableSums = ReadonlyMap<string, string>;

/** How values are written as text must not differ between the two servers. */
const SAME_TEXT = `set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'postgres'; set bytea_output = 'hex'; set extra_float_digits = 1`;

export async function readSums(
  client: ClientBase,
  schema: string,
  tables: readonly Table[],
): Promise<TableSums> {
  await client.query(SAME_TEXT);
  const sums = new Map<string, string>();
  for (const { name, columns } of tables) {
    // jsonb_build_array, and not row(): one text for each value, whatever its type is called there.
    const values = columns.map((column) => `t.${escapeIdentifier(column)}::text`).join(', ');
    const { rows } = await client.query<{ sum: string }>(
      `select count(*) || ' rows, sum ' || coalesce(sum(('x' || left(md5(array[${values}]::text), 15))::bit(60)::bigint), 0) as sum
         from ${qualified(schema, name)} t`,
    );
    sums.set(name, rows[0]?.sum ?? '');
  }
  return sums;
}

/** Points and money in the ledger, as an accountant would ask. */
export async function readLedger(client: ClientBase, schema: string): Promise<string> {
  const { rows } = await client.query<{ total: string }>(
    `select (select count(*) from ${qualified(schema, 'posting')}) || ' postings, '
       || (select coalesce(sum(amount), 0) from ${qualified(schema, 'posting')} where amount > 0) || ' given, '
       || (select coalesce(sum(balance), 0) from ${qualified(schema, 'account')}) || ' on accounts' as total`,
  );
  return rows[0]?.total ?? '';
}

/** Names of the tables that differ. */
export function differences(one: TableSums, other: TableSums): string[] {
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].filter((name) => one.get(name) !== other.get(name));
}
