import { resolve } from 'node:path';
import { AUDIT_USAGE, runAudit } from './audit/audit-cli.ts';
import { runAdmin } from './auth/admin-cli.ts';
import { restoreBackup } from './backup/restore-backup.ts';
import { moveDatabase } from './backup/move.ts';
import { writeBackup } from './backup/write-backup.ts';
import { systemClock } from './clock.ts';
import { readConfig } from './config.ts';
import type { Config, Environment } from './config.ts';
import { createDatabase, createPool } from './db/database.ts';
import { readIfPresent } from './db/embedded/cluster-folder.ts';
import { migrate, readMigrationState } from './db/migrate.ts';
import { openDatabase } from './db/open-database.ts';
import { randomIds } from './ids.ts';
import { isKeyPurpose, keyPurposes, readKeys, rotateKey } from './keys.ts';
import { createLogger } from './logger.ts';
import { createMailer } from './mail/mailer.ts';
import { OperatorError } from './operator-error.ts';
import { say } from './say.ts';
import { VERSION } from './version.ts';

// What an operator does beside the server: administrators, keys, backup, restore, migrations, looking into the audit.

const PASSPHRASE_CHARACTERS_MIN = 12;

/** Runs one command and gives its exit code. */
export async function runOperatorCommand(
  command: string | undefined,
  args: readonly string[],
  environment: Environment,
): Promise<number> {
  const config = readConfig('operate', environment);
  switch (command) {
    case 'migrate':
      return runMigrations(config);
    case 'admin':
      return args[0] === 'rotate-key' ? rotate(config, args[1]) : administer(config, args);
    case 'backup':
      return backUp(config, args, environment);
    case 'move':
      return move(config);
    case 'restore':
      return restore(config, args, environment);
    case 'audit':
      return audit(config, args, environment);
    default:
      throw new OperatorError(`There is no command ${command ?? '(none)'}.`);
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

/** Beside a running server, or alone on a database that may still be empty. */
async function administer(config: Config, args: readonly string[]): Promise<number> {
  const keys = await readKeys(config.keyFile);
  const database = await openDatabase(config, { role: 'visitor', say });
  const db = createDatabase(createPool(database.url));
  try {
    await migrate(db);
    return await runAdmin(args, {
      appUrl: config.appUrl ?? `http://localhost:${config.port}`,
      db,
      keys,
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

async function rotate(config: Config, purpose = ''): Promise<number> {
  if (!isKeyPurpose(purpose)) {
    throw new OperatorError(`Use: npm run admin -- rotate-key ${keyPurposes.join(' | ')}`);
  }
  const id = await rotateKey(config.keyFile, purpose, systemClock.now());
  say(`The newest key for ${purpose} is now ${id}; older ones still check what they made.`);
  say('A running server takes it up when it is started again.');
  return 0;
}

async function backUp(config: Config, args: readonly string[], environment: Environment): Promise<number> {
  const file = readFileArgument(args, environment, 'npm run backup -- FILE');
  const passphrase = readPassphrase(environment);
  const database = await openDatabase(config, { role: 'visitor', say });
  try {
    const now = new Date(systemClock.now());
    const done = await writeBackup({ databaseUrl: database.url, passphrase, version: VERSION, now }, file);
    say(`Wrote ${file}: ${done.tables} tables, ${done.rows} rows, ${done.bytes} bytes, read back and whole.`);
    say(`The keys are not in it: keep a copy of ${config.keyFile} elsewhere, and the passphrase too.`);
    return 0;
  } finally {
    await database.stop();
  }
}

async function restore(config: Config, args: readonly string[], environment: Environment): Promise<number> {
  const file = readFileArgument(args, environment, 'npm run restore -- FILE [--replace]');
  const passphrase = readPassphrase(environment);
  const database = await openDatabase(config, { role: 'owner', say });
  try {
    const target = {
      databaseUrl: database.url,
      passphrase,
      feedEpoch: randomIds.newId(),
      now: new Date(systemClock.now()),
      replace: args.includes('--replace'),
    };
    const done = await restoreBackup(target, file);
    say(`Restored ${done.tables} tables and ${done.rows} rows of the backup made at ${done.madeAt}.`);
    say('Phones send again what this database lacks as soon as they reach the server.');
    return 0;
  } finally {
    await database.stop();
  }
}

/** From the embedded database of DATA_DIR to the server of DATABASE_URL. */
async function move(config: Config): Promise<number> {
  if (config.databaseUrl === undefined) {
    throw new OperatorError('Set DATABASE_URL to the PostgreSQL server to move to; DATA_DIR is what moves.');
  }
  // An owner would make a new database where there is none.
  const passwords = resolve(config.dataDir, 'postgres-passwords.json');
  if ((await readIfPresent(passwords)) === undefined) {
    throw new OperatorError(
      `There is no database in ${config.dataDir}: set DATA_DIR to the folder that moves.`,
    );
  }
  const to = await openDatabase(config, { role: 'owner', say });
  const from = await openDatabase({ ...config, databaseUrl: undefined }, { role: 'owner', say });
  try {
    const now = new Date(systemClock.now());
    const ends = { from: from.url, to: to.url };
    const moved = await moveDatabase({ ...ends, feedEpoch: randomIds.newId(), version: VERSION, now });
    say(`Moved ${moved.tables} tables and ${moved.rows} rows, compared row by row (${moved.ledger}).`);
    say(
      'From now on start the server with this DATABASE_URL and the same DATA_DIR, which still holds the keys.',
    );
    say(`Nothing was changed in ${config.dataDir}: start no server on its own database again.`);
    return 0;
  } finally {
    await from.stop();
    await to.stop();
  }
}

/** Beside a running server; an audit that is looked into is not migrated first. */
async function audit(config: Config, args: readonly string[], environment: Environment): Promise<number> {
  const [command, name] = args;
  const keys = await readKeys(config.keyFile);
  const database = await openDatabase(config, { role: 'visitor', say });
  const db = createDatabase(createPool(database.url));
  try {
    const { missing } = await readMigrationState(db);
    if (missing.length > 0)
      throw new OperatorError('The database is of an older version: run npm run migrate.');
    const file = name === undefined ? undefined : readFileArgument([name], environment, AUDIT_USAGE);
    return await runAudit([command, file], { db, keys, clock: systemClock }, say);
  } finally {
    await db.destroy();
    await database.stop();
  }
}

/** npm runs us in the project folder; the file is meant from where the operator stands. */
function readFileArgument(args: readonly string[], environment: Environment, usage: string): string {
  const name = args.find((arg) => !arg.startsWith('--'));
  if (name === undefined) throw new OperatorError(`Use: ${usage}`);
  return resolve(environment['INIT_CWD'] ?? '.', name);
}

function readPassphrase(environment: Environment): string {
  const passphrase = environment['BACKUP_PASSPHRASE'] ?? '';
  if (passphrase.length >= PASSPHRASE_CHARACTERS_MIN) return passphrase;
  throw new OperatorError(
    `Set BACKUP_PASSPHRASE, at least ${PASSPHRASE_CHARACTERS_MIN} characters: a backup is always encrypted, and without its passphrase nobody can read it.`,
  );
}
