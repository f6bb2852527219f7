import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Database } from './db/tables.ts';
import type { Ids } from './ids.ts';
import type { Keys } from './keys.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { Mailer } from './mail/mailer.ts';

/** Everything the rooms may use of the world; a service takes only the keys it needs. */
export interface Context {
  config: Config;
  /** The address people and phones use: no slash at the end. */
  appUrl: string;
  db: Kysely<Database>;
  pool: Pool;
  keys: Keys;
  clock: Clock;
  log: Logger;
  ids: Ids;
  mail: Mailer;
  metrics: Metrics;
  /** False while the disk of the embedded database is nearly full: then nothing is written (disk-room.ts). */
  hasRoom: () => boolean;
  /** Aborted when the server begins to stop: long answers (event streams) end then. */
  stopping: AbortSignal;
}
