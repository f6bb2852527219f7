import { Client } from 'pg';
import { codeOf } from '../../operator-error.ts';

// The live owner of an embedded server holds one advisory lock in it. A killed owner loses its connection and
// with it the lock, so "locked" means "somebody lives": no pid file can say that.

const LOCK_KEY = 7_783_352; // any number, the same in every version
const CONNECT_MS = 2_000;

export type LockAttempt =
  | { is: 'ours'; client: Client }
  | { is: 'taken'; ownerPid: number | undefined }
  /** Starting, stopping, or recovering: ask again. */
  | { is: 'no-answer' };

export async function tryOwnerLock(url: string): Promise<LockAttempt> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: `owner ${process.pid}`,
    keepAlive: true,
  });
  // Until the caller listens: a connection that breaks shows in the next query.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const answer = await client.query<{ ours: boolean }>('select pg_try_advisory_lock($1) as ours', [
      LOCK_KEY,
    ]);
    if (answer.rows[0]?.ours === true) return { is: 'ours', client };
    const ownerPid = await readOwner(client);
    await client.end();
    return { is: 'taken', ownerPid };
  } catch (error) {
    await client.end().catch(() => undefined); // it never opened, or broke: nothing to close
    if (isPassing(error)) return { is: 'no-answer' };
    throw error;
  }
}

async function readOwner(client: Client): Promise<number | undefined> {
  const answer = await client.query<{ application_name: string }>(
    `select a.application_name from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted and l.objid = $1`,
    [LOCK_KEY],
  );
  const pid = /^owner (\d+)$/.exec(answer.rows[0]?.application_name ?? '')?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** 57P*: starting up, shutting down; the others: no socket yet, or a connection cut by a stopping server. */
function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return /^57P|^ECONN|^ENOENT$|^EPIPE$/.test(code);
  return error instanceof Error && /terminated|timeout|Connection ended|not queryable/i.test(error.message);
}
