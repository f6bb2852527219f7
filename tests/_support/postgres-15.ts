// The oldest PostgreSQL that a region may bring: a server of version 15 as this machine has it (Debian's place, or POSTGRES_15_BIN).
// Its suites are the contract that must hold there too; where there is none, npm test says so and counts them as skipped.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { findDatabaseUser } from '#server/db/embedded/database-user.ts';
import { pollUntil } from '#server/poll.ts';
import { makeTemplate } from './postgres-cluster.ts';
import { postgres15Programs } from './postgres-15-suites.ts';

export interface Postgres15 {
  adminUrl: string;
  stop(): Promise<void>;
}

export async function startPostgres15(): Promise<Postgres15> {
  const programs = postgres15Programs();
  if (programs === undefined) throw new Error('there is no PostgreSQL 15 here');
  const user = await findDatabaseUser();
  const folder = mkdtempSync(join(tmpdir(), 'streekbalie-pg15-'));
  if (user) {
    chownSync(folder, user.uid, user.gid);
    chmodSync(folder, 0o700);
  }
  const as = user ? { uid: user.uid, gid: user.gid } : {};
  const cluster = join(folder, 'cluster');
  const init = [
    '--pgdata',
    cluster,
    '--username',
    'postgres',
    '--auth',
    'trust',
    '--encoding',
    'UTF8',
    '--locale',
    'C',
  ];
  execFileSync(join(programs, 'initdb'), init, { ...as, cwd: folder, stdio: 'ignore' });
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    'fsync=off',
    'max_connections=200',
  ];
  const child = spawn(
    join(programs, 'postgres'),
    ['-D', cluster, ...settings.flatMap((one) => ['-c', one])],
    {
      ...as,
      cwd: folder,
      stdio: 'ignore',
    },
  );
  const adminUrl = `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(folder)}`;
  await pollUntil(async () => ((await answers(adminUrl)) ? true : undefined), {
    timeoutMs: 30_000,
    onTimeout: () => new Error('PostgreSQL 15 does not start'),
  });
  return {
    adminUrl,
    async stop() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let server: Postgres15 | undefined;

export async function setup(project: TestProject): Promise<void> {
  server = await startPostgres15();
  project.provide('postgres', { adminUrl: server.adminUrl, template: await makeTemplate(server.adminUrl) });
}

export async function teardown(): Promise<void> {
  await server?.stop();
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false; // not yet
  } finally {
    await client.end().catch(() => undefined); // it may never have opened
  }
}

/** Fast stop: open connections are cut. */
function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    if (child.exitCode !== null) resolve();
    child.kill('SIGINT');
  });
}
