import { Kysely, PostgresDialect, type LogEvent } from 'kysely';
import { Pool, types } from 'pg';
import type { CustomTypesConfig } from 'pg';
import type { Database } from './tables.ts';

const CONNECTIONS_MAX = 10;
const STATEMENT_MS_MAX = 30_000;
const IDLE_IN_TRANSACTION_MS_MAX = 60_000;
const CONNECT_MS_MAX = 5_000;
const SQL_SHOWN_MAX = 1_000;

const BIGINT = types.builtins.INT8;
const DATE = types.builtins.DATE;

/** How values come out of PostgreSQL, for each connection of the server. */
export const valueParsers: CustomTypesConfig = {
  getTypeParser(oid, format) {
    // Only binary results have the second form, and nothing here asks for them.
    if (format === 'binary') return types.getTypeParser(oid, 'binary');
    if (oid === BIGINT) return parseBigint;
    // A civil day is a text (2026-11-23): as a Date it would move with the zone of this machine.
    if (oid === DATE) return (text: string) => text;
    return types.getTypeParser(oid, 'text');
  },
};

/** `searchPath`: another schema than `public`, for a restore. */
export function createPool(url: string, { searchPath }: { searchPath?: string } = {}): Pool {
  const pool = new Pool({
    connectionString: url,
    types: valueParsers,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    statement_timeout: STATEMENT_MS_MAX,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS_MAX,
    application_name: 'streekbalie',
    ...(searchPath !== undefined && { options: `-c search_path=${searchPath}` }),
  });
  // A connection that breaks leaves the pool by itself, and its query or the next one says what is wrong. Without
  // a listener the event would end the process: the pool listens only to connections that nobody uses.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** A statement and how long it took: its text, with $1 where a value was. */
export type SlowQuery = { readonly sql: string; readonly ms: number };

export type WatchOptions = { readonly overMs: number; readonly onSlow: (query: SlowQuery) => void };

export function createDatabase(pool: Pool, watch?: WatchOptions): Kysely<Database> {
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    ...(watch && watch.overMs > 0 && { log: (event) => tellIfSlow(event, watch) }),
  });
}

function tellIfSlow({ query, queryDurationMillis: ms }: LogEvent, { overMs, onSlow }: WatchOptions): void {
  // Never query.parameters: those are values of people.
  if (ms >= overMs)
    onSlow({ sql: query.sql.replace(/\s+/g, ' ').trim().slice(0, SQL_SHOWN_MAX), ms: Math.round(ms) });
}

/** A sum or a sequence beyond 2^53 would round in silence: refuse to read it. */
function parseBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a number`);
  return value;
}
