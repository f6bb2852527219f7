import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { OperatorError, codeOf } from '../../operator-error.ts';

/** Generated on the first start: one password for the administrator of the cluster, one for the application. */
export const Credentials = z.object({ postgres: z.string().min(32), streekbalie: z.string().min(32) });
export type Credentials = z.infer<typeof Credentials>;

export async function readOrMakeCredentials(file: string, clusterExists: boolean): Promise<Credentials> {
  if (!clusterExists) await makeCredentials(file);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new OperatorError(
      `The passwords of the database in this data folder are missing: put ${file} back from a copy of the folder.`,
    );
  }
  return Credentials.parse(JSON.parse(text));
}

/** With flag `wx` the first of two starts at once decides, the other reads what it wrote. */
async function makeCredentials(file: string): Promise<void> {
  const credentials: Credentials = { postgres: makePassword(), streekbalie: makePassword() };
  try {
    await writeFile(file, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function makePassword(): string {
  return randomBytes(32).toString('base64url');
}
