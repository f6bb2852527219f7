// A server of one test file: the real app on a real database of its own, with a clock that the test moves.
import { randomBytes } from 'node:crypto';
import type { Context } from '#server/context.ts';
import { createDatabase, createPool } from '#server/db/database.ts';
import { randomIds } from '#server/ids.ts';
import type { KeyPair, Keys, SecretKey } from '#server/keys.ts';
import { createLogger } from '#server/logger.ts';
import { createMetrics } from '#server/metrics.ts';
import { createMailer } from '#server/mail/mailer.ts';
import { freshDatabase } from './database.ts';
import { newEcKeyPair } from '#server/ec-key-pair.ts';

export const APP_URL = 'https://streekbalie.test';

export interface TestServer {
  context: Context;
  /** Moves the clock of the server. */
  setNow(now: number): void;
  close(): Promise<void>;
}

export async function openTestContext(now: number): Promise<TestServer> {
  const database = await freshDatabase();
  const pool = createPool(database.url);
  const db = createDatabase(pool);
  const stop = new AbortController();
  let current = now;
  const clock = { now: () => current };
  const config: Context['config'] = {
    mode: 'start',
    port: 0,
    host: '127.0.0.1',
    appUrl: APP_URL,
    dataDir: '',
    databaseUrl: database.url,
    demo: true,
    keyFile: '',
    tls: undefined,
    mail: undefined,
    trustProxy: true,
    oidc: undefined,
    metrics: { token: undefined, address: undefined },
    importFromAnywhere: true,
    slowQueryMs: 0,
    drainMs: 0,
    logLevel: 'silent',
  };
  return {
    context: {
      config,
      appUrl: APP_URL,
      db,
      pool,
      keys: testKeys(),
      clock,
      log: createLogger('silent'),
      ids: randomIds,
      mail: createMailer(config, db, clock, randomIds),
      metrics: createMetrics({ pool, db, clock, hasRoom: () => true }),
      hasRoom: () => true,
      stopping: stop.signal,
    },
    setNow: (next) => {
      current = next;
    },
    async close() {
      stop.abort();
      await db.destroy();
      await database.drop();
    },
  };
}

export function testKeys(): Keys {
  return {
    session: [secret('session')],
    fingerprint: [secret('fingerprint')],
    mailLink: [secret('mailLink')],
    secondFactor: [secret('secondFactor')],
    inszSealing: [secret('inszSealing')],
    inszMatching: [secret('inszMatching')],
    receiptSigning: [keyPair('receipt')],
    auditSealing: [keyPair('audit')],
    rescueSealing: [keyPair('rescue')],
  };
}

function keyPair(id: string): KeyPair {
  const { privateKey, jwk } = newEcKeyPair();
  const { x, y } = jwk;
  return { id, privateKey, publicJwk: { kty: 'EC', crv: 'P-256', x, y } };
}

export const secret = (id: string): SecretKey => ({ id, bytes: new Uint8Array(randomBytes(32)) });
