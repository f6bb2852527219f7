import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { createDatabase, createPool } from '#server/db/database.ts';
import { openEmbeddedServer } from '#server/db/embedded/embedded-server.ts';
import type { EmbeddedServer } from '#server/db/embedded/embedded-server.ts';
import { migrate } from '#server/db/migrate.ts';

// One private PostgreSQL per test run (fsync off: these tests kill nothing), with one migrated template that
// every test file copies. TEST_DATABASE_URL, of a role that may make databases, replaces the private server.

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { adminUrl: string; template: string };
  }
}

const FOLDER_PREFIX = 'streekbalie-test-';

let embedded: EmbeddedServer | undefined;
let folder: string | undefined;
let dropTemplate: (() => Promise<void>) | undefined;

export async function setup(project: TestProject): Promise<void> {
  const given = process.env['TEST_DATABASE_URL'];
  const adminUrl = given ?? (await startPrivateServer());
  const template = await makeTemplate(adminUrl);
  if (given !== undefined) dropTemplate = () => runAsAdmin(given, `drop database ${template} with (force)`);
  project.provide('postgres', { adminUrl, template });
}

/** An empty database with the schema of this code. */
export async function makeTemplate(adminUrl: string): Promise<string> {
  const template = `streekbalie_template_${randomBytes(4).toString('hex')}`;
  await runAsAdmin(adminUrl, `create database ${template}`);
  const db = createDatabase(createPool(databaseUrl(adminUrl, template)));
  await migrate(db);
  await db.destroy();
  return template;
}

export async function teardown(): Promise<void> {
  await dropTemplate?.();
  await embedded?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
}

export function databaseUrl(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

export async function runAsAdmin(adminUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function startPrivateServer(): Promise<string> {
  await removeLeftovers();
  folder = mkdtempSync(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
  embedded = await openEmbeddedServer({ dataDir: folder, role: 'owner', fsync: false, say: () => undefined });
  return embedded.adminUrl;
}

/** A run that was killed could not stop its server; its folder names the process that is gone. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${FOLDER_PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const left = join(tmpdir(), name);
    const ownerless = await openEmbeddedServer({ dataDir: left, role: 'owner', say: () => undefined });
    await ownerless.stop();
    rmSync(left, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // no such process
  }
}
