import { setTimeout as delay } from 'node:timers/promises';
import { readAppFiles } from './app-files.ts';
import { createApp } from './app.ts';
import { runSealing } from './audit/seal.ts';
import { runLists } from './bulk/carry-out.ts';
import { systemClock } from './clock.ts';
import { readConfig } from './config.ts';
import type { Environment, Mode } from './config.ts';
import type { Context } from './context.ts';
import { createDatabase, createPool } from './db/database.ts';
import { requireWritableFolder } from './db/embedded/cluster-folder.ts';
import { migrate } from './db/migrate.ts';
import { openDatabase } from './db/open-database.ts';
import { prepareDemo } from './demo/prepare.ts';
import { runHousekeeping } from './housekeeping.ts';
import { listen } from './http-server.ts';
import { randomIds } from './ids.ts';
import { initKeys, readKeys } from './keys.ts';
import { createLogger } from './logger.ts';
import { watchDiskRoom } from './disk-room.ts';
import { createMetrics } from './metrics.ts';
import { serveMetrics } from './metrics-server.ts';
import { createMailer } from './mail/mailer.ts';
import { runMailSender } from './mail/sender.ts';
import { say } from './say.ts';
import { listenForStop } from './stop-signals.ts';
import { createDeskLedger } from './sync/desk-commands.ts';
import { welcome } from './welcome.ts';

// The composition root: read the settings, build the context, listen, stop cleanly.

export interface Surroundings {
  environment: Environment;
  /** The built app; undefined in development, where Vite serves it. */
  appFolder: string | undefined;
}

export async function runServer(
  mode: Exclude<Mode, 'operate'>,
  args: readonly string[],
  { environment, appFolder }: Surroundings,
): Promise<number> {
  const config = readConfig(mode, environment);
  await requireWritableFolder(config.dataDir);
  if (mode === 'start' || args.includes('--init-keys')) {
    const made = await initKeys(config.keyFile, systemClock.now());
    if (made.length > 0) say(`Made keys for ${made.join(', ')} in ${config.keyFile}.`);
    if (mode === 'serve') return 0;
  }
  const keys = await readKeys(config.keyFile);
  const signals = listenForStop(environment);
  const http = await listen(config);
  const stops: (() => Promise<void>)[] = [() => http.stop(signals.hurry)];
  try {
    const database = await openDatabase(config, { role: 'owner', say, onLost: signals.fail });
    stops.push(database.stop);
    const log = createLogger(config.logLevel);
    const room = watchDiskRoom(database.folder, log);
    const pool = createPool(database.url);
    let preparing = config.demo;
    const db = createDatabase(pool, {
      overMs: config.slowQueryMs,
      onSlow: (query) => {
        // Thousands of scans are made at once for the demo: not what somebody needs to read who starts it for the first time.
        if (!preparing) log.warn(query, 'slow query');
        metrics.slowQuery();
      },
    });
    const metrics = createMetrics(
      { pool, db, clock: systemClock, hasRoom: room.hasRoom },
      { ofProcess: true },
    );
    stops.push(() => db.destroy());
    const applied = await migrate(db);
    if (applied.length > 0) say(`Brought the database up to date: ${applied.join(', ')}.`);

    const context: Context = {
      config,
      appUrl: config.appUrl ?? http.url,
      db,
      pool,
      keys,
      clock: systemClock,
      log,
      ids: randomIds,
      mail: createMailer(config, db, systemClock, randomIds),
      metrics,
      hasRoom: room.hasRoom,
      stopping: signals.stopping,
    };
    if (config.demo) await prepareDemo(context, say);
    preparing = false;
    const files = appFolder === undefined ? undefined : await readAppFiles(appFolder);
    http.handle(createApp(context, files).fetch);
    if (config.mail) {
      const sending = runMailSender({ ...context, mail: config.mail });
      stops.push(() => sending);
    }
    const tidying = runHousekeeping(context);
    stops.push(() => tidying);
    const lists = runLists({ ...context, ledger: createDeskLedger(context) });
    stops.push(() => lists);
    const sealing = runSealing(context);
    stops.push(() => sealing);
    if (config.metrics.address) {
      const figures = await serveMetrics(context, config.metrics.address);
      stops.push(() => figures.stop(signals.hurry));
    }
    await welcome(context, http.url);
    await signals.stopped;
    say('Stopping.');
    // "Not ready" is said already, and streams end; a load balancer needs a moment to send nobody here any more.
    if (config.drainMs > 0)
      await delay(config.drainMs, undefined, { signal: signals.hurry }).catch(() => undefined); // hurry ends it
    room.stop();
  } finally {
    signals.stop();
    // In order: the last answer, then the connections, then the database server itself.
    const [stopHttp, stopDatabase, ...others] = stops;
    await stopHttp?.();
    for (const stop of others.reverse()) await stop();
    await stopDatabase?.();
    signals.release();
  }
  return signals.exitCode();
}
