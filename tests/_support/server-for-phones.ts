// The real server for the phone's tests: the whole app on real PostgreSQL. The phone's own transport reaches it through
// a fetch that ends in `app.request()`; between the two lies a network that a test can spoil.
import { sql, type Kysely } from 'kysely';
import { vi } from 'vitest';
import type { PublicKey } from '#domain/sync/exchange.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';
import { createApp } from '#server/app.ts';
import type { Actor } from '#server/auth/actor.ts';
import type { Database } from '#server/db/tables.ts';
import { newEcKeyPair } from '#server/ec-key-pair.ts';
import type { KeyPair } from '#server/keys.ts';
import { bringRescue } from '#server/rescue/service.ts';
import { createRescueIntake } from '#server/sync/take-rescued.ts';
import { Unreachable } from '../../src/lib/api.ts';
import { downloadRoster } from '../../src/lib/cards/roster-store.ts';
import { importServerKey } from '../../src/lib/db/device-keys.ts';
import type { PhoneDb } from '../../src/lib/db/phone-db.ts';
import type { Phone } from '../../src/lib/session/phone.ts';
import {
  transport,
  type RawAnswer,
  type SignedMessage,
  type Transport,
} from '../../src/lib/sync/transport.ts';
import { untilTold } from './feed-horizon.ts';
import { enrolledDevice, freshDb, testPhone, type TestClock } from './phone-in-test.ts';
import { openRegion, REGION_ID, type TestRegion } from './region.ts';
import { APP_URL, openTestContext } from './test-context.ts';

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
  weather: Weather;
  readonly messages: SignedMessage[];
  /** Of every phone here: through the weather. */
  readonly transport: Transport;
  readonly enrolPhone: (name: string, activityIds: string[], clock: TestClock) => Promise<Phone>;
  readonly openPhone: (db: PhoneDb, clock: TestClock) => Promise<Phone>;
  readonly rotateKey: () => void;
  /** At a desk of the region. */
  readonly bring: (bytes: Uint8Array) => ReturnType<typeof bringRescue>;
  readonly takeBackup: () => Promise<Backup>;
  /** As the restore command does: everything as it was, under a new feed epoch. */
  readonly restore: (backup: Backup) => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function serverForPhones(serverClock: { now: () => number }): Promise<ServerForPhones> {
  const { context: given, close } = await openTestContext(serverClock.now());
  let context = { ...given, clock: serverClock };
  let app = createApp(context);
  const region = await openRegion(given.config.databaseUrl ?? '');
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => app.request(`${APP_URL}${path}`, init));
  const messages: SignedMessage[] = [];
  const spoiled: Transport = {
    post(message) {
      messages.push(message);
      return server.weather(message, async () => {
        await untilTold(region.db);
        return transport.post(message);
      });
    },
  };

  const server: ServerForPhones = {
    region,
    weather: fair,
    messages,
    transport: spoiled,
    async enrolPhone(name, activityIds, clock) {
      const db = freshDb();
      const device = await enrolledDevice(db);
      const serverKey = await importServerKey(context.keys.receiptSigning[0].publicJwk);
      const rescueKey = context.keys.rescueSealing[0].publicJwk;
      await db.devices.put({ ...device, name, serverKey, rescueKey });
      await region.enrol(device, activityIds, name);
      return server.openPhone(db, clock);
    },
    async openPhone(db, clock) {
      const current = await db.meta.get('current');
      const device = current && 'device' in current ? await db.devices.get(current.device) : undefined;
      if (!device) throw new Error('this database is of no enrolled phone');
      return testPhone({ db, device, clock, transport: spoiled, download: downloadRoster });
    },
    bring: (bytes) =>
      bringRescue({ ...context, takeCommands: createRescueIntake(context) }, DESK_ACTOR, toBase64url(bytes)),
    rotateKey() {
      const { keys } = context;
      const receiptSigning = [keyPair(), ...keys.receiptSigning] as const;
      const rescueSealing = [keyPair(), ...keys.rescueSealing] as const;
      context = { ...context, keys: { ...keys, receiptSigning, rescueSealing } };
      app = createApp(context);
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
        for (const [name, rows] of backup) {
          const columns = sql.join(await storedColumns(trx, name));
          await sql`insert into ${sql.table(name)} (${columns}) overriding system value
            select ${columns} from json_populate_recordset(null::${sql.table(name)}, ${rows}::json)`.execute(
            trx,
          );
        }
        await sql`update region set feed_epoch = 'epoch-2'`.execute(trx);
      });
    },
    async close() {
      vi.unstubAllGlobals();
      await region.close();
      await close();
    },
  };
  return server;
}

/** Those that the database does not make itself of others. */
async function storedColumns(db: Kysely<Database>, table: string) {
  const { rows } = await sql<{ name: string }>`
    select column_name as name from information_schema.columns
    where table_schema = 'public' and table_name = ${table} and is_generated = 'NEVER'`.execute(db);
  return rows.map(({ name }) => sql.ref(name));
}

function keyPair(): KeyPair {
  const { privateKey, jwk } = newEcKeyPair();
  const { x, y } = jwk;
  const publicJwk: PublicKey = { kty: 'EC', crv: 'P-256', x, y };
  return { id: x, privateKey, publicJwk };
}

const DESK_ACTOR: Actor = {
  userId: 'desk',
  email: 'desk@test.invalid',
  name: 'Balie',
  regionId: REGION_ID,
  grants: [{ regionId: REGION_ID, role: 'region-admin', place: { kind: 'region' } }],
  sessionId: '',
  provedAt: 0,
};
