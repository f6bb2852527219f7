// Three phones for the list of the coordinator: one fine, one that was away and owes scans, one that was revoked. They have
// no key, so nobody can send as them.
import { GENESIS_HASH } from '#domain/sync/command.ts';
import type { PhoneReport } from '#domain/sync/exchange.ts';
import type { Context } from '../context.ts';
import { VERSION } from '../version.ts';
import type { Dice } from './dice.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

type DemoPhone = {
  readonly name: string;
  readonly platform: string;
  readonly state: 'active' | 'revoked';
  readonly enrolledAgoMs: number;
  readonly seenAgoMs: number;
  readonly owes: number;
  readonly rosterAgoMs: number;
  readonly unsentAgoMs: number | null;
  readonly report: Partial<PhoneReport>;
};

const PHONES: readonly DemoPhone[] = [
  {
    name: 'Inkom links',
    platform: 'Android',
    state: 'active',
    enrolledAgoMs: 2 * DAY_MS,
    seenAgoMs: MINUTE_MS,
    owes: 0,
    rosterAgoMs: HOUR_MS,
    unsentAgoMs: null,
    report: { battery: 0.82, shiftActive: true },
  },
  {
    name: 'Tablet jeugdhoek',
    platform: 'iPad',
    state: 'active',
    enrolledAgoMs: 20 * DAY_MS,
    seenAgoMs: 26 * HOUR_MS,
    owes: 7,
    rosterAgoMs: 30 * HOUR_MS,
    unsentAgoMs: 26 * HOUR_MS,
    report: { battery: 0.17, persisted: false, unsent: 7 },
  },
  {
    name: 'Oude gsm Els',
    platform: 'Android',
    state: 'revoked',
    enrolledAgoMs: 200 * DAY_MS,
    seenAgoMs: 40 * DAY_MS,
    owes: 0,
    rosterAgoMs: 40 * DAY_MS,
    unsentAgoMs: null,
    report: { installed: false },
  },
];

export async function insertPhones(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  dice: Dice,
  regionId: number,
  organisationId: string,
  activityId: string,
): Promise<void> {
  const now = clock.now();
  for (const phone of PHONES) {
    const deviceId = dice.uuid();
    const report: PhoneReport = {
      appVersion: VERSION,
      platform: phone.platform,
      installed: true,
      persisted: true,
      freeBytes: 8e9,
      battery: null,
      unsent: 0,
      clockSkewMs: 40,
      shiftActive: false,
      ...phone.report,
      oldestUnsentAt: phone.unsentAgoMs === null ? null : now - phone.unsentAgoMs,
      rosterBuiltAt: now - phone.rosterAgoMs,
    };
    await db
      .insertInto('device')
      .values({
        region_id: regionId,
        device_id: deviceId,
        organisation_id: organisationId,
        name: phone.name,
        kind: 'phone',
        state: phone.state,
        public_key: null,
        enrolled_by: 'system',
        requested_at: now - phone.enrolledAgoMs,
        enrolled_at: now - phone.enrolledAgoMs,
        revoked_at: phone.state === 'revoked' ? now - phone.seenAgoMs : null,
        replaces: null,
        platform: phone.platform,
        app_version: VERSION,
        last_seen_at: now - phone.seenAgoMs,
        report: JSON.stringify(report),
        head_seq: phone.owes,
        acked_hash: Buffer.from(GENESIS_HASH),
        broken_at_seq: null,
        revoked_after_seq: phone.state === 'revoked' ? 0 : null,
        token_hash: null,
        token_expires_at: null,
      })
      .execute();
    await db
      .insertInto('device_activity')
      .values({ region_id: regionId, device_id: deviceId, activity_id: activityId })
      .execute();
  }
}
