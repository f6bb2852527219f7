import { createPool, createDatabase } from '#server/db/database.ts';
import { readConfig } from '#server/config.ts';
import type { Environment } from '#server/config.ts';
import type { Context } from '#server/context.ts';
import { systemClock } from '#server/clock.ts';
import { randomIds } from '#server/ids.ts';
import { initKeys, readKeys } from '#server/keys.ts';
import { createLogger } from '#server/logger.ts';
import { createMailer } from '#server/mail/mailer.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestContext {
  context: Context;
  close(): Promise<void>;
}

/** The context of a real server on the given database, with fresh keys; `changes` replaces what a test steers. */
export async function openContext(
  url: string,
  environment: Environment = {},
  changes: Partial<Context> = {},
): Promise<TestContext> {
  const dataDir = await mkdtemp(join(tmpdir(), 'streekbalie-context-'));
  const config = readConfig('start', {
    DATA_DIR: dataDir,
    DATABASE_URL: url,
    LOG_LEVEL: 'silent',
    ...environment,
  });
  await initKeys(config.keyFile, systemClock.now());
  const pool = createPool(url);
  const db = createDatabase(pool);
  const stop = new AbortController();
  const context: Context = {
    config,
    appUrl: config.appUrl ?? 'http://localhost:3000',
    db,
    pool,
    keys: await readKeys(config.keyFile),
    clock: systemClock,
    log: createLogger(config.logLevel),
    ids: randomIds,
    mail: createMailer(config, db, systemClock, randomIds),
    stopping: stop.signal,
    ...changes,
  };
  return {
    context,
    async close() {
      stop.abort();
      await db.destroy();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
