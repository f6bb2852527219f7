import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, open, readdir, readlink, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { OperatorError, codeOf, reasonOf } from '../../operator-error.ts';
import { pollUntil } from '../../poll.ts';
import type { Binaries } from './binaries.ts';
import { readIfPresent } from './cluster-folder.ts';
import type { ClusterFolder } from './cluster-folder.ts';
import type { Credentials } from './credentials.ts';
import type { SystemUser } from './database-user.ts';

// One PostgreSQL cluster as files and as a process: make it, start it, see whether it runs, stop it.
// Who may do so is decided elsewhere (embedded-server.ts).

const SOCKET_PORT = 5432; // only names the socket file
const SOCKET_PATH_BYTES_MAX = 100; // the system's limit is 103 (macOS) or 107 (Linux)
const LOG_BYTES_MAX = 5_000_000;
const STOP_FAST_MS = 30_000;
const STOP_AT_ONCE_MS = 10_000;

export interface ServerProcess {
  pid: number;
  /** A socket folder, or 127.0.0.1 where a unix socket cannot be used. */
  host: string;
  port: number;
}

export async function clusterMajor(folder: ClusterFolder): Promise<number | undefined> {
  const version = await readIfPresent(join(folder.cluster, 'PG_VERSION'));
  return version === undefined ? undefined : Number.parseInt(version, 10);
}

/** Makes the cluster beside its place and renames it: a cluster that exists is complete. */
export async function initCluster(
  folder: ClusterFolder,
  binaries: Binaries,
  user: SystemUser | undefined,
  credentials: Credentials,
): Promise<void> {
  const mark = randomBytes(4).toString('hex');
  const draft = `${folder.cluster}-new-${mark}`;
  const passwordFile = `${folder.cluster}-password-${mark}`;
  try {
    await writeFile(passwordFile, credentials.postgres, { mode: 0o600 });
    if (user) await chown(passwordFile, user.uid, user.gid);
    await promisify(execFile)(
      binaries.initdb,
      [
        ['--pgdata', draft],
        ['--username', 'postgres'],
        ['--pwfile', passwordFile],
        ['--auth', 'scram-sha-256'],
        ['--encoding', 'UTF8'],
        // The same order of text on each machine, whatever its system locale.
        ['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
      ].flat(),
      { ...asUser(user), cwd: dirname(draft) },
    );
    await rename(draft, folder.cluster);
  } catch (error) {
    const othersCluster = (await clusterMajor(folder)) !== undefined;
    await rm(draft, { recursive: true, force: true });
    if (!othersCluster) throw new OperatorError(`The database cannot be made (${reasonOf(error)}).`);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** What a kill in the middle of initCluster left behind; only the owner of the folder may call this. */
export async function removeDrafts(folder: ClusterFolder): Promise<void> {
  const parent = dirname(folder.cluster);
  for (const name of await readdir(parent)) {
    if (/^cluster-(new|password)-/.test(name)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** A started server process, and where in the log its lines begin. */
export interface Launch {
  child: ChildProcess;
  logOffset: number;
}

/** Starts the server in a session of its own: Ctrl-C in the terminal does not reach it before our last request. */
export async function spawnServer(
  folder: ClusterFolder,
  binaries: Binaries,
  user: SystemUser | undefined,
  special: Readonly<Record<string, string>>,
): Promise<Launch> {
  const settings = {
    ...special,
    timezone: 'UTC',
    jit: 'off', // short statements only
    autovacuum_naptime: '15s', // a first evening fills empty tables fast; the planner must know
    wal_level: 'minimal', // nobody replicates an embedded server
    max_wal_senders: '0',
    // Values of rows stay out of the log: the application logs its own errors, without personal data.
    log_min_messages: 'log',
    log_error_verbosity: 'terse',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // A file and not a pipe: the server must survive a kill -9 of this process.
  const log = await openLog(folder);
  try {
    const child = spawn(binaries.postgres, ['-D', folder.cluster, ...args], {
      ...asUser(user),
      cwd: folder.cluster,
      detached: true,
      stdio: ['ignore', log.file.fd, log.file.fd],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve).once('error', reject);
    });
    child.unref();
    return { child, logOffset: log.size };
  } catch (error) {
    throw new OperatorError(`The PostgreSQL server cannot be started (${reasonOf(error)}).`);
  } finally {
    await log.file.close();
  }
}

/** The server that runs on this folder, whoever started it. */
export async function findServer(folder: ClusterFolder): Promise<ServerProcess | undefined> {
  const lines = (await readIfPresent(join(folder.cluster, 'postmaster.pid')))?.split('\n') ?? [];
  const [pid, , , port, socketFolder] = lines;
  if (!pid || !port || socketFolder === undefined) return undefined;
  const found = { pid: Number(pid), port: Number(port), host: socketFolder.trim() || '127.0.0.1' };
  return (await runsOn(found.pid, folder)) ? found : undefined;
}

/**
 * After a power cut the process number in `postmaster.pid` may belong to anything (in a container often to
 * ourselves) and PostgreSQL then refuses to start. The file of a process that is gone stays: PostgreSQL sees by it
 * whether an orphan of that server still writes, which is why we look for orphans ourselves before removing one.
 */
export async function removeMisleadingPidFile(folder: ClusterFolder): Promise<void> {
  const file = join(folder.cluster, 'postmaster.pid');
  const pid = Number((await readIfPresent(file))?.split('\n')[0]);
  if (!(pid > 0) || !isAlive(pid) || (await runsOn(pid, folder))) return;
  if (!(await anybodyStandsIn(folder.cluster))) await rm(file, { force: true });
}

/** Fast stop: open transactions are rolled back, a checkpoint is written. */
export async function stopServer(pid: number, folder: ClusterFolder): Promise<void> {
  const gone = async (): Promise<true | undefined> => ((await runsOn(pid, folder)) ? undefined : true);
  const tooSlow = () => new OperatorError(`The database server (process ${pid}) does not stop.`);
  signal(pid, 'SIGINT');
  try {
    await pollUntil(gone, { timeoutMs: STOP_FAST_MS, onTimeout: tooSlow });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    signal(pid, 'SIGQUIT'); // stops at once; the next start replays its log, nothing committed is lost
    await pollUntil(gone, { timeoutMs: STOP_AT_ONCE_MS, onTimeout: tooSlow });
  }
}

/** Why this start of the server ended: its last fatal line. Orphans of a former server write in the same log. */
export async function reasonOfEnd(folder: ClusterFolder, launch: Launch): Promise<string> {
  const log = Buffer.from((await readIfPresent(folder.logFile)) ?? '');
  const lines = log.subarray(launch.logOffset).toString('utf8').trim().split('\n');
  const own = lines.filter((line) => line.includes(` [${launch.child.pid}] `));
  const fatal = own.findLast(isFatal) ?? lines.findLast(isFatal);
  return fatal?.replace(/^.*?(FATAL|PANIC):\s*/, '') ?? (lines.at(-1) || 'it wrote no reason');
}

function isFatal(line: string): boolean {
  return /FATAL|PANIC|error while loading/.test(line);
}

function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM'; // alive, and somebody else's
  }
}

async function runsOn(pid: number, folder: ClusterFolder): Promise<boolean> {
  if (!isAlive(pid)) return false;
  try {
    // A PostgreSQL server stands in its own data folder; a process of somebody else is not ours to read.
    if (process.platform === 'linux') {
      return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder.cluster));
    }
    if (process.platform === 'win32') return true;
    const named = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'comm=']);
    return named.stdout.includes('postgres');
  } catch {
    return false; // it ended between the two looks, or is not ours to read
  }
}

/** Every process of a PostgreSQL server stands in its data folder. */
async function anybodyStandsIn(folder: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const path = await realpath(folder);
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const cwd = await readlink(`/proc/${name}/cwd`).catch(() => undefined); // ended, or somebody else's
    if (cwd === path) return true;
  }
  return false;
}

/** A unix socket; loopback with a free port where the path of the socket is too long, and on Windows. */
export async function chooseAddress(folder: ClusterFolder): Promise<Record<string, string>> {
  const socketPath = join(folder.socketFolder, `.s.PGSQL.${SOCKET_PORT}`);
  if (process.platform !== 'win32' && Buffer.byteLength(socketPath) <= SOCKET_PATH_BYTES_MAX) {
    return {
      listen_addresses: '',
      port: String(SOCKET_PORT),
      unix_socket_directories: folder.socketFolder,
      unix_socket_permissions: '0700',
    };
  }
  return { listen_addresses: '127.0.0.1', port: String(await freePort()), unix_socket_directories: '' };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.listen(0, '127.0.0.1', resolve).once('error', reject));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

async function openLog(folder: ClusterFolder) {
  const file = await open(folder.logFile, 'a', 0o600);
  const { size } = await file.stat();
  if (size <= LOG_BYTES_MAX) return { file, size };
  await file.close();
  await rename(folder.logFile, `${folder.logFile}.1`);
  return { file: await open(folder.logFile, 'a', 0o600), size: 0 };
}

function asUser(user: SystemUser | undefined) {
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  return user ? { env, uid: user.uid, gid: user.gid } : { env };
}
