// The real server side of sync for the phone's tests: real PostgreSQL behind it, and between phone and server a network
// that a test can spoil. Only the rooms that other parts own are given as plain facts.
import { generateKeyPairSync } from 'node:crypto';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { sql } from 'kysely';
import pino from 'pino';
import { fingerprintToText } from '#domain/cards/fingerprint-text.ts';
import { fingerprintOf } from '#domain/cards/roster.ts';
import type { ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import type { PublicKey, RosterOffer } from '#domain/sync/exchange.ts';
import type { Keys, SigningKey } from '#server/keys.ts';
import { randomIds } from '#server/ids.ts';
import { sync } from '#server/sync/service.ts';
import { Unreachable } from '../../src/lib/api.ts';
import { importServerKey } from '../../src/lib/db/device-keys.ts';
import type { PhoneDb } from '../../src/lib/db/phone-db.ts';
import type { RawAnswer, SignedMessage, Transport } from '../../src/lib/sync/transport.ts';
import { freshDatabase } from './database.ts';
import { enrolledDevice, freshDb, testPhone, TEST_ROSTER_KEY, type TestClock } from './phone-in-test.ts';
import { openRegion, type TestRegion } from './region.ts';
import type { Phone } from '../../src/lib/session/phone.ts';

/** What happens to the next message; `answer` may replace what comes back. */
export type Weather = (message: SignedMessage, deliver: () => Promise<RawAnswer>) => Promise<RawAnswer>;

export const fair: Weather = (_message, deliver) => deliver();
export const noNetwork: Weather = () => Promise.reject(new Unreachable('no-network'));
/** The server works, its answer is lost. */
export const answerLost: Weather = async (_message, deliver) => {
  await deliver();
  throw new Unreachable('time-out');
};
export const captivePortal: Weather = () =>
  Promise.resolve({ status: 200, text: '<!doctype html><title>Gratis wifi</title>', signature: null });
export const proxy401: Weather = () =>
  Promise.resolve({ status: 401, text: '{"code":"revoked","wipe":true}', signature: null });

/** All rows of each table as JSON. */
export type Backup = ReadonlyMap<string, string>;

export type ServerForPhones = {
  readonly region: TestRegion;
  readonly facts: { policies: ActivityPolicy[]; roster: RosterOffer | null };
  weather: Weather;
  readonly messages: SignedMessage[];
  readonly enrolPhone: (name: string, activityIds: string[], clock: TestClock) => Promise<Phone>;
  readonly openPhone: (db: PhoneDb, clock: TestClock) => Promise<Phone>;
  readonly rotateKey: () => void;
  readonly takeBackup: () => Promise<Backup>;
  /** As the restore command does: everything as it was, under a new feed epoch. */
  readonly restore: (backup: Backup) => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function serverForPhones(serverClock: { now: () => number }): Promise<ServerForPhones> {
  const database = await freshDatabase();
  const region = await openRegion(database.url);
  const secret = [{ id: 'k1', bytes: new Uint8Array(32).fill(7) }] as const;
  let receiptSigning: Keys['receiptSigning'] = [signingKey('s1')];
  const facts: ServerForPhones['facts'] = { policies: [], roster: null };
  const messages: SignedMessage[] = [];
  const fingerprint = (number: string): string =>
    fingerprintToText(fingerprintOf((k, b) => hmac(sha256, k, b), TEST_ROSTER_KEY, number));

  const deliver = async ({ body, signature }: SignedMessage): Promise<RawAnswer> => {
    const result = await sync(
      {
        db: region.db,
        keys: { fingerprint: secret, receiptSigning },
        clock: serverClock,
        ids: randomIds,
        log: pino({ level: 'silent' }),
        rooms: {
          policiesOf: (_region, ids) =>
            Promise.resolve(facts.policies.filter(({ activityId }) => ids.includes(activityId))),
          rosterOfferOf: () => Promise.resolve(facts.roster),
          fingerprinterOf: () => Promise.resolve(fingerprint),
        },
      },
      body,
      signature,
    );
    return result.ok
      ? { status: 200, text: result.value.body, signature: result.value.signature }
      : { status: result.error.status, text: JSON.stringify(result.error), signature: null };
  };

  const server: ServerForPhones = {
    region,
    facts,
    weather: fair,
    messages,
    async enrolPhone(name, activityIds, clock) {
      const db = freshDb();
      const device = await enrolledDevice(db);
      const serverKey = await importServerKey(receiptSigning[0].publicJwk);
      await db.devices.put({ ...device, name, serverKey });
      await region.enrol(device, activityIds, name);
      return server.openPhone(db, clock);
    },
    async openPhone(db, clock) {
      const current = await db.meta.get('current');
      const device = current && 'device' in current ? await db.devices.get(current.device) : undefined;
      if (!device) throw new Error('this database is of no enrolled phone');
      return testPhone({ db, device, clock, transport });
    },
    rotateKey() {
      receiptSigning = [signingKey(`s${receiptSigning.length + 1}`), ...receiptSigning];
    },
    async takeBackup() {
      const { rows } = await sql<{ name: string }>`
        select tablename as name from pg_tables where schemaname = 'public'`.execute(region.db);
      const backup = new Map<string, string>();
      for (const { name } of rows) {
        const found = await sql<{ all: string }>`
          select coalesce(json_agg(t), '[]')::text as all from ${sql.table(name)} t`.execute(region.db);
        backup.set(name, found.rows[0]?.all ?? '[]');
      }
      return backup;
    },
    async restore(backup) {
      await region.db.transaction().execute(async (trx) => {
        // Rulings and postings refuse to be deleted; a restore begins with an empty database.
        await sql`set local session_replication_role = replica`.execute(trx);
        for (const name of backup.keys()) await sql`delete from ${sql.table(name)}`.execute(trx);
        for (const [name, rows] of backup)
          await sql`insert into ${sql.table(name)} overriding system value
            select * from json_populate_recordset(null::${sql.table(name)}, ${rows}::json)`.execute(trx);
        await sql`update region set feed_epoch = 'epoch-2'`.execute(trx);
      });
    },
    async close() {
      await region.close();
      await database.drop();
    },
  };
  const transport: Transport = {
    post(message) {
      messages.push(message);
      return server.weather(message, () => deliver(message));
    },
  };
  return server;
}

function signingKey(id: string): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const publicJwk: PublicKey = { kty: 'EC', crv: 'P-256', x, y };
  return { id, privateKey, publicJwk };
}
