// Lists of people at a desk: made and looked over, started, stopped, read row by row. A list is of who made it; who may do
// everything in the region sees them all. What it does to people is in carry-out.ts, the file of a list in export.ts.
import { createHash } from 'node:crypto';
import type { BulkInput, BulkList, BulkLists, BulkRow, RowsAnswer, RowsQuestion } from '#domain/bulk-api.ts';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import { readList, type ListRefusal, type ListRow } from '#domain/bulk/read-list.ts';
import { decideJob, type JobAct, type JobRefusal } from '#domain/bulk/job.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { must } from '#domain/kernel/assert.ts';
import type { BulkWork } from '#domain/bulk/bulk-work.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { findActivity } from '../activities/repository.ts';
import { countAttempt, forgiveAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import { readStaffNames } from '../auth/staff-names.ts';
import { findOrganisation, listMunicipalities } from '../organisations/repository.ts';
import { readWorld } from '../passholders/weigh-act.ts';
import { readSheet, type SheetRefusal } from '../sheets/read-sheet.ts';
import { isStrange, type AskedLine } from './asked-lines.ts';
import { openCheckIns, type CheckInContext } from './check-ins.ts';
import { lookOver } from './look-over.ts';
import {
  countRows,
  findList,
  insertList,
  listLists,
  readRows,
  rowsMaxOf,
  setState,
  type JudgedRow,
  type ReasonCount,
  type ShownRow,
  type StoredList,
} from './repository.ts';

export type BulkContext = CheckInContext;

export type BulkProblem =
  | ListRefusal
  | SheetRefusal
  | JobRefusal
  | { readonly code: 'not-found' | 'other-act-with-this-id' }
  /** Not begun, or longer ago than a paper list reaches. */
  | { readonly code: 'moment-out-of-reach' }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

const DAY_MS = 24 * 3_600_000;
/** A list says of each number whether it is somebody's card, as a look-up does: room for an old list, not for going through a region. */
const STRANGE_ROWS: AttemptRule = { purpose: 'bulk-strange', max: 1_000, windowMs: DAY_MS };
const MADE: AttemptRule = { purpose: 'bulk-made', max: 100, windowMs: DAY_MS };

export async function makeList(
  context: BulkContext,
  actor: Actor,
  input: BulkInput,
): Promise<Result<BulkList, BulkProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const organisation = await findOrganisation(db, regionId, input.organisationId);
  await requirePermission(context, actor, 'bulk.run', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const named = await nameWork(context, actor, input.work);
  if (!named.ok) return named;
  const requestDigest = createHash('sha256').update(JSON.stringify(input)).digest();
  const known = await findList(db, regionId, input.listId, false);
  if (known) return again(context, actor, known, requestDigest);
  const made = await countAttempt(context, MADE, actor.userId);
  if (!made.allowed) return refuse({ code: 'too-many-requests', retryAfterS: made.retryAfterS });
  const lines = await readLines(input.source);
  if (!lines.ok) return lines;

  const at = clock.now();
  const { listId, title, organisationId } = input;
  const work = named.value;
  const madeBy = actorName(actor);
  const checkIns =
    work.kind === 'check-in'
      ? await openCheckIns(context, { regionId, listId, title, work, by: madeBy }, actor.grants)
      : undefined;
  const judged = await countingStrange(context, actor, lines.value.length, async () =>
    lookOver(
      db,
      {
        ...{ regionId, work, checkIns, place: organisation.nisCode ?? null, at, today: civilDayOf(at) },
        world: await readWorld(db, regionId),
        mayChange: (target) => isAllowed(actor.grants, 'passholder.change', { ...target, regionId }),
      },
      lines.value,
    ),
  );
  if (!judged.ok) return judged;
  const isNew = await db.transaction().execute(async (trx) => {
    const list = { listId, title, work, organisationId, requestDigest, madeAt: at, madeBy };
    if (!(await insertList(trx, regionId, list, judged.value))) return false;
    await appendAudit(trx, {
      ...{ regionId, at, actor: madeBy, action: 'bulk-looked-over', subject: `bulk:${listId}` },
      detail: { kind: work.kind, rows: lines.value.length },
    });
    return true;
  });
  const stored = must(await findList(db, regionId, listId, false), 'the list just made');
  return isNew ? ok(await shown(context, actor, stored)) : again(context, actor, stored, requestDigest);
}

/** What a list of visits is for, as it is called now; and whether one may write down who was there. */
async function nameWork(
  context: BulkContext,
  actor: Actor,
  work: BulkWork,
): Promise<Result<BulkWork, BulkProblem>> {
  if (work.kind !== 'check-in') return ok(work);
  const activity = await findActivity(context.db, actor.regionId, work.activityId);
  await requirePermission(context, actor, 'check-in.paper', activity);
  if (!activity) return refuse({ code: 'not-found' });
  const now = context.clock.now();
  if (work.at > now || work.at < now - limits.paperListBackMs) return refuse({ code: 'moment-out-of-reach' });
  return ok({ ...work, title: activity.title });
}

/** A second sending is the same list; the id of somebody else's is not told. */
async function again(
  context: BulkContext,
  actor: Actor,
  known: StoredList,
  requestDigest: Uint8Array,
): Promise<Result<BulkList, BulkProblem>> {
  const isSame = Buffer.from(known.requestDigest).equals(requestDigest) && known.madeBy === actorName(actor);
  return isSame ? ok(await shown(context, actor, known)) : refuse({ code: 'other-act-with-this-id' });
}

async function readLines(
  source: BulkInput['source'],
): Promise<Result<readonly AskedLine[], SheetRefusal | ListRefusal>> {
  if ('people' in source) {
    const lines = source.people.map((passholderId, i) => ({
      ...{ row: i + 1, given: '', number: null, passholderId, wanted: {}, problem: undefined },
    }));
    return lines.length > 0 ? ok(lines) : refuse({ code: 'empty' });
  }
  if ('numbers' in source)
    return linesOf(readList([['nummer'], ...source.numbers.map((text) => [text])]), -1);
  const sheet = await readSheet(Buffer.from(source.file, 'base64url'));
  return sheet.ok ? linesOf(readList(sheet.value), 0) : sheet;
}

function linesOf(
  read: readonly ListRow[] | ListRefusal,
  shift: number,
): Result<readonly AskedLine[], ListRefusal> {
  if ('code' in read) return refuse(read);
  return ok(
    read.map((line) => ({
      ...{ row: line.row + shift, given: line.given, passholderId: null },
      ...(line.problem === undefined
        ? { number: line.number, wanted: line.wanted, problem: undefined }
        : { number: null, wanted: {}, problem: line.problem }),
    })),
  );
}

/** Counted beforehand as if all were strange, or lists sent at once would all be looked at; given back when it is known. */
async function countingStrange(
  context: BulkContext,
  { userId }: Actor,
  rows: number,
  look: () => Promise<JudgedRow[]>,
): Promise<Result<JudgedRow[], BulkProblem>> {
  // What was counted before this list decides: one list may be longer than what is left.
  const rule = { ...STRANGE_ROWS, max: STRANGE_ROWS.max + rows };
  const attempt = await countAttempt(context, rule, userId, rows);
  let strange = 0;
  try {
    if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
    const judged = await look();
    strange = judged.filter(isStrange).length;
    return ok(judged);
  } finally {
    await forgiveAttempt(context, rule, userId, rows - strange);
  }
}

const seesAll = ({ grants, regionId }: Actor): boolean => isAllowed(grants, 'bulk.run', { regionId });

/** What is somebody else's counts as unknown. */
export async function findOwn(
  context: BulkContext,
  actor: Actor,
  listId: string,
): Promise<StoredList | undefined> {
  const { db } = context;
  const list = await findList(db, actor.regionId, listId, false);
  const own = list && (list.madeBy === actorName(actor) || seesAll(actor)) ? list : undefined;
  const place = own && (await findOrganisation(db, actor.regionId, own.organisationId));
  await requirePermission(context, actor, 'bulk.run', place);
  return own;
}

export async function listOwnLists(context: BulkContext, actor: Actor): Promise<BulkLists> {
  await requirePermissionSomewhere(context, actor, 'bulk.run');
  const lists = await listLists(context.db, actor.regionId, seesAll(actor) ? undefined : actorName(actor));
  return { lists: await withCounts(context, actor, lists) };
}

export async function getList(
  context: BulkContext,
  actor: Actor,
  listId: string,
): Promise<Result<BulkList, BulkProblem>> {
  const list = await findOwn(context, actor, listId);
  return list ? ok(await shown(context, actor, list)) : refuse({ code: 'not-found' });
}

export async function actOnList(
  context: BulkContext,
  actor: Actor,
  listId: string,
  act: JobAct,
): Promise<Result<BulkList, BulkProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const own = await findOwn(context, actor, listId);
  if (!own) return refuse({ code: 'not-found' });
  const at = clock.now();
  const decided = await db.transaction().execute(async (trx) => {
    const list = must(await findList(trx, regionId, listId, true), 'the list just found');
    const counts = await countRows(trx, regionId, [listId]);
    const state = decideJob(list.state, act, totalOf(counts, 'ready'));
    if (!state.ok || state.value === list.state) return state;
    const by = actorName(actor);
    await setState(trx, regionId, listId, {
      state: state.value,
      ...(act === 'start' && { run_by: by, stopped_because: null, started_at: list.startedAt ?? at }),
      ...(act === 'stop' && { stopped_because: 'asked' as const }),
      ...(act === 'withdraw' && { ended_at: at }),
    });
    await appendAudit(trx, {
      ...{ regionId, at, actor: by, action: ACTED[act], subject: `bulk:${listId}` },
      detail: { ready: totalOf(counts, 'ready') },
    });
    return state;
  });
  if (!decided.ok) return decided;
  return ok(await shown(context, actor, must(await findList(db, regionId, listId, false), 'the list')));
}
const ACTED = {
  start: 'bulk-started',
  stop: 'bulk-stopped',
  withdraw: 'bulk-withdrawn',
} as const satisfies Record<JobAct, AuditAction>;

export async function readListRows(
  context: BulkContext,
  actor: Actor,
  listId: string,
  { state, code, after = 0, whole }: RowsQuestion,
): Promise<Result<RowsAnswer, BulkProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const list = await findOwn(context, actor, listId);
  if (!list) return refuse({ code: 'not-found' });
  const everywhere = isAllowed(actor.grants, 'passholder.read', { regionId });
  const places = everywhere
    ? undefined
    : (await listMunicipalities(db, regionId))
        .map(({ nisCode }) => nisCode)
        .filter((nisCode) => isAllowed(actor.grants, 'passholder.read', { regionId, nisCode }));
  const max = rowsMaxOf(whole);
  const rows = await readRows(db, regionId, listId, { state, code, after, max: max + 1, places });
  await appendAudit(db, {
    ...{ regionId, at: clock.now(), actor: actorName(actor), subject: `bulk:${listId}` },
    action: whole ? 'bulk-saved' : 'bulk-read',
    detail: { rows: Math.min(rows.length, max), after, ...(state && { state }), ...(code && { code }) },
  });
  return ok({ rows: rows.slice(0, max).map((row) => rowOf(row, list)), more: rows.length > max });
}

const rowOf = ({ number, wanted, ...row }: ShownRow, { work }: StoredList): BulkRow => ({
  ...row,
  given: number ?? row.given,
  until: work.kind === 'renew-kansenstatuut' && row.state !== 'bad' ? (wanted.until ?? work.until) : null,
});

const totalOf = (counts: readonly ReasonCount[], state: string): number =>
  counts.filter((each) => each.state === state).reduce((sum, { count }) => sum + count, 0);

const shown = async (context: BulkContext, actor: Actor, list: StoredList): Promise<BulkList> =>
  must((await withCounts(context, actor, [list]))[0], 'one list');

async function withCounts(
  { db }: BulkContext,
  { regionId }: Actor,
  lists: readonly StoredList[],
): Promise<BulkList[]> {
  const counts = await countRows(
    db,
    regionId,
    lists.map(({ listId }) => listId),
  );
  const nameOf = await readStaffNames(
    db,
    lists.map(({ madeBy }) => madeBy),
  );
  return lists.map((list) => {
    const own = counts.filter(({ listId }) => listId === list.listId);
    const { listId, title, work, state, stoppedBecause, madeAt, startedAt, endedAt } = list;
    return {
      ...{ listId, title, work, state, stoppedBecause, madeAt, startedAt, endedAt },
      madeBy: nameOf.get(list.madeBy) ?? list.madeBy,
      rows: {
        bad: totalOf(own, 'bad'),
        ready: totalOf(own, 'ready'),
        done: totalOf(own, 'done'),
        refused: totalOf(own, 'refused'),
      },
      reasons: own.flatMap((each) =>
        each.code === null ? [] : [{ state: each.state, code: each.code, count: each.count }],
      ),
    };
  });
}
