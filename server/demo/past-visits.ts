// Almost a year of visits, so that points and history are not empty: paper lists of the desks, entered a month at a
// time through the same ledger as everything else, with the clock of then.
import type { CheckInPayload } from '#domain/sync/command.ts';
import type { DeskCommand, SubmitDeskCommands } from '../checkins/desk-command.ts';
import type { Context } from '../context.ts';
import { getDeskDevice } from '../devices/desk-device.ts';
import { WEEKS_BACK, type DemoMoment } from './activities.ts';
import type { Dice } from './dice.ts';

const STRETCH_MS = 30 * 24 * 3_600_000;
const HOUR_MS = 3_600_000;
/** People who come back: points add up. */
const REGULARS = 500;
const VISITORS_MAX = 8;

export type PastActivity = {
  readonly activityId: string;
  readonly organisation: { readonly organisationId: string; readonly name: string };
  readonly moments: readonly DemoMoment[];
};

export async function submitPastVisits(
  context: Pick<Context, 'db' | 'clock' | 'ids'>,
  submit: SubmitDeskCommands,
  dice: Dice,
  regionId: number,
  activities: readonly PastActivity[],
  numbers: readonly string[],
): Promise<void> {
  const now = context.clock.now();
  const regulars = Array.from({ length: REGULARS }, () => dice.pick(numbers));
  for (let stretchEnd = now - WEEKS_BACK * 7 * 24 * HOUR_MS + STRETCH_MS; ; stretchEnd += STRETCH_MS) {
    const receivedAt = Math.min(stretchEnd, now - HOUR_MS);
    const inStretch = ({ endsAt }: DemoMoment): boolean =>
      endsAt <= receivedAt && endsAt > receivedAt - STRETCH_MS;
    const lists = [...new Set(activities.map(({ organisation }) => organisation))].map((organisation) => ({
      organisation,
      commands: activities
        .filter((activity) => activity.organisation === organisation)
        .flatMap(({ activityId, moments }) =>
          moments.filter(inStretch).flatMap((moment) => visitsOf(dice, activityId, moment, regulars)),
        ),
    }));
    // Each desk has its own chain: they can go at the same time.
    await Promise.all(
      lists
        .filter(({ commands }) => commands.length > 0)
        .map(async ({ organisation, commands }) => {
          const deviceId = await getDeskDevice(context, regionId, organisation);
          await submit({ regionId, deviceId }, commands, receivedAt);
        }),
    );
    if (receivedAt < stretchEnd) return;
  }
}

function visitsOf(
  dice: Dice,
  activityId: string,
  { startsAt, endsAt }: DemoMoment,
  numbers: readonly string[],
): DeskCommand[] {
  return Array.from({ length: 2 + dice.roll(VISITORS_MAX - 1) }, () => {
    const at = startsAt + dice.roll(Math.min(endsAt - startsAt, 2 * HOUR_MS));
    const payload: CheckInPayload = {
      activityId,
      number: dice.pick(numbers),
      way: 'paper',
      paper: { at, reason: 'Lijst op papier', by: 'demo' },
    };
    return { id: dice.uuid(), kind: 'check-in', payload };
  });
}
