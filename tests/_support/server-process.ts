import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { must } from '#domain/kernel/assert.ts';
import { Credentials } from '#server/db/embedded/credentials.ts';
import { pollUntil } from '#server/poll.ts';

// The real server in a process of its own, as `npm start` runs it. No demo region unless asked: DEMO=1.

const ROOT = resolve(import.meta.dirname, '../..');
const READY_MS = 120_000;
const END_MS = 60_000;

export interface ServerOptions {
  /** Kept when given, so that a second server can start on it. */
  dataDir?: string;
  env?: Record<string, string>;
  args?: readonly string[];
  /** Another build than the one of this folder (tests/_support/release.ts). */
  release?: string;
  /** The data folder on a disk of its own, of this size: only where `canMakeDisk`. */
  diskMb?: number;
}

export interface ServerProcess {
  url: string;
  pid: number;
  dataDir: string;
  /** From spawn to ready. */
  startMs: number;
  output(): string;
  /** Of the database server; throws when none was started. */
  postgresPid(): number;
  /** SIGTERM, and waits: gives the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** As the out-of-memory killer does it: the database server stays behind. */
  kill9(): Promise<void>;
  /** Nobody reads any more what it says: a closed terminal, `| head`, a log program that died. */
  closeOutput(): void;
  /** Waits for an end of its own accord. */
  ended(): Promise<number | null>;
}

export interface CommandResult {
  code: number | null;
  output: string;
}

export function makeDataDir(): string {
  return mkdtempSync(join(tmpdir(), 'streekbalie-process-'));
}

/** Stops what may still run on the folder, and removes it. */
export async function removeDataDir(dataDir: string): Promise<void> {
  const pid = readPostgresPid(dataDir);
  if (pid !== undefined && isAlive(pid)) {
    process.kill(pid, 'SIGINT');
    await pollUntil(() => (isAlive(pid) ? undefined : true), {
      timeoutMs: END_MS,
      onTimeout: () => new Error(`PostgreSQL ${pid} does not stop`),
    });
  }
  rmSync(clusterRoot(dataDir), { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}

export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  const dataDir = options.dataDir ?? makeDataDir();
  const started = performance.now();
  const { child, output } = launch(
    ['start', ...(options.args ?? [])],
    { DATA_DIR: dataDir, ...options.env },
    options,
  );
  const end = endOf(child);
  const url = await pollUntil(
    () => {
      const found = /ready: (\S+)/.exec(output())?.[1];
      // The last line of all that is said.
      if (found !== undefined && output().includes('Ctrl-C stops it.')) return listeningOn(output()) ?? found;
      if (hasEnded(child)) throw new Error(`the server ended while starting:\n${output()}`);
      return undefined;
    },
    { timeoutMs: READY_MS, onTimeout: () => new Error(`the server is not ready:\n${output()}`) },
  );
  const pid = must(child.pid, 'process number');
  return {
    url,
    pid,
    // Another disk is seen by its own processes only, and through them.
    dataDir: options.diskMb === undefined ? dataDir : `/proc/${pid}/root${dataDir}`,
    startMs: performance.now() - started,
    output,
    postgresPid: () => must(readPostgresPid(dataDir), 'postmaster.pid'),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const code = await end;
      if (options.dataDir === undefined) await removeDataDir(dataDir);
      return code;
    },
    async kill9() {
      child.kill('SIGKILL');
      await end;
    },
    closeOutput() {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    ended: () => end,
  };
}

/** One command of the launcher, to its end. */
export async function runCommand(
  args: readonly string[],
  env: Record<string, string>,
): Promise<CommandResult> {
  const { child, output } = launch(args, env);
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  const code = await endOf(child);
  clearTimeout(timer);
  return { code, output: output() };
}

/** A process that ended and that nobody has waited for (a zombie) does not live. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // no such process
  }
}

/** Where the files of the database stand: below the data folder, or where its pointer says. */
export function clusterRoot(dataDir: string): string {
  const pointer = join(dataDir, 'postgres.location');
  return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : join(dataDir, 'postgres');
}

/** The database of a running server, as the application itself enters it. */
export function databaseUrlOf(dataDir: string): string {
  const text = readFileSync(join(dataDir, 'postgres-passwords.json'), 'utf8');
  const { streekbalie } = Credentials.parse(JSON.parse(text));
  const folder = encodeURIComponent(join(clusterRoot(dataDir), 'socket'));
  return `postgresql://streekbalie:${streekbalie}@/streekbalie?host=${folder}&port=5432`;
}

export async function connectToDatabase(dataDir: string): Promise<Client> {
  const client = new Client({ connectionString: databaseUrlOf(dataDir) });
  await client.connect();
  return client;
}

/** A disk that only one process and its children see: root may, others where the system lets them be root of their own world. */
const OWN_DISKS = process.getuid?.() === 0 ? ['-m'] : ['-m', '-U', '--map-current-user', '--keep-caps'];
export const canMakeDisk = (): boolean =>
  spawnSync('unshare', [...OWN_DISKS, 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0;

function onOwnDisk(sizeMb: number, command: readonly string[]): [string, ...string[]] {
  const mount = `mount -t tmpfs -o size=${sizeMb}m,mode=755 none "$DATA_DIR" && exec "$@"`;
  return ['unshare', ...OWN_DISKS, 'sh', '-c', mount, 'sh', ...command];
}

function launch(
  args: readonly string[],
  env: Record<string, string>,
  { release, diskMb }: Pick<ServerOptions, 'release' | 'diskMb'> = {},
) {
  const script = release
    ? [join(ROOT, 'tests/_support/run-release.mjs'), release]
    : [join(ROOT, 'scripts/launch.mjs')];
  const node = [process.execPath, ...script, ...args] as const;
  const [program, ...rest] = diskMb === undefined ? node : onOwnDisk(diskMb, node);
  const child = spawn(program, rest, {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: '0',
      DEMO: '0',
      // As under npm: the server ends with the process that started it, also when a test run is killed.
      npm_lifecycle_event: 'test',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  return { child, output: () => written.join('') };
}

/** Behind an APP_URL of its own the server also says where it really listens. */
function listeningOn(output: string): string | undefined {
  return /Listening on (\S+)/.exec(output)?.[1];
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((end) => {
    child.once('close', (code) => end(code));
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function readPostgresPid(dataDir: string): number | undefined {
  const file = join(clusterRoot(dataDir), 'cluster', 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  return Number(readFileSync(file, 'utf8').split('\n')[0]);
}
