import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  constants,
  mkdir,
  readdir,
  readFile,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { OperatorError, codeOf, reasonOf } from '../../operator-error.ts';
import type { SystemUser } from './database-user.ts';

/** Where the files of one embedded server stand. */
export interface ClusterFolder {
  dataDir: string;
  /** The folder that PostgreSQL itself fills. */
  cluster: string;
  socketFolder: string;
  logFile: string;
  credentialsFile: string;
}

/**
 * Makes the folders ready for the database user. A DATA_DIR that this user cannot enter (a checkout below
 * a 0700 folder, started by root) keeps a pointer; the cluster then stands in /var/lib/streekbalie.
 */
export async function prepareClusterFolder(
  dataDir: string,
  user: SystemUser | undefined,
  say: (line: string) => void,
): Promise<ClusterFolder> {
  const folder = resolve(dataDir);
  await requireWritableFolder(folder);

  const pointer = join(folder, 'postgres.location');
  const pointedAt = await readIfPresent(pointer);
  let root = pointedAt?.trim() ?? join(folder, 'postgres');
  if (pointedAt !== undefined) await requirePointedFolder(pointer, root);

  await makeOwnFolder(root, user);
  if (user && !(await letIn(folder, root, user))) {
    await requireEmpty(root, user);
    await rmdir(root);
    root = join('/var/lib/streekbalie', createHash('sha256').update(folder).digest('hex').slice(0, 16));
    await mkdir(dirname(root), { recursive: true });
    await chmod(dirname(root), 0o755); // whatever the umask: the database user passes here
    await makeOwnFolder(root, user);
    await writeFile(pointer, `${root}\n`, { mode: 0o600 });
    say(`The user ${user.name} cannot enter ${folder}, so the database files are kept in ${root}.`);
  }

  const socketFolder = join(root, 'socket');
  await makeOwnFolder(socketFolder, user);
  return {
    dataDir: folder,
    cluster: join(root, 'cluster'),
    socketFolder,
    logFile: join(root, 'server.log'),
    credentialsFile: join(folder, 'postgres-passwords.json'),
  };
}

/** Used by everything that writes in DATA_DIR; the sentence names the folder and the system's reason. */
export async function requireWritableFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new OperatorError(
      `The data folder ${folder} cannot be written (${reasonOf(error)}): set DATA_DIR to a folder that can.`,
    );
  }
}

async function requirePointedFolder(pointer: string, root: string): Promise<void> {
  try {
    await access(root);
  } catch {
    throw new OperatorError(
      `${pointer} says that the database files are in ${root}, but that folder is gone: put it back, or remove the pointer to start empty.`,
    );
  }
}

/** A cluster that is there already is never left behind for a new empty one. */
async function requireEmpty(root: string, user: SystemUser): Promise<void> {
  if ((await readdir(root)).length === 0) return;
  throw new OperatorError(
    `The user ${user.name} can no longer enter ${root}, where the database files are: open the folders above it (chmod o+x).`,
  );
}

async function makeOwnFolder(folder: string, user: SystemUser | undefined): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    if (user) await chown(folder, user.uid, user.gid);
  } catch (error) {
    throw new OperatorError(`The database folder ${folder} cannot be made ready (${reasonOf(error)}).`);
  }
}

/** Where DATA_DIR alone is closed, its group may pass; what it holds has its own locks. */
async function letIn(dataDir: string, root: string, user: SystemUser): Promise<boolean> {
  if (await canEnter(root, user)) return true;
  const { uid, mode } = await stat(dataDir);
  if (uid !== 0 || (mode & 0o077) !== 0) return false;
  await chown(dataDir, uid, user.gid);
  await chmod(dataDir, mode | 0o010);
  return canEnter(root, user);
}

async function canEnter(folder: string, user: SystemUser): Promise<boolean> {
  try {
    await promisify(execFile)('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], {
      uid: user.uid,
      gid: user.gid,
      cwd: '/',
    });
    return true;
  } catch {
    return false; // a shell of that user cannot enter: that is the answer
  }
}

export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
