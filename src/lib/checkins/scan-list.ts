// Tonight's scans of one activity as screens show them: each with its life, the counters, and the end of the shift.
// Counters come from indexes, so that ten thousand waiting scans do not slow down the next one.
import type { ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import { openOccurrence } from '#domain/checkins/activity-policy.ts';
import { civilDayOf, startOfCivilDay, type Instant } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { OwingPhone } from '#domain/sync/exchange.ts';
import { standingOf, tallyShift, type ScanStanding } from '#domain/sync/scan-life.ts';
import type { CommandState, ScanRow } from '../db/phone-db.ts';
import type { Phone } from '../session/phone.ts';
import { contactOf } from '../sync/dexie-sync-store.ts';
import { maskedOf } from './masked-card.ts';

/** `here`: on this phone only. `custody`: the server has it. `ruled`: and it has ruled. */
export type ScanLife = 'here' | 'custody' | 'ruled';

export type ScanItem = ScanStanding & {
  readonly commandId: string;
  readonly at: Instant;
  readonly masked: string;
  readonly shown: ScanRow['shown'];
  readonly life: ScanLife;
  /** Of a duplicate: the visit that counts. */
  readonly earlier?: {
    readonly at: Instant;
    readonly here: boolean;
    readonly deviceName: string | undefined;
  };
  readonly canUndo: boolean;
};

export type ScanCounts = {
  readonly scanned: number;
  readonly toLookAt: number;
  /** Of this phone, whatever the activity. */
  readonly unsent: number;
};

export type ShiftSummary = ScanCounts & {
  readonly points: number;
  readonly undone: number;
  readonly lookAt: readonly ScanItem[];
  /** Other phones that still owe commands, as the server knew at `owingAt`. */
  readonly owing: readonly OwingPhone[];
  /** Device clock; undefined before the first answer. */
  readonly owingAt: Instant | undefined;
};

export const SCAN_LIST_MAX = 200;

/** The shift began when check-in opened, or this morning: a party goes on after midnight. */
export function shiftStart(policy: ActivityPolicy | undefined, at: Instant): Instant {
  const morning = startOfCivilDay(civilDayOf(at));
  const opens = policy && openOccurrence(policy.occurrences, at)?.opensAt;
  return Math.min(morning, opens ?? morning);
}

/** Newest first. */
export async function listScans(phone: Phone, activityId: string, since: Instant): Promise<ScanItem[]> {
  return itemsOf(phone, await scansSince(phone, activityId, since));
}

export async function countScans(phone: Phone, activityId: string, since: Instant): Promise<ScanCounts> {
  const { db } = phone;
  const [scanned, toLookAt, { unsent }] = await db.transaction('r', db.scans, db.outbox, () =>
    Promise.all([
      db.scans
        .where('[activityId+gone+at]')
        .between([activityId, 0, since], [activityId, 0, Number.MAX_SAFE_INTEGER])
        .count(),
      db.scans
        .where('[activityId+look+at]')
        .between([activityId, 1, since], [activityId, 1, Number.MAX_SAFE_INTEGER])
        .count(),
      phone.backlog(),
    ]),
  );
  return { scanned, toLookAt, unsent };
}

export async function summariseShift(
  phone: Phone,
  activityId: string,
  since: Instant,
): Promise<ShiftSummary> {
  const rows = await scansSince(phone, activityId, since, Number.POSITIVE_INFINITY);
  const standings = rows.map(standingOf);
  const contact = await contactOf(phone.db, phone.device.id);
  const toLookAt = rows.filter((row) => row.look === 1);
  return {
    ...tallyShift(standings),
    undone: standings.filter(({ undone }) => undone).length,
    lookAt: await itemsOf(phone, toLookAt.slice(0, SCAN_LIST_MAX)),
    unsent: (await phone.backlog()).unsent,
    owing: contact.owing,
    owingAt: contact.anchor?.deviceTime,
  };
}

/** Both those that stand and those taken back, newest first. */
async function scansSince(
  { db }: Phone,
  activityId: string,
  since: Instant,
  countMax = SCAN_LIST_MAX,
): Promise<ScanRow[]> {
  const part = (gone: 0 | 1): Promise<ScanRow[]> =>
    db.scans
      .where('[activityId+gone+at]')
      .between([activityId, gone, since], [activityId, gone, Number.MAX_SAFE_INTEGER])
      .reverse()
      .limit(countMax)
      .toArray();
  const rows = [...(await part(0)), ...(await part(1))];
  return rows.sort((a, b) => b.at - a.at || b.seq - a.seq).slice(0, countMax);
}

async function itemsOf(phone: Phone, rows: readonly ScanRow[]): Promise<ScanItem[]> {
  const { db } = phone;
  const commands = await db.outbox.bulkGet(rows.map(({ device, seq }): [string, number] => [device, seq]));
  const names = new Map((await db.phones.toArray()).map(({ id, name }) => [id, name]));
  const devices = new Map((await db.devices.toArray()).map((device) => [device.id, device]));
  const at = phone.trueNow();
  // All reads are done: what follows is WebCrypto.
  return Promise.all(
    rows.map(async (row, i): Promise<ScanItem> => {
      const command = commands[i];
      const standing = standingOf(row);
      const of = row.ruling ? row.ruling.because : row.shown.of;
      const here = of !== undefined && devices.has(of.device);
      const storageKey = devices.get(row.device)?.storageKey;
      return {
        ...standing,
        commandId: row.commandId,
        at: row.at,
        shown: row.shown,
        masked: storageKey ? await maskedOf(storageKey, command) : '',
        life: lifeOf(row, command?.state),
        ...(of && {
          earlier: { at: of.at, here, deviceName: names.get(of.device) ?? devices.get(of.device)?.name },
        }),
        canUndo:
          !standing.undone &&
          row.device === phone.device.id &&
          row.undoRefused === undefined &&
          at - row.at <= limits.undoByPhoneMs,
      };
    }),
  );
}

const lifeOf = (row: ScanRow, state: CommandState | undefined): ScanLife =>
  state === 'unsent' ? 'here' : row.ruling ? 'ruled' : 'custody';
