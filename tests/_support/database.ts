import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { databaseUrl, runAsAdmin } from './postgres-cluster.ts';

export interface FreshDatabase {
  url: string;
  drop(): Promise<void>;
}

/** An own, migrated, empty database for one test file: a copy of the template, about 0.07 s. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { adminUrl, template } = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runAsAdmin(adminUrl, `create database ${name} template ${template}`);
  return {
    url: databaseUrl(adminUrl, name),
    drop: () => runAsAdmin(adminUrl, `drop database ${name} with (force)`),
  };
}
