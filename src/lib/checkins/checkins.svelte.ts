// What the scanner's screens import: check in, undo, and the live lists of tonight.
import type { ScanReading } from '#domain/cards/read-scan.ts';
import type { ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import { live } from '../db/live.svelte.ts';
import { session } from '../session/session.svelte.ts';
import { knownActivities } from './known-activities.ts';
import { checkIn as checkInOn, type CheckInContext, type ScanResult } from './check-in.ts';
import {
  countScans,
  listScans,
  shiftStart,
  summariseShift,
  type ScanCounts,
  type ScanItem,
  type ShiftSummary,
} from './scan-list.ts';
import { undoScan as undoScanOn, type UndoResult } from './undo-scan.ts';

export async function checkIn(reading: ScanReading, context: CheckInContext): Promise<ScanResult> {
  const { phone } = session;
  if (!phone) return { kind: 'not-saved', why: 'no-device', masked: '' };
  return checkInOn(phone, reading, context);
}

export async function undoScan(commandId: string): Promise<UndoResult> {
  const { phone } = session;
  return phone ? undoScanOn(phone, commandId) : { kind: 'not-saved', why: 'no-device' };
}

export const liveActivities = (): { readonly current: readonly ActivityPolicy[] | undefined } =>
  live(async () => (session.phone ? knownActivities(session.phone) : undefined), undefined);

/** Newest first, at most 200. */
export const liveScans = (activityId: string): { readonly current: readonly ScanItem[] } =>
  live(async () => {
    const { phone } = session;
    return phone ? listScans(phone, activityId, await sinceOf(activityId)) : [];
  }, []);

export const liveCounts = (activityId: string): { readonly current: ScanCounts } =>
  live(async () => {
    const { phone } = session;
    return phone ? countScans(phone, activityId, await sinceOf(activityId)) : NOTHING;
  }, NOTHING);

export async function summarise(activityId: string): Promise<ShiftSummary | undefined> {
  const { phone } = session;
  return phone && summariseShift(phone, activityId, await sinceOf(activityId));
}

const NOTHING: ScanCounts = { scanned: 0, toLookAt: 0, unsent: 0 };

async function sinceOf(activityId: string): Promise<Instant> {
  const { phone } = session;
  return phone ? shiftStart(await phone.db.activities.get(activityId), phone.trueNow()) : 0;
}
