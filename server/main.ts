import { runAdmin } from './auth/admin-cli.ts';
import { readAppFiles } from './app-files.ts';
import { createApp } from './app.ts';
import { systemClock } from './clock.ts';
import { readConfig } from './config.ts';
import type { Config, Environment, Mode } from './config.ts';
import type { Context } from './context.ts';
import { createDatabase, createPool } from './db/database.ts';
import { requireWritableFolder } from './db/embedded/cluster-folder.ts';
import { migrate } from './db/migrate.ts';
import { openDatabase } from './db/open-database.ts';
import { announceDemo, type DemoAnnouncement } from './demo/announce.ts';
import { prepareDemo } from './demo/prepare.ts';
import { DEMO_PASSWORD } from './demo/staff.ts';
import { listen } from './http-server.ts';
import { randomIds } from './ids.ts';
import { initKeys, readKeys } from './keys.ts';
import { createLogger } from './logger.ts';
import { createMailer } from './mail/mailer.ts';
import { runMailSender } from './mail/sender.ts';
import { OperatorError } from './operator-error.ts';
import { listenForStop } from './stop-signals.ts';

// The composition root: read the settings, build the context, listen, stop cleanly. scripts/launch.mjs calls it in
// its own process, so that signals reach one program only.

export interface Surroundings {
  environment: Environment;
  /** The built app; undefined in development, where Vite serves it. */
  appFolder: string | undefined;
}

/** Runs one command and gives its exit code. */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const [command, ...rest] = args;
  try {
    if (command === 'start' || command === 'serve') return await runServer(command, rest, surroundings);
    if (command === 'migrate') return await runMigrations(readConfig('start', surroundings.environment));
    if (command === 'admin') return await runAdminCommand(rest, surroundings.environment);
    throw new OperatorError(`There is no command ${command ?? '(none)'}.`);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

async function runServer(mode: Mode, args: readonly string[], surroundings: Surroundings): Promise<number> {
  const config = readConfig(mode, surroundings.environment);
  await requireWritableFolder(config.dataDir);
  if (mode === 'start' || args.includes('--init-keys')) {
    const made = await initKeys(config.keyFile, systemClock.now());
    if (made.length > 0) say(`Made keys for ${made.join(', ')} in ${config.keyFile}.`);
    if (mode === 'serve') return 0;
  }
  const keys = await readKeys(config.keyFile);
  const signals = listenForStop(surroundings.environment);
  const http = await listen(config);
  const stops: (() => Promise<void>)[] = [() => http.stop(signals.hurry)];
  try {
    const database = await openDatabase(config, { role: 'owner', say, onLost: signals.fail });
    stops.push(database.stop);
    const pool = createPool(database.url);
    const db = createDatabase(pool);
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
      log: createLogger(config.logLevel),
      ids: randomIds,
      mail: createMailer(config, db, systemClock, randomIds),
      stopping: signals.stopping,
    };
    if (config.demo) await prepareDemo(context, say);
    const files =
      surroundings.appFolder === undefined ? undefined : await readAppFiles(surroundings.appFolder);
    http.handle(createApp(context, files).fetch);
    if (config.mail) {
      const sending = runMailSender({ ...context, mail: config.mail });
      stops.push(() => sending);
    }
    announce(config, http.url, context.appUrl, config.demo ? await announceDemo(context) : undefined);
    await signals.stopped;
    say('Stopping.');
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

function announce(
  config: Config,
  listening: string,
  appUrl: string,
  demo: DemoAnnouncement | undefined,
): void {
  say('');
  say(`Streekbalie is ready: ${appUrl}`);
  if (config.appUrl !== undefined && config.appUrl !== listening) say(`Listening on ${listening}`);
  if (!appUrl.startsWith('https:')) {
    say('A real phone needs https: see docs/RUNBOOK.md, "A phone on your network".');
  }
  if (demo) announceDemoRegion(demo);
  say('Ctrl-C stops it.');
}

function announceDemoRegion({ signIns, enrolUrl, activityTitle }: DemoAnnouncement): void {
  say('');
  say(`Demo region: invented people. The desk is at /balie; the password is always ${DEMO_PASSWORD}.`);
  for (const { email, as } of signIns) say(`  ${email.padEnd(40)} ${as}`);
  say(`A phone for "${activityTitle}", within ten minutes: ${enrolUrl}`);
  say('');
}

/** Beside a running server, or alone. */
async function runAdminCommand(args: readonly string[], environment: Environment): Promise<number> {
  const config = readConfig('start', environment);
  const database = await openDatabase(config, { role: 'visitor', say });
  const pool = createPool(database.url);
  const db = createDatabase(pool);
  try {
    return await runAdmin(args, {
      appUrl: config.appUrl ?? `http://localhost:${config.port}`,
      db,
      keys: await readKeys(config.keyFile),
      clock: systemClock,
      log: createLogger(config.logLevel),
      ids: randomIds,
      mail: createMailer(config, db, systemClock, randomIds),
    });
  } finally {
    await db.destroy();
    await database.stop();
  }
}

async function runMigrations(config: Config): Promise<number> {
  const database = await openDatabase(config, { role: 'owner', say });
  const db = createDatabase(createPool(database.url));
  try {
    const applied = await migrate(db);
    say(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.');
    return 0;
  } finally {
    await db.destroy();
    await database.stop();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
