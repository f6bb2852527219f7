// Tonight at the desk: who came in, what is to be looked at, which phones still owe something, undo, and the paper list.
import type { CheckInList, DeskCheckIn, PaperListInput, PaperListResult } from '#domain/desk-api.ts';
import type { VerdictKind } from '#domain/checkins/verdict.ts';
import { isUitpasNumber, maskUitpasNumber, parseUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { must } from '#domain/kernel/assert.ts';
import { eveningOf, withWindow } from '#domain/checkins/activity-window.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { marginSteps } from '#domain/settings/margin-steps.ts';
import { settingOn } from '#domain/settings/settings.ts';
import {
  standingOf,
  tallyShift,
  type ScanFacts,
  type ScanStanding,
  type Tallied,
} from '#domain/sync/scan-life.ts';
import { findActivity, type Activity } from '../activities/repository.ts';
import { countAttempt, forgiveAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { getDeskDevice } from '../devices/desk-device.ts';
import { listOwedRanges } from '../devices/repository.ts';
import { idFromText } from '../ids.ts';
import { listSettings } from '../settings/repository.ts';
import type { DeskCommand, SubmitDeskCommands } from './desk-command.ts';
import {
  findVisit,
  listTrouble,
  listVisits,
  listVisitsStanding,
  readVisitGroups,
  type CheckInRow,
  type ShownRow,
  type TroubleRow,
  type VisitGroup,
} from './repository.ts';

export type CheckInContext = Pick<Context, 'db' | 'clock' | 'ids'> & { readonly submit: SubmitDeskCommands };

const LIST_MAX = 500;
const TROUBLE_MAX = 1_000;
const CHANGED_MAX = 200;

// A list says of each number whether it is a card, as a look-up does: room for the evenings of a summer festival, not for
// going through a card system.
const PAPER_ROWS: AttemptRule = { purpose: 'paper-rows', max: 3_000, windowMs: 24 * 3_600_000 };
const STRANGE_ROWS: AttemptRule = { purpose: 'paper-strange', max: 200, windowMs: 24 * 3_600_000 };
/** What a number that was made up gets, also when it happens to be no card of this region. */
const STRANGE = ['foreign', 'card-not-registered', 'card-deleted'];

export type CheckInRefusal =
  | { readonly code: 'not-found' | 'reason-not-offered' }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

export async function listCheckIns(
  context: CheckInContext,
  actor: Actor,
  activityId: string,
  day: string | undefined,
): Promise<Result<CheckInList, CheckInRefusal>> {
  const { db, clock } = context;
  const activity = await findActivity(db, actor.regionId, activityId);
  await requirePermission(context, actor, 'check-in.read', activity);
  if (!activity) return refuse({ code: 'not-found' });

  const settings = await listSettings(db, actor.regionId);
  const today = civilDayOf(clock.now());
  const margins = marginSteps(settings);
  const { startsAt, endsAt } = eveningOf(
    day ?? today,
    activity.moments.map((moment) => withWindow(moment, activity, margins)),
  );
  const at = [actor.regionId, activityId, startsAt, endsAt] as const;
  const [visits, trouble, groups, owing] = await Promise.all([
    listVisits(db, ...at, LIST_MAX),
    listTrouble(db, ...at, TROUBLE_MAX),
    readVisitGroups(db, ...at),
    listOwedRanges(db, actor.regionId, activityId),
  ]);
  const changedGroups = groups.filter((group) => group.shown !== null && standingOfGroup(group).changed);
  const changedVisits = await listVisitsStanding(db, ...at, changedGroups, CHANGED_MAX);
  const newestFirst = [...visits, ...trouble].sort(byNewest);
  const changed = [...changedVisits, ...trouble].flatMap(changeOf).sort(byNewest).slice(0, CHANGED_MAX);
  return ok({
    checkIns: newestFirst.slice(0, LIST_MAX).map(toDeskCheckIn),
    changed,
    totals: {
      ...tallyShift([...groups.map(standingOfGroup), ...trouble.map(standingOfTrouble)]),
      counted: groups.reduce((sum, { counts, times }) => sum + (counts ? times : 0), 0),
    },
    undoReasons: [...settingOn(settings, 'undoReasons', null, today)],
    owing: owing.map(({ range: [from, to], ...phone }) => ({ ...phone, from, to })),
  });
}

const byNewest = (
  a: { readonly at: number; readonly commandId: string },
  b: { readonly at: number; readonly commandId: string },
): number => b.at - a.at || (a.commandId < b.commandId ? 1 : -1);

/** What the door said and what holds now, where that is not the same. */
function changeOf(row: ShownRow): CheckInList['changed'] {
  const { shown, undone, outcome, code, points } = row;
  if (shown === null) return [];
  const standing = standingOf({
    ...factsOf(shown, undone),
    ruling: { outcome, ...(code && { code }), points },
  });
  return standing.changed ? [{ ...toDeskCheckIn(row), shown }] : [];
}

/** The slot and note of a visit are what its ruling says (judgementOf in the domain), without reading the ruling. */
function standingOfGroup({
  shown,
  counts,
  note,
  points,
  undone,
  undoRefused,
  times,
}: VisitGroup): ScanStanding & Tallied {
  const ruling = !counts
    ? { outcome: 'duplicate' as const, points: 0 }
    : note !== null
      ? { outcome: 'accepted-with-note' as const, code: note, points }
      : { outcome: 'accepted' as const, points };
  return {
    ...standingOf({ ...factsOf(shown, undone), ruling, ...(undoRefused && { undoRefused: 'refused' }) }),
    times,
  };
}

function standingOfTrouble({ shown, undone, outcome, code, points }: TroubleRow): Tallied {
  return standingOf({ ...factsOf(shown, undone), ruling: { outcome, ...(code && { code }), points } });
}

const factsOf = (shown: VerdictKind | null, undone: boolean): Pick<ScanFacts, 'shown' | 'undone'> => ({
  shown: { verdict: shown ?? 'saved', points: 0 },
  undone: undone ? 1 : 0,
});

/** A command of the desk: the check-in stays, a later ruling takes its points back. Undone already: as it is. */
export async function undoCheckIn(
  context: CheckInContext,
  actor: Actor,
  commandId: string,
  reason: string,
): Promise<Result<DeskCheckIn, CheckInRefusal>> {
  const { db, clock, ids } = context;
  const visit = await findVisit(db, actor.regionId, commandId);
  const activity = visit && (await findActivity(db, actor.regionId, visit.activityId));
  await requirePermission(context, actor, 'check-in.paper', activity);
  if (!visit || !activity) return refuse({ code: 'not-found' });
  const at = clock.now();
  const offered = settingOn(await listSettings(db, actor.regionId), 'undoReasons', null, civilDayOf(at));
  if (offered.length > 0 && !offered.includes(reason)) return refuse({ code: 'reason-not-offered' });
  if (!visit.undone) {
    await submitAs(context, actor, activity, [
      { id: ids.newId(), kind: 'undo-check-in', payload: { target: commandId, reason } },
    ]);
    await appendAudit(db, {
      regionId: actor.regionId,
      at,
      actor: actorName(actor),
      action: 'check-in-undone',
      subject: `command:${commandId}`,
    });
  }
  return ok(toDeskCheckIn(must(await findVisit(db, actor.regionId, commandId), 'the visit just undone')));
}

/** Each row that is a card number becomes a command; its id follows from what it says, so twice is once. */
export async function enterPaperList(
  context: CheckInContext,
  actor: Actor,
  input: PaperListInput,
): Promise<Result<PaperListResult, CheckInRefusal>> {
  const { db, clock } = context;
  const activity = await findActivity(db, actor.regionId, input.activityId);
  await requirePermission(context, actor, 'check-in.paper', activity);
  if (!activity) return refuse({ code: 'not-found' });

  const rowsOfDay = await countAttempt(context, PAPER_ROWS, actor.userId, input.rows.length);
  if (!rowsOfDay.allowed) return refuse({ code: 'too-many-requests', retryAfterS: rowsOfDay.retryAfterS });

  const now = clock.now();
  const rows = readRows(input, now);
  const commands = rows.flatMap((row): DeskCommand[] =>
    'problem' in row
      ? []
      : [
          {
            id: row.id,
            kind: 'check-in',
            payload: {
              activityId: input.activityId,
              number: row.number,
              way: 'paper',
              paper: { at: row.at, reason: input.reason, by: actorName(actor) },
            },
          },
        ],
  );
  const submitted = await countingStrange(context, actor, commands.length, () =>
    commands.length > 0 ? submitAs(context, actor, activity, commands) : Promise.resolve([]),
  );
  if (!submitted.ok) return submitted;
  const rulings = submitted.value;
  await appendAudit(db, {
    regionId: actor.regionId,
    at: now,
    actor: actorName(actor),
    action: 'paper-list-entered',
    subject: `activity:${input.activityId}`,
    detail: { requestId: input.requestId, rows: input.rows.length, commands: commands.length },
  });
  const byId = new Map(rulings.map((ruling) => [ruling.commandId, ruling]));
  return ok({
    rows: rows.map((row, index) => {
      if ('problem' in row) return { row: index, code: row.problem, points: 0 };
      const { outcome, code, because, points } = must(byId.get(row.id), 'a ruling for each row');
      return { row: index, outcome, ...(code && { code }), ...(because && { because }), points };
    }),
  });
}

type Rulings = Awaited<ReturnType<SubmitDeskCommands>>;

/** Counted beforehand as if all were strange, or lists sent at once would all be looked at; given back when it is known. */
async function countingStrange(
  context: CheckInContext,
  { userId }: Actor,
  rows: number,
  submit: () => Promise<Rulings>,
): Promise<Result<Rulings, CheckInRefusal>> {
  // What was counted before this list decides: one list may be longer than what is left.
  const rule = { ...STRANGE_ROWS, max: STRANGE_ROWS.max + rows };
  const attempt = await countAttempt(context, rule, userId, rows);
  let strange = 0;
  try {
    if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
    const rulings = await submit();
    strange = rulings.filter(({ code }) => code && STRANGE.includes(code)).length;
    return ok(rulings);
  } finally {
    await forgiveAttempt(context, rule, userId, rows - strange);
  }
}

async function submitAs(
  context: CheckInContext,
  { regionId }: Actor,
  { organisationId, organisationName }: Activity,
  commands: readonly DeskCommand[],
): Promise<Rulings> {
  const deviceId = await getDeskDevice(context, regionId, { organisationId, name: organisationName });
  return context.submit({ regionId, deviceId }, commands, context.clock.now());
}

type Row =
  { readonly id: string; readonly number: string; readonly at: number } | { readonly problem: string };

/** The same card at the same minute twice on a list are two visits: which of them it is belongs to the id. A list that was changed
 *  before it was sent again has new rows and old ones. */
function readRows({ requestId, activityId, rows }: PaperListInput, now: number): Row[] {
  const seen = new Map<string, number>();
  return rows.map(({ number: text, at }): Row => {
    const number = parseUitpasNumber(text);
    if (!number.ok) return { problem: `number-${number.error.code}` };
    if (at > now || at < now - limits.paperListBackMs) return { problem: 'time' };
    const says = `paper|${requestId}|${activityId}|${number.value}|${at}`;
    const nth = (seen.get(says) ?? 0) + 1;
    seen.set(says, nth);
    return { id: idFromText(`${says}|${nth}`), number: number.value, at };
  });
}

const toDeskCheckIn = (row: CheckInRow): DeskCheckIn => ({
  commandId: row.commandId,
  at: row.at,
  receivedAt: row.receivedAt,
  card: maskCard(row.card),
  deviceName: row.deviceName,
  outcome: row.outcome,
  ...(row.code && { code: row.code }),
  ...(row.because && { because: row.because }),
  points: row.points,
  undone: row.undone,
  way: row.way,
});

/** A chip is no secret and no number: its first half tells cards apart. Nothing of what is no card. */
export function maskCard(card: string | null): string {
  if (card === null) return '···';
  if (isUitpasNumber(card)) return maskUitpasNumber(card);
  return /^[0-9A-F]{14}$/.test(card) ? `${card.slice(0, 8)} ···` : '···';
}
