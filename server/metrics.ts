// Figures for who keeps the server running, as Prometheus text. Counts, times and sizes only: routes by their pattern, nothing
// of a person, a phone, a card or a place. Off until the settings name who may read them (docs/adr/014).
import { timingSafeEqual, createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Clock } from './clock.ts';
import type { Database } from './db/tables.ts';
import { VERSION } from './version.ts';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const PREFIX = 'streekbalie_';

export interface Metrics {
  request(method: string, route: string, status: number, seconds: number): void;
  commands(what: 'taken' | 'ruled' | 'held', count: number): void;
  slowQuery(): void;
  streamOpened(): void;
  streamClosed(): void;
  housekeeping(outcome: 'done' | 'failed', rowsDeleted: number): void;
  text(): Promise<string>;
  readonly contentType: string;
}

export type MetricsParts = {
  readonly pool: Pool;
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly hasRoom: () => boolean;
};

/** `ofProcess`: memory, processor and event loop too; once in a process. */
export function createMetrics(parts: MetricsParts, { ofProcess = false } = {}): Metrics {
  const register = new Registry();
  const registers = [register];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: PREFIX + name, help, labelNames, registers });
  const gauge = (name: string, help: string, read?: (this: Gauge) => void | Promise<void>) =>
    new Gauge({ name: PREFIX + name, help, registers, ...(read && { collect: read }) });

  const requests = new Histogram({
    name: `${PREFIX}http_request_seconds`,
    help: 'Answers by method, pattern of the route and status, and how long they took.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: SECONDS,
    registers,
  });
  const commands = counter(
    'sync_commands_total',
    'Commands in answers to /api/sync, those sent a second time too: receipts given, rulings told, held for a decision.',
    ['what'],
  );
  const slow = counter('slow_queries_total', 'Statements that took longer than SLOW_QUERY_MS.');
  const streams = gauge('event_streams', 'Open event streams of desks and phones.');
  const rounds = counter('housekeeping_rounds_total', 'Rounds of housekeeping by outcome.', ['outcome']);
  const tidied = counter('housekeeping_rows_total', 'Rows that housekeeping deleted.');
  const tidiedAt = gauge('housekeeping_last_done_seconds', 'When a round was last done, as Unix time.');

  new Gauge({
    name: `${PREFIX}version_info`,
    help: 'The version that runs.',
    labelNames: ['version'],
    registers,
  }).set({ version: VERSION }, 1);
  gauge('disk_has_room', '1 while the disk of the embedded database has room to write.', function () {
    this.set(parts.hasRoom() ? 1 : 0);
  });
  const { pool } = parts;
  gauge('pool_connections', 'Connections to the database.', function () {
    this.set(pool.totalCount);
  });
  gauge('pool_idle', 'Of those, the ones that wait for work.', function () {
    this.set(pool.idleCount);
  });
  gauge('pool_waiting', 'Requests that wait for a connection.', function () {
    this.set(pool.waitingCount);
  });
  const readBacklog = shared(() => backlogOf(parts));
  for (const [name, help] of Object.entries(BACKLOG)) {
    gauge(name, help, async function () {
      const found = (await readBacklog())?.[name as keyof typeof BACKLOG]; // the keys of BACKLOG
      // Nothing is better than a wrong nought: the database is away.
      if (found === undefined) this.reset();
      else this.set(found);
    });
  }
  if (ofProcess) collectDefaultMetrics({ register });

  return {
    request: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    commands: (what, count) => commands.inc({ what }, count),
    slowQuery: () => slow.inc(),
    streamOpened: () => streams.inc(),
    streamClosed: () => streams.dec(),
    housekeeping(outcome, rowsDeleted) {
      rounds.inc({ outcome });
      tidied.inc(rowsDeleted);
      if (outcome === 'done') tidiedAt.set(parts.clock.now() / 1_000);
    },
    text: () => register.metrics(),
    contentType: register.contentType,
  };
}

/** Compared without telling by its time how much of it was right. */
export function isMetricsToken(token: string, authorization: string | undefined): boolean {
  const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hashOf(`Bearer ${token}`), hashOf(authorization ?? ''));
}

const BACKLOG = {
  commands_unsettled: 'Commands that wait for a decision or a last ruling.',
  commands_oldest_unsettled_seconds: 'How long the oldest of them has waited.',
  mail_waiting: 'Letters that have not left yet.',
  mail_oldest_waiting_seconds: 'How long the oldest of them has waited.',
} as const;

async function backlogOf({
  db,
  clock,
}: MetricsParts): Promise<Record<keyof typeof BACKLOG, number> | undefined> {
  try {
    const { rows } = await sql<{
      commands: number;
      since: number | null;
      mail: number;
      mail_since: number | null;
    }>`
      with unsettled as (
        select r.ruled_at from ruling r
        where r.outcome in ('pending', 'quarantined') and not exists (
          select from ruling l where l.region_id = r.region_id and l.command_id = r.command_id and l.n > r.n)
      ), mail as (select created_at from outgoing_mail where sent_at is null)
      select (select count(*)::int from unsettled) as commands, (select min(ruled_at) from unsettled) as since,
        (select count(*)::int from mail) as mail, (select min(created_at) from mail) as mail_since
    `.execute(db);
    const [row] = rows;
    if (!row) return undefined;
    const age = (since: number | null): number =>
      since === null ? 0 : Math.max(0, clock.now() - since) / 1_000;
    return {
      commands_unsettled: row.commands,
      commands_oldest_unsettled_seconds: age(row.since),
      mail_waiting: row.mail,
      mail_oldest_waiting_seconds: age(row.mail_since),
    };
  } catch {
    return undefined; // the database is away, and other figures say so
  }
}

/** One answer for the gauges of one reading. */
function shared<T>(read: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= read().finally(() => (underWay = undefined));
    return underWay;
  };
}
