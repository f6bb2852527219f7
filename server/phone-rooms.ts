import { limits } from '#domain/kernel/limits.ts';
import { readPolicies } from './activities/policies.ts';
import { fingerprinterOf, rosterOfferOf } from './cards/roster-service.ts';
import type { Context } from './context.ts';
import { listOwing } from './devices/repository.ts';
import type { PhoneRooms } from './sync/service.ts';

/** A phone that works asks once a minute. */
const SILENT_MS = 3 * limits.syncPollMs;

/** What the rooms tell a phone when it syncs. */
export const phoneRooms = ({ db, keys }: Pick<Context, 'db' | 'keys'>): PhoneRooms => ({
  policiesOf: (regionId, activityIds, now) => readPolicies(db, regionId, activityIds, now),
  rosterOfferOf: (regionId, activityIds, now) => rosterOfferOf({ db, keys }, regionId, activityIds, now),
  owingOf: (regionId, deviceId, activityIds, now) =>
    listOwing(db, regionId, deviceId, activityIds, now - SILENT_MS),
  fingerprinterOf: (regionId, activityIds) => fingerprinterOf({ db, keys }, regionId, activityIds),
});
