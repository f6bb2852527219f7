import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Client } from 'pg';
import { OperatorError, reasonOf } from '../../operator-error.ts';
import { pollUntil } from '../../poll.ts';
import { provideBinaries } from './binaries.ts';
import type { Binaries } from './binaries.ts';
import {
  clusterMajor,
  findServer,
  initCluster,
  chooseAddress,
  reasonOfEnd,
  removeDrafts,
  removeMisleadingPidFile,
  spawnServer,
  stopServer,
} from './cluster.ts';
import type { Launch, ServerProcess } from './cluster.ts';
import { prepareClusterFolder } from './cluster-folder.ts';
import type { ClusterFolder } from './cluster-folder.ts';
import { readOrMakeCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { findDatabaseUser } from './database-user.ts';
import type { SystemUser } from './database-user.ts';
import { tryOwnerLock } from './owner-lock.ts';

// Who owns the database server of a data folder. Whoever holds the owner lock does, and only the owner stops
// the server. A server without owner (after kill -9 of its owner) is stopped and started again as our child.

const APP = 'streekbalie'; // role and database of the application
const START_MS = 300_000; // replaying a long log after a crash takes its time
/** Between starts that fail, the first and the longest: a full disk is emptied by somebody, sooner or later. */
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 30_000;

/** Only this is no use to wait for. */
class FolderTaken extends OperatorError {}

export interface EmbeddedOptions {
  dataDir: string;
  /** A visitor (backup, admin) uses the server of a living owner, and owns it only where nobody does. */
  role: 'owner' | 'visitor';
  /** Off for test clusters only. */
  fsync?: boolean;
  say: (line: string) => void;
  /** The server is gone for good: another process took the folder. */
  onLost?: (error: unknown) => void;
}

export interface EmbeddedServer {
  /** For the application: no superuser. */
  url: string;
  /** For making databases in tests. */
  adminUrl: string;
  /** Where its files stand. */
  folder: string;
  /** Process number of the server; undefined while it is being started again. */
  pid(): number | undefined;
  /** Stops the server when it is ours; call it after the last query. */
  stop(): Promise<void>;
}

interface Cluster {
  folder: ClusterFolder;
  binaries: Binaries;
  user: SystemUser | undefined;
  credentials: Credentials;
  settings: Readonly<Record<string, string>>;
  say: (line: string) => void;
}

interface Hold {
  server: ServerProcess;
  launch: Launch;
  lock: Client;
}

export async function openEmbeddedServer(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const cluster = await prepareCluster(options);
  const first = await claim(cluster, options.role, undefined);
  if ('visiting' in first) {
    const { cluster: folder } = cluster.folder;
    return {
      ...urls(cluster, first.visiting),
      folder,
      pid: () => first.visiting.pid,
      stop: async () => undefined,
    };
  }
  const embedded = supervise(cluster, first, options.onLost ?? (() => undefined));
  try {
    await removeDrafts(cluster.folder);
    await ensureAppDatabase(cluster, first.server);
    return embedded;
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

async function prepareCluster(options: EmbeddedOptions): Promise<Cluster> {
  const user = await findDatabaseUser();
  const folder = await prepareClusterFolder(options.dataDir, user, options.say);
  const major = await clusterMajor(folder);
  const binaries = await provideBinaries(cacheFolders(folder, user));
  if (major !== undefined && major !== binaries.major) {
    throw new OperatorError(
      `The database in ${folder.dataDir} was made by PostgreSQL ${major} and this version brings PostgreSQL ${binaries.major}: make a backup with the version of Streekbalie that made it, and restore that into an empty data folder.`,
    );
  }
  const credentials = await readOrMakeCredentials(folder.credentialsFile, major !== undefined);
  if (major === undefined) {
    options.say('Making the database.');
    await initCluster(folder, binaries, user, credentials);
  }
  const settings = { ...(await chooseAddress(folder)), fsync: options.fsync === false ? 'off' : 'on' };
  return { folder, binaries, user, credentials, settings, say: options.say };
}

/** Root unpacks where every user can read; others in their own cache; both else beside the cluster. */
function cacheFolders(folder: ClusterFolder, user: SystemUser | undefined): string[] {
  const own = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return [join(user ? '/var/cache' : own, 'streekbalie'), join(dirname(folder.cluster), 'programs')];
}

/** Goes on until we hold the lock of a running server that is our child, or know that somebody else does. */
async function claim(
  cluster: Cluster,
  role: 'owner' | 'visitor',
  ownLaunch: Launch | undefined,
): Promise<Hold | { visiting: ServerProcess }> {
  let launch = ownLaunch;
  const sayOnceItTakesLong = onceAfter(3_000, () => {
    cluster.say('Waiting for the database server; after a crash it first replays its log.');
  });

  const attempt = async (): Promise<Hold | { visiting: ServerProcess } | undefined> => {
    const server = await findServer(cluster.folder);
    if (!server) {
      launch = await launchIfEnded(cluster, launch);
      return undefined;
    }
    const answer = await tryOwnerLock(urls(cluster, server).adminUrl);
    if (answer.is === 'no-answer') {
      sayOnceItTakesLong();
      return undefined;
    }
    if (answer.is === 'taken') {
      if (role === 'visitor') return { visiting: server };
      const who = answer.ownerPid ? ` (${answer.ownerPid})` : '';
      throw new FolderTaken(
        `Another process${who} already uses the data folder ${cluster.folder.dataDir}: stop it first, or set another DATA_DIR.`,
      );
    }
    if (launch && launch.child.pid === server.pid) return { server, launch, lock: answer.client };
    cluster.say('Found a database server without owner on this data folder: stopping it and starting again.');
    await stopServer(server.pid, cluster.folder);
    await answer.client.end().catch(() => undefined); // the stop has ended it already
    return undefined;
  };

  return pollUntil(attempt, {
    timeoutMs: START_MS,
    onTimeout: () =>
      new OperatorError(
        `The database server was not ready within ${START_MS / 1000} seconds: see ${cluster.folder.logFile}.`,
      ),
  });
}

/** A start that fails is tried again, later each time. */
async function claimInTheEnd(
  cluster: Cluster,
  ownLaunch: Launch | undefined,
  signal: AbortSignal,
): Promise<Hold> {
  let launch = ownLaunch;
  for (let waitMs = RETRY_MS; ; waitMs = Math.min(2 * waitMs, RETRY_MS_MAX)) {
    try {
      const claimed = await claim(cluster, 'owner', launch);
      if ('visiting' in claimed) throw new Error('an owner never visits');
      return claimed;
    } catch (error) {
      if (error instanceof FolderTaken) throw error;
      cluster.say(`${reasonOf(error)} Trying again in ${waitMs / 1000} s.`);
      launch = undefined;
      await setTimeout(waitMs, undefined, { signal });
    }
  }
}

/** Two starts at once, or orphans of a killed server that still hold its memory, pass: any other end is a fault. */
async function launchIfEnded(cluster: Cluster, launch: Launch | undefined): Promise<Launch> {
  const { folder } = cluster;
  if (launch && !hasEnded(launch)) return launch;
  if (launch && launch.child.exitCode !== null && launch.child.exitCode !== 0) {
    const reason = await reasonOfEnd(folder, launch);
    if (!/lock file|shared memory block/.test(reason)) {
      throw new OperatorError(
        `The database server stopped while starting (${reason}): see ${folder.logFile}.`,
      );
    }
  }
  await removeMisleadingPidFile(folder);
  return spawnServer(folder, cluster.binaries, cluster.user, cluster.settings);
}

async function ensureAppDatabase(cluster: Cluster, server: ServerProcess): Promise<void> {
  const client = new Client({ connectionString: urls(cluster, server).adminUrl });
  await client.connect();
  try {
    const found = await client.query<{ role: boolean; database: boolean }>(
      `select exists (select from pg_roles where rolname = $1) as role,
              exists (select from pg_database where datname = $1) as database`,
      [APP],
    );
    const password = client.escapeLiteral(cluster.credentials.streekbalie);
    if (!found.rows[0]?.role) await client.query(`create role ${APP} login password ${password}`);
    if (!found.rows[0]?.database) await client.query(`create database ${APP} owner ${APP}`);
  } finally {
    await client.end();
  }
}

/**
 * Starts the server again when it dies under us, as often as it takes: whoever scans goes on meanwhile, and a full disk or
 * too little memory passes.
 */
function supervise(cluster: Cluster, first: Hold, onLost: (error: unknown) => void): EmbeddedServer {
  let hold: Hold | undefined = first;
  let recovering: Promise<void> | undefined;
  const stopping = new AbortController();

  const watch = (current: Hold): void => {
    const lost = (): void => {
      if (stopping.signal.aborted || hold !== current) return;
      hold = undefined;
      recovering = recover(current).catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        stopping.abort();
        onLost(error);
      });
    };
    current.lock.once('end', lost);
    current.launch.child.once('exit', lost);
  };

  const recover = async (lostHold: Hold): Promise<void> => {
    cluster.say('The database server is gone: starting it again.');
    await lostHold.lock.end().catch(() => undefined); // already broken
    const launch = hasEnded(lostHold.launch) ? undefined : lostHold.launch;
    const next = await claimInTheEnd(cluster, launch, stopping.signal);
    hold = next;
    watch(next);
    cluster.say('The database server is back.');
  };

  watch(first);
  return {
    ...urls(cluster, first.server),
    folder: cluster.folder.cluster,
    pid: () => hold?.server.pid,
    async stop() {
      stopping.abort();
      await recovering;
      if (!hold) return;
      const { server, lock } = hold;
      hold = undefined;
      await stopServer(server.pid, cluster.folder);
      await lock.end().catch(() => undefined); // the stop has ended it already
    },
  };
}

function hasEnded(launch: Launch): boolean {
  return launch.child.exitCode !== null || launch.child.signalCode !== null;
}

function onceAfter(waitMs: number, act: () => void): () => void {
  const started = performance.now();
  let done = false;
  return () => {
    if (done || performance.now() - started < waitMs) return;
    done = true;
    act();
  };
}

function urls(cluster: Cluster, server: ServerProcess): { url: string; adminUrl: string } {
  const make = (role: keyof Credentials, database: string): string => {
    const url = new URL(`postgresql://${role}:${cluster.credentials[role]}@localhost/${database}`);
    url.searchParams.set('host', server.host);
    url.searchParams.set('port', String(server.port));
    return url.href;
  };
  return { url: make(APP, APP), adminUrl: make('postgres', 'postgres') };
}
