import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { OperatorError } from '../../operator-error.ts';

// PostgreSQL refuses to run as root, so under root the server runs as another system user.

export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

const run = promisify(execFile);

/** The user to run the database server as; undefined when we are not root and it runs as ourselves. */
export async function findDatabaseUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const user =
    (await lookUp('postgres')) ??
    (await lookUp('streekbalie')) ??
    (await createUser('streekbalie')) ??
    (await lookUp('nobody'));
  if (user) return user;
  throw new OperatorError(
    'PostgreSQL refuses to run as root and no other system user was found or could be made: start as an ordinary user.',
  );
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined; // `id` fails for one reason here: there is no such user
  }
}

/** Debian, Fedora and Arch have useradd, Alpine has adduser. */
async function createUser(name: string): Promise<SystemUser | undefined> {
  const ways: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name]],
    ['adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', name]],
  ];
  for (const [command, args] of ways) {
    try {
      await run(command, args);
      return await lookUp(name);
    } catch {
      continue; // the command is missing, or refuses: the next way, and at last `nobody`
    }
  }
  return undefined;
}
