// News between the server processes: LISTEN/NOTIFY through the database, so that an event stream on one process hears
// what another one wrote. News is only "look again"; what changed is read from the tables, so a lost one costs a delay.
import { setTimeout as delay } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { Client } from 'pg';
import * as z from 'zod/mini';
import type { Context } from './context.ts';
import type { Database } from './db/tables.ts';

const CHANNEL = 'streekbalie';
const CONNECT_MS_MAX = 5_000;
const RETRY_MS_MIN = 250;
const RETRY_MS_MAX = 10_000;

export const News = z.object({
  regionId: z.int(),
  topic: z.enum(['check-ins', 'rulings', 'devices', 'activities', 'cards', 'tasks']),
  activityId: z.optional(z.uuid()),
  deviceId: z.optional(z.uuid()),
});
export type News = z.infer<typeof News>;

/** Inside a transaction the news goes out when it commits, and not at all when it does not. */
export async function publish(db: Kysely<Database>, ...news: readonly News[]): Promise<void> {
  if (news.length === 0) return;
  const texts = news.map((item) => JSON.stringify(item));
  await sql`select pg_notify(${CHANNEL}, text) from unnest(${texts}::text[]) as n (text)`.execute(db);
}

export type Listener = {
  readonly onNews: (news: News) => void;
  /** The connection was away: news may have been missed, so look at everything again. */
  readonly onGap: () => void;
};

export interface NewsFeed {
  subscribe(listener: Listener): () => void;
  /** Resolves when the database is being listened to. */
  ready(): Promise<void>;
}

/** One listening connection for the whole process, opened with the first subscriber. */
export function createNewsFeed({
  pool,
  log,
  stopping,
}: Pick<Context, 'pool' | 'log' | 'stopping'>): NewsFeed {
  const listeners = new Set<Listener>();
  let open: Promise<void> | undefined;

  async function connect(): Promise<void> {
    let retryMs = RETRY_MS_MIN;
    while (!stopping.aborted) {
      try {
        await listen();
        return;
      } catch (error) {
        log.warn({ err: error }, 'no news from the database; trying again');
        await delay(retryMs, undefined, { signal: stopping }).catch(() => undefined); // stopping ends the wait
        retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
      }
    }
  }

  async function listen(): Promise<void> {
    const { host, port, user, password, database, connectionString, ssl } = pool.options;
    const client = new Client({
      ...(connectionString === undefined ? { host, port, user, password, database } : { connectionString }),
      ...(ssl !== undefined && { ssl }),
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS_MAX,
      application_name: 'streekbalie news',
    });
    // Before anything else: a connection that breaks without a listener would end the process.
    client.on('error', () => end());
    let over = true;
    const end = (): void => {
      if (over) return;
      over = true;
      stopping.removeEventListener('abort', end);
      client.end().catch(() => undefined); // it is gone already
      if (stopping.aborted) return;
      open = connect().then(() => listeners.forEach((listener) => listener.onGap()));
    };
    client.on('notification', ({ payload }) => tell(payload));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
    } catch (error) {
      client.end().catch(() => undefined); // it never opened, or broke
      throw error;
    }
    over = false;
    client.on('end', end);
    stopping.addEventListener('abort', end);
    if (stopping.aborted) end();
  }

  function tell(payload: string | undefined): void {
    const news = z.safeParse(News, jsonOf(payload));
    if (!news.success) return;
    for (const listener of listeners) listener.onNews(news.data);
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      open ??= connect();
      return () => listeners.delete(listener);
    },
    ready: () => (open ??= connect()),
  };
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined; // not from us
  }
}
