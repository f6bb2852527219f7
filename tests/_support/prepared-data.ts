// Data folders as a first start leaves them, made once for a whole run and copied: few tests are about making a database.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from '#server/operator-error.ts';
import { makeDataDir, removeDataDir, startServer } from './server-process.ts';

/** `empty`: the schema and no row; `demo`: the demo region. */
export type Prepared = 'empty' | 'demo';

/**
 * A data folder of one's own, its database made. The run names the place where they are kept (scripts/test.ts); without one
 * it is a bare folder, and the server makes its database at its start.
 */
export async function readyDataDir(what: Prepared): Promise<string> {
  const place = process.env['PREPARED_DATA'];
  return place === undefined ? makeDataDir() : copyOf(await prepare(place, what));
}

async function prepare(place: string, what: Prepared): Promise<string> {
  const prepared = join(place, what);
  if (existsSync(prepared)) return prepared;
  const draft = what === 'demo' ? await copyOf(await prepare(place, 'empty')) : makeDataDir();
  const server = await startServer({ dataDir: draft, env: { DEMO: what === 'demo' ? '1' : '0' } });
  await server.stop();
  try {
    await rename(draft, prepared);
  } catch (error) {
    // Another file of the run was first.
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error;
    await removeDataDir(draft);
  }
  return prepared;
}

async function copyOf(prepared: string): Promise<string> {
  const dataDir = makeDataDir();
  // Where the database user may not enter the folder its files stand elsewhere, and a copy would share them.
  if (!existsSync(join(prepared, 'postgres.location')))
    await promisify(execFile)('cp', ['-a', `${prepared}/.`, dataDir]);
  return dataDir;
}
