// One held scan as a person judges it: what the phone claims, and between which two moments it surely was made.
import * as z from 'zod/mini';
import type { HeldGroup, HeldScans } from '#domain/desk-api.ts';
import { CheckInPayload, Envelope } from '#domain/sync/command.ts';
import { toRanges } from '#domain/sync/seq-ranges.ts';
import { trustedTimeOf } from '#domain/sync/trusted-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { anchorKey, type HeldRow, type NamedAnchor } from './repository.ts';

export type HeldScan = HeldRow & {
  readonly claimed: number;
  readonly bracket: readonly [number, number];
  readonly activityId: string | null;
  readonly card: string | null;
};

/** The sync that a command names as its anchor. */
export function anchorOf({ deviceId, envelope }: HeldRow): NamedAnchor | undefined {
  const anchor = readText(Envelope, envelope)?.anchor;
  return anchor ? { deviceId, syncNo: anchor.syncNo, serverTime: anchor.serverTime } : undefined;
}

export function readHeld(row: HeldRow, anchorTimes: ReadonlyMap<string, number>): HeldScan {
  const envelope = readText(Envelope, row.envelope);
  const anchor = anchorOf(row);
  const payload = row.kind === 'check-in' ? readText(CheckInPayload, row.payload) : undefined;
  const { earliest, latest } = trustedTimeOf(
    envelope ?? { occurredAt: row.receivedAt, monoMs: 0, anchor: null },
    {
      anchorTime: anchor && anchorTimes.get(anchorKey(anchor)),
      enrolledAt: row.enrolledAt,
      receivedAt: row.receivedAt,
    },
  );
  return {
    ...row,
    claimed: envelope?.occurredAt ?? row.receivedAt,
    bracket: [earliest, latest],
    activityId: payload?.activityId ?? null,
    card: payload?.number ?? payload?.chip ?? null,
  };
}

/** Scans of one phone with one reason; `all` is not empty. */
export function groupOf(
  all: readonly [HeldScan, ...HeldScan[]],
  titles: ReadonlyMap<string, string>,
): Omit<HeldGroup, 'mayDecide'> {
  const [{ deviceId, deviceName, organisationName, deviceState, revokedAt, reason }] = all;
  const counts = new Map<string, number>();
  for (const { activityId } of all)
    if (activityId !== null) counts.set(activityId, (counts.get(activityId) ?? 0) + 1);
  const claims = all.map(({ claimed }) => claimed);
  return {
    deviceId,
    deviceName,
    organisationName,
    deviceState,
    revokedAt,
    reason,
    count: all.length,
    undos: all.filter(({ kind }) => kind === 'undo-check-in').length,
    claimed: [least(claims), -least(claims.map((claim) => -claim))],
    bracket: [least(all.map(({ bracket }) => bracket[0])), -least(all.map(({ bracket }) => -bracket[1]))],
    receivedAt: -least(all.map(({ receivedAt }) => -receivedAt)),
    activities: [...counts].flatMap(([activityId, count]) => {
      const title = titles.get(activityId);
      return title === undefined ? [] : [{ activityId, title, count }];
    }),
    seqs: toRanges(all.slice(0, limits.heldDecidedMax).map(({ seq }) => seq)),
  };
}

export const toDeskScan = (
  scan: HeldScan,
  titles: ReadonlyMap<string, string>,
  card: string,
): HeldScans['scans'][number] => ({
  seq: scan.seq,
  kind: scan.kind === 'check-in' || scan.kind === 'undo-check-in' ? scan.kind : 'unknown',
  at: scan.claimed,
  bracket: [...scan.bracket],
  receivedAt: scan.receivedAt,
  title: titles.get(scan.activityId ?? '') ?? null,
  card,
});

/** Not by spreading into Math.min: there may be more than a call takes. */
const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));

function readText<T>(schema: z.ZodMiniType<T>, text: string | null): T | undefined {
  try {
    return z.safeParse(schema, JSON.parse(text ?? 'null')).data;
  } catch {
    return undefined; // held as it is; accepted, it will be ruled malformed
  }
}
