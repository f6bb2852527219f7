// What the screens of rescue import: the unsent scans of this phone, whatever it is now, and what it carries for others.
import type { Result } from '#domain/kernel/result.ts';
import type { RescueHead } from '#domain/sync/rescue.ts';
import { clock } from '../clock.ts';
import { live } from '../db/live.svelte.ts';
import type { CarriedRow } from '../db/phone-db.ts';
import { phoneDb, session } from '../session/session.svelte.ts';
import { keepCarried, listCarried, listWaiting, type CarryProblem } from './carried.ts';
import { listUnsent, makeRescue, type Rescue, type RescueProblem } from './make-rescue.ts';

export type UnsentOf = {
  readonly deviceId: string;
  readonly name: string;
  readonly regionName: string;
  readonly count: number;
  readonly hasKey: boolean;
};

export const liveUnsent = (): { readonly current: readonly UnsentOf[] | undefined } =>
  live<readonly UnsentOf[] | undefined>(
    async () =>
      (await listUnsent(phoneDb)).map(({ device, count }) => ({
        deviceId: device.id,
        name: device.name,
        regionName: device.regionName,
        count,
        hasKey: device.rescueKey !== undefined,
      })),
    undefined,
  );

export async function rescueOf(deviceId: string, from: number): Promise<Result<Rescue, RescueProblem>> {
  const device = await phoneDb.devices.get(deviceId);
  return device
    ? makeRescue({ db: phoneDb, clock }, device, { from })
    : { ok: false, error: { code: 'nothing-unsent' } };
}

export const liveCarried = (): { readonly current: readonly CarriedRow[] } =>
  live<readonly CarriedRow[]>(() => listCarried(phoneDb), []);

/** Scans of others that no server has told of yet. */
export const liveCarriedCount = (): { readonly current: number } =>
  live(async () => (await listWaiting(phoneDb)).reduce((sum, { head }) => sum + head.count, 0), 0);

/** Durable when it says so; then it travels with this phone's own contact. */
export async function carry(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Result<RescueHead, CarryProblem | { readonly code: 'not-enrolled' }>> {
  const { phone } = session;
  if (!phone) return { ok: false, error: { code: 'not-enrolled' } };
  const kept = await keepCarried(phoneDb, phone.device.region, bytes, clock.now());
  if (kept.ok) phone.sync.wake();
  return kept;
}
