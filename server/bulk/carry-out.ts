// Carries out the lists that somebody started: row by row, each in a transaction of its own that holds the act and the answer of the
// row together, so that whatever dies in between has done both or neither. Several servers share the rows of one list; stopping waits
// for the row under way. The person is judged anew, by the rights that the starter has now.
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { judgeHere, judgeRow } from '#domain/bulk/judge-row.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { assert, must } from '#domain/kernel/assert.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { appendAudit } from '../audit.ts';
import { userIdIn } from '../auth/actor.ts';
import { readGrants } from '../auth/repository.ts';
import type { Context } from '../context.ts';
import type { Database } from '../db/tables.ts';
import { idFromText } from '../ids.ts';
import { findOrganisation } from '../organisations/repository.ts';
import { readPassholder, takeActId } from '../passholders/repository.ts';
import { targetOf } from '../passholders/target.ts';
import {
  beginningOf,
  factsOf,
  isUnknown,
  lockNamedCards,
  readWorld,
  storeDecided,
  type World,
} from '../passholders/weigh-act.ts';
import { answerOf, openCheckIns, type CheckInContext, type DeskCheckIns } from './check-ins.ts';
import { endBefore } from './look-over.ts';
import {
  answerRow,
  countRows,
  countTry,
  endWhenAnswered,
  findList,
  holdRunning,
  listRunning,
  setState,
  takeRow,
  type Db,
  type NextRow,
  type RunningList,
} from './repository.ts';

const EVERY_MS = 500;
/** Rows of one list before the next list has its turn, and before rights and settings are read again. */
const STRETCH = 25;
/** Rows of one list under way at once: one waits for the disk while another is weighed. */
const LANES = 2;

type WorkContext = CheckInContext & Pick<Context, 'log' | 'stopping'>;

/** Ends when the server stops; resolves after the row under way. */
export async function runLists(context: WorkContext): Promise<void> {
  const { log, stopping } = context;
  while (!stopping.aborted) {
    let answered = 0;
    try {
      answered = await carryOutStretches(context);
    } catch (error) {
      log.warn({ err: error }, 'carrying out lists failed; trying again');
    }
    if (answered === 0) await delay(EVERY_MS, undefined, { signal: stopping }).catch(() => undefined); // stopping ends it
  }
}

/** A stretch of each list that runs; gives the rows that were answered. */
export async function carryOutStretches(context: WorkContext): Promise<number> {
  let answered = 0;
  for (const list of await listRunning(context.db)) answered += await carryOutStretch(context, list);
  return answered;
}

type Counter = {
  readonly world: World;
  readonly place: string | null;
  readonly grants: Parameters<typeof isAllowed>[0];
  /** Of a list of visits. */
  readonly checkIns: DeskCheckIns | undefined;
};

async function carryOutStretch(context: WorkContext, list: RunningList): Promise<number> {
  const { db, stopping } = context;
  const { regionId, organisationId } = list;
  const grants = await readGrants(db, regionId, userIdIn(list.runBy));
  const organisation = await findOrganisation(db, regionId, organisationId);
  if (!organisation || !isAllowed(grants, 'bulk.run', { ...organisation, regionId })) {
    await stopForRights(context, list);
    return 0;
  }
  const { work, runBy } = list;
  const checkIns =
    work.kind === 'check-in' ? await openCheckIns(context, { ...list, work, by: runBy }, grants) : undefined;
  if (work.kind === 'check-in' && !checkIns) {
    await stopForRights(context, list);
    return 0;
  }
  const place = organisation.nisCode ?? null;
  const counter = { world: await readWorld(db, regionId), place, grants, checkIns };
  let answered = 0;
  const lane = async (): Promise<void> => {
    while (answered < STRETCH && !stopping.aborted && (await answerNext(context, list, counter)))
      answered += 1;
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return answered;
}

/** False when there is no row to take: over, stopped, or another server has the last ones. */
async function answerNext(context: WorkContext, list: RunningList, counter: Counter): Promise<boolean> {
  const { db, clock, log } = context;
  const { regionId, listId } = list;
  let taken: NextRow | undefined;
  try {
    return await db
      .transaction()
      .execute(async (trx) => {
        if (!(await holdRunning(trx, regionId, listId))) return false;
        taken = await takeRow(trx, regionId, listId);
        if (!taken) return false;
        const { row } = taken;
        await answerRow(trx, regionId, listId, {
          ...(await act(trx, list, counter, taken, clock.now())),
          ...{ row, at: clock.now() },
        });
        return true;
      })
      .then((more) => more || endIfOver(context, list));
  } catch (error) {
    if (!taken) throw error;
    log.error({ err: error, listId, row: taken.row }, 'a row of a list broke off');
    await countTry(db, regionId, listId, taken.row, clock.now());
    return true;
  }
}

type Answer = {
  readonly state: 'done' | 'refused';
  readonly code: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
};

const refused = (code: string, detail: Answer['detail'] = {}): Answer => ({ state: 'refused', code, detail });

/** Asked first and then written down: what would come to nothing leaves no trace on the list of the activity. */
async function checkIn(
  trx: Transaction<Database>,
  { ledger, desk, commandOf }: DeskCheckIns,
  { row, number }: NextRow,
  at: number,
): Promise<Answer> {
  const commands = [commandOf({ row, number: must(number, 'a visit is of a card') })];
  const foreseen = answerOf(must((await ledger.foreseeIn(trx, desk, commands, at))[0], 'one ruling'));
  if (!foreseen.good) return refused(foreseen.code ?? '', foreseen.detail);
  const ruling = must((await ledger.submitIn(trx, desk, commands, at))[0], 'one ruling');
  const { good, code, detail } = answerOf({ ...ruling, insteadOf: null });
  return { state: good ? 'done' : 'refused', code, detail };
}

async function act(
  trx: Transaction<Database>,
  list: RunningList,
  counter: Counter,
  row: NextRow,
  at: number,
): Promise<Answer> {
  const { work } = list;
  if (counter.checkIns) return checkIn(trx, counter.checkIns, row, at);
  assert(work.kind !== 'check-in', 'visits are written down in the chain of a desk');
  const { regionId, listId, organisationId } = list;
  const today = civilDayOf(at);
  const before = await readPassholder(trx, regionId, row.passholderId, true);
  const target = await targetOf(trx, regionId, before, today);
  if (isUnknown(before) || !isAllowed(counter.grants, 'passholder.change', { ...target, regionId }))
    return refused('not-yours');
  const begun = beginningOf(before, { at, today });
  if (work.kind === 'export') return tell(trx, list, before.passholderId, judgeHere(begun.start), row, at);
  const facts = factsOf(counter.world, today, counter.place, new Map());
  const judged = judgeRow(begun.start, work, row, facts);
  if (!judged.ok) return refusalOf(judged.error);
  const { act: command, events } = judged.value;
  // As any act does: the person first, then the cards it names.
  await lockNamedCards(trx, regionId, command);
  const says = `bulk|${listId}|${row.row}`;
  const actId = idFromText(says);
  const requestDigest = createHash('sha256').update(says).digest();
  const fresh = await takeActId(trx, regionId, {
    actId,
    passholderId: before.passholderId,
    requestDigest,
    at,
  });
  assert(fresh, 'the act and the answer of a row are stored together');
  await storeDecided(trx, regionId, before, begun, events, command.kind, {
    ...{ actId, at, today, actor: list.runBy, organisationId },
    detail: { listId, row: row.row },
  });
  return { state: 'done', code: null, detail: endBefore(begun.start, work) };
}

const refusalOf = ({ code, ...detail }: { readonly code: string }): Answer => refused(code, detail);

/** Whose details may leave in the file of the list; that they may stands in the audit of each of them. */
async function tell(
  trx: Db,
  { regionId, listId, runBy, organisationId }: RunningList,
  passholderId: string,
  here: ReturnType<typeof judgeHere>,
  { row }: NextRow,
  at: number,
): Promise<Answer> {
  if (!here.ok) return refusalOf(here.error);
  await appendAudit(trx, {
    ...{ regionId, at, actor: runBy, action: 'passholder-exported', subject: `passholder:${passholderId}` },
    detail: { listId, row, organisationId },
  });
  return { state: 'done', code: null, detail: {} };
}

/** Always false: nothing more to take here. */
async function endIfOver(
  { db, clock }: WorkContext,
  { regionId, listId, runBy }: RunningList,
): Promise<false> {
  const at = clock.now();
  await db.transaction().execute(async (trx) => {
    if (!(await endWhenAnswered(trx, regionId, listId, at))) return;
    const counts = await countRows(trx, regionId, [listId]);
    const of = (state: string): number =>
      counts.filter((each) => each.state === state).reduce((sum, { count }) => sum + count, 0);
    await appendAudit(trx, {
      ...{ regionId, at, actor: runBy, action: 'bulk-ended', subject: `bulk:${listId}` },
      detail: { done: of('done'), refused: of('refused') },
    });
  });
  return false;
}

async function stopForRights(
  { db, clock }: WorkContext,
  { regionId, listId, runBy }: RunningList,
): Promise<void> {
  const at = clock.now();
  await db.transaction().execute(async (trx) => {
    const now = await findList(trx, regionId, listId, true);
    // Stopped meanwhile, or started again by somebody else.
    if (now?.state !== 'running' || now.runBy !== runBy) return;
    await setState(trx, regionId, listId, {
      state: 'stopped',
      stopped_because: 'not-allowed',
      ended_at: null,
    });
    await appendAudit(trx, {
      ...{ regionId, at, actor: runBy, action: 'bulk-stopped', subject: `bulk:${listId}` },
      detail: { because: 'not-allowed' },
    });
  });
}
