// What this phone is enrolled for, as far as the server has said so.
import type { ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import type { Phone } from '../session/phone.ts';
import { contactOf } from '../sync/dexie-sync-store.ts';

/** By title. Undefined before the first answer of the server: to say "none" then would be untrue. */
export async function knownActivities({
  db,
  device,
}: Pick<Phone, 'db' | 'device'>): Promise<readonly ActivityPolicy[] | undefined> {
  const all = await db.activities.toArray();
  if (all.length === 0 && (await contactOf(db, device.id)).cursor === null) return undefined;
  return all.sort((a, b) => a.title.localeCompare(b.title));
}
