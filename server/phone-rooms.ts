import { readPolicies } from './activities/service.ts';
import { fingerprinterOf, rosterOfferOf } from './cards/roster-service.ts';
import type { Context } from './context.ts';
import type { PhoneRooms } from './sync/service.ts';

/** What the rooms tell a phone when it syncs. */
export const phoneRooms = ({ db, keys }: Pick<Context, 'db' | 'keys'>): PhoneRooms => ({
  policiesOf: (regionId, activityIds, now) => readPolicies(db, regionId, activityIds, now),
  rosterOfferOf: (regionId, activityIds, now) => rosterOfferOf({ db, keys }, regionId, activityIds, now),
  fingerprinterOf: (regionId, activityIds) => fingerprinterOf({ db, keys }, regionId, activityIds),
});
