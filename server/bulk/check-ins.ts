// Check-ins of a list: each is a command in the chain of the organisation's own desk, as a paper list's are, under an id that
// follows from list and row. Whether it counts is the rule of a scan, asked of the ledger.
import type { CheckInWork } from '#domain/bulk/bulk-work.ts';
import { isAllowed, type Grant } from '#domain/devices/permissions.ts';
import { findActivity, type Activity } from '../activities/repository.ts';
import type { DeskCommand, DeskLedger, ForeseenRuling } from '../checkins/desk-command.ts';
import type { Context } from '../context.ts';
import { getDeskDevice } from '../devices/desk-device.ts';
import { idFromText } from '../ids.ts';

export type CheckInContext = Pick<Context, 'db' | 'clock' | 'ids'> & { readonly ledger: DeskLedger };

/** One list, ready to have its rows written down. */
export type DeskCheckIns = {
  readonly ledger: DeskLedger;
  readonly desk: { readonly regionId: number; readonly deviceId: string };
  readonly activity: Activity;
  readonly commandOf: (row: { readonly row: number; readonly number: string }) => DeskCommand;
};

export type ListOfCheckIns = {
  readonly regionId: number;
  readonly listId: string;
  readonly title: string;
  readonly work: CheckInWork;
  readonly by: string;
};

/** Undefined where the activity is not there any more, or is not theirs to write visits of. */
export async function openCheckIns(
  context: CheckInContext,
  { regionId, listId, title, work, by }: ListOfCheckIns,
  grants: readonly Grant[],
): Promise<DeskCheckIns | undefined> {
  const activity = await findActivity(context.db, regionId, work.activityId);
  if (!activity || !isAllowed(grants, 'check-in.paper', { ...activity, regionId })) return undefined;
  const { organisationId, organisationName, activityId } = activity;
  const deviceId = await getDeskDevice(context, regionId, { organisationId, name: organisationName });
  return {
    ledger: context.ledger,
    desk: { regionId, deviceId },
    activity,
    commandOf: ({ row, number }) => ({
      id: idFromText(`bulk|${listId}|${row}`),
      kind: 'check-in',
      payload: { activityId, number, way: 'paper', paper: { at: work.at, reason: title, by } },
    }),
  };
}

type CheckInAnswer = {
  readonly good: boolean;
  readonly code: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
};

/** What a ruling says of a row. A visit that would only take the place of a later one gives nobody anything. */
export function answerOf({ outcome, code, because, points, insteadOf }: ForeseenRuling): CheckInAnswer {
  const counted = because?.at ?? insteadOf;
  if (counted !== null && counted !== undefined)
    return { good: false, code: 'checked-in-already', detail: { at: counted } };
  const good = outcome === 'accepted' || outcome === 'accepted-with-note';
  if (!good) return { good, code: code ?? outcome, detail: {} };
  return { good, code: null, detail: { points, ...(code && { note: code }) } };
}
