// What an import does: rows are stored some at a time, judged anew with the event held, so that what changed since the preview, or
// by another import at the same moment, is seen. What does not take place there is called off only when somebody says so.
import type { Transaction } from 'kysely';
import type { DeskActivity } from '#domain/desk-api.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { must } from '#domain/kernel/assert.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { EventImport, ImportRows, ROW_SHOWS, TakeOver } from '#domain/uitdatabank-api.ts';
import { isSame, toCallOff } from '#domain/uitdatabank/compare-event.ts';
import { IMPORT_ROW_STATES } from '#domain/uitdatabank/judge-event.ts';
import { findActivity, readActivities } from '../activities/repository.ts';
import { getActivity } from '../activities/service.ts';
import type { Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Database } from '../db/tables.ts';
import { factsOfActivity, judgeEvents } from './judge-rows.ts';
import {
  findLinks,
  findLinksOfActivities,
  holdEvent,
  lockImportRow,
  readImportRows,
  writeJudged,
  type ImportRowFacts,
  type StoredImport,
} from './repository.ts';
import { findPermitted, getImport, type ImportContext, type ImportRefusal } from './service.ts';
import { callOff, storeChangedEvent, storeNewEvent } from './store-event.ts';

type Answer = Promise<Result<EventImport, ImportRefusal>>;

/** Some of the rows that are new or changed; asked again until none is left. */
export async function storeSome(context: ImportContext, actor: Actor, importId: string): Answer {
  const found = await findPermitted(context, actor, importId);
  if (!found) return refuse({ code: 'not-found' });
  const rows = await readImportRows(context.db, actor.regionId, importId, {
    ...{ states: ['new', 'changed'], after: -1, max: limits.importStoreRows },
  });
  for (const { row } of rows)
    try {
      await context.db.transaction().execute((trx) => storeRow({ ...context, db: trx }, actor, found, row));
    } catch (error) {
      // One row never keeps the others waiting; a database that is away fails here too, and then nothing is said.
      const wrong = { state: 'bad', code: 'went-wrong', take: [], kept: [], callOff: 0 } as const;
      await writeJudged(context.db, actor.regionId, importId, row, wrong);
      context.log.error({ err: error, importId, row }, 'a row of an import broke off');
    }
  return getImport(context, actor, importId);
}

type RowContext = ImportContext & { readonly db: Transaction<Database> };

async function storeRow(
  context: RowContext,
  actor: Actor,
  { importId, otherwiseId }: StoredImport,
  no: number,
): Promise<void> {
  const { db, clock } = context;
  const { regionId } = actor;
  const row = await lockImportRow(db, regionId, importId, no);
  if (!row?.facts || (row.state !== 'new' && row.state !== 'changed')) return;
  const { facts } = row;
  await holdEvent(db, regionId, facts.eventId);
  const judged = must(
    (await judgeEvents(db, actor, otherwiseId, [facts], clock.now())).get(facts.eventId),
    'it',
  );
  const { state, organisation, activity, take } = judged;
  const problem =
    state === 'new' && organisation
      ? await storeNewEvent(context, actor, facts, organisation.organisationId)
      : activity && (state === 'changed' || state === 'unchanged')
        ? await storeChangedEvent(context, actor, facts, activity, take)
        : undefined;
  const isDone = problem === undefined && (state === 'new' || state === 'changed' || state === 'unchanged');
  if (problem !== undefined)
    await writeJudged(db, regionId, importId, no, { ...judged, state: 'bad', code: problem });
  else await writeJudged(db, regionId, importId, no, isDone ? { ...judged, state: 'stored' } : judged);
}

/** Somebody looked at it: the moments that do not take place there are called off here, with the reason that stands there. */
export async function callOffRow(context: ImportContext, actor: Actor, importId: string, no: number): Answer {
  const found = await findPermitted(context, actor, importId);
  if (!found) return refuse({ code: 'not-found' });
  const { regionId } = actor;
  const problem = await context.db.transaction().execute(async (trx): Promise<ImportRefusal | undefined> => {
    const row = await lockImportRow(trx, regionId, importId, no);
    const link = row?.eventId ? (await findLinks(trx, regionId, [row.eventId])).get(row.eventId) : undefined;
    const activity = link && (await findActivity(trx, regionId, link.activityId));
    await requirePermission(context, actor, 'activity.write', activity);
    if (!row?.facts || !activity) return { code: 'not-found' };
    const moments = toCallOff(activity, row.facts, context.clock.now());
    if (moments.length === 0) return { code: 'nothing-to-call-off' };
    const code = await callOff({ ...context, db: trx }, actor, activity, {
      ...{ moments, isWhole: row.facts.withdrawn !== null, because: becauseOf(row) },
    });
    if (code) return { code };
    await writeJudged(trx, regionId, importId, no, { ...row, callOff: 0 });
    return undefined;
  });
  return problem ? refuse(problem) : getImport(context, actor, importId);
}

/** As it stands there; otherwise a line that a person reads on the screen of the activity. */
function becauseOf({ facts }: ImportRowFacts): string {
  const told =
    facts?.withdrawn?.text || facts?.dates.find(({ cancelledBecause }) => cancelledBecause)?.cancelledBecause;
  return told || 'UiTdatabank: gaat niet door';
}

export async function readShownRows(
  context: ImportContext,
  actor: Actor,
  importId: string,
  { show, after }: { readonly show: (typeof ROW_SHOWS)[number]; readonly after: number },
): Promise<Result<ImportRows, ImportRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const found = await findPermitted(context, actor, importId);
  if (!found) return refuse({ code: 'not-found' });
  const max = limits.importPageRows;
  const state = IMPORT_ROW_STATES.find((one) => one === show);
  const asked = { states: state && [state], callOff: show === 'call-off', kept: show === 'kept', after };
  const rows = await readImportRows(db, regionId, importId, { ...asked, max: max + 1 });
  const page = rows.slice(0, max);
  const now = clock.now();
  const facts = page.flatMap((row) => row.facts ?? []);
  const judged = await judgeEvents(db, actor, found.otherwiseId, facts, now);
  return ok({
    rows: page.map(({ row, title, eventId, state: of, code, take, kept, callOff: off, facts: there }) => {
      const known = there ? judged.get(there.eventId) : undefined;
      // An event may have become an activity of a place that one may not look into.
      const activity =
        known?.activity && isAllowed(actor.grants, 'activity.read', { ...known.activity, regionId })
          ? known.activity
          : undefined;
      const last = known?.last;
      const link = activity &&
        last && { eventId: last.eventId, activityId: activity.activityId, facts: last };
      return {
        ...{ row, title, eventId, state: of, code, callOff: off, there, take: [...take], kept: [...kept] },
        organisationName: known?.organisation?.name ?? null,
        activityId: activity?.activityId ?? null,
        here: activity && link ? factsOfActivity(activity, link, now) : null,
      };
    }),
    more: rows.length > max,
  });
}

/** One field of an activity becomes what it is there. */
export async function takeOver(
  context: ImportContext,
  actor: Actor,
  activityId: string,
  { field, version }: TakeOver,
): Promise<Result<DeskActivity, ImportRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const [stored] = await readActivities(db, regionId, [activityId]);
  await requirePermission(context, actor, 'activity.write', stored);
  const link = stored && (await findLinksOfActivities(db, regionId, [activityId])).get(activityId);
  if (!stored || !link) return refuse({ code: 'not-found' });
  if (stored.version !== version) return refuse({ code: 'changed-meanwhile' });
  if (!isSame(field, stored, link.facts, clock.now())) {
    const problem = await db
      .transaction()
      .execute((trx) => storeChangedEvent({ ...context, db: trx }, actor, link.facts, stored, [field]));
    if (problem) return refuse({ code: problem });
  }
  const activity = await getActivity(context, actor, activityId);
  return activity.ok ? activity : refuse({ code: 'not-found' });
}
