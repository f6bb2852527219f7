// Activities out of UiTdatabank: an import is read piece by piece, every row is looked over, somebody chooses where it is not clear
// whose an event is, and then rows are stored some at a time, each in a transaction of its own. Whatever stops in between can go on.
import { must } from '#domain/kernel/assert.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import type {
  EventImport,
  EventImports,
  ImportInput,
  ImportPiece,
  OrganiserChoice,
} from '#domain/uitdatabank-api.ts';
import { appendAudit } from '../audit.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import { readStaffNames } from '../auth/staff-names.ts';
import type { Context } from '../context.ts';
import { findOrganisation, listOrganisations } from '../organisations/repository.ts';
import { fetchPage, type FetchProblem } from './fetch-page.ts';
import { judgeEvents } from './judge-rows.ts';
import { eventOfText, eventOfValue, rowsOf } from './read-rows.ts';
import {
  changeImport,
  countImportRows,
  findImport,
  findSameEvents,
  insertImport,
  insertOrganiser,
  insertRows,
  listImports,
  listUnknownOrganisers,
  readImportRows,
  writeJudged,
  type RowCount,
  type StoredImport,
} from './repository.ts';
import { readKey } from './source-service.ts';
import { findSource } from './source-repository.ts';

export type ImportContext = Pick<Context, 'db' | 'clock' | 'ids' | 'keys' | 'config' | 'stopping' | 'log'>;

export type ImportRefusal =
  | FetchProblem
  | {
      readonly code:
        'not-found' | 'other-act-with-this-id' | 'source-not-set' | 'import-not-a-file' | 'too-many-events';
    }
  | { readonly code: 'changed-meanwhile' | 'does-not-fit' | 'nothing-to-call-off' }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

type Answer = Promise<Result<EventImport, ImportRefusal>>;

const SHOWN_MAX = 20;
const ORGANISERS_MAX = 200;
const MADE: AttemptRule = { purpose: 'uitdatabank-made', max: 100, windowMs: 24 * 3_600_000 };
/** A whole region takes a hundred pages. */
const FETCHED: AttemptRule = { purpose: 'uitdatabank-fetched', max: 600, windowMs: 3_600_000 };

export async function makeImport(context: ImportContext, actor: Actor, input: ImportInput): Answer {
  const { db, clock } = context;
  const { regionId } = actor;
  const organisation = await findOrganisation(db, regionId, input.organisationId);
  await requirePermission(context, actor, 'activity.write', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const { importId, organisationId, source } = input;
  const known = await findImport(db, regionId, importId);
  if (known) return known.madeBy === actorName(actor) ? shown(context, actor, known) : refuse(OTHER);
  if (source.kind === 'address' && !(await findSource(db, regionId)))
    return refuse({ code: 'source-not-set' });
  const made = await countAttempt(context, MADE, actor.userId);
  if (!made.allowed) return refuse({ code: 'too-many-requests', retryAfterS: made.retryAfterS });
  const isNew = await insertImport(db, regionId, {
    ...{ importId, organisationId, source: source.kind, madeAt: clock.now(), madeBy: actorName(actor) },
    ...(source.kind === 'file' ? { name: source.name, total: source.total } : { name: '', total: null }),
  });
  if (!isNew) return refuse(OTHER);
  return shown(context, actor, must(await findImport(db, regionId, importId), 'the import just made'));
}
const OTHER = { code: 'other-act-with-this-id' } as const;

export async function listMadeImports(context: ImportContext, actor: Actor): Promise<EventImports> {
  await requirePermissionSomewhere(context, actor, 'activity.write');
  const { db } = context;
  const { regionId, grants } = actor;
  const places = (await listOrganisations(db, regionId))
    .filter((place) => isAllowed(grants, 'activity.write', { regionId, ...place }))
    .map(({ organisationId }) => organisationId);
  const imports = await listImports(db, regionId, places, SHOWN_MAX);
  return { imports: await withCounts(context, actor, imports) };
}

export async function getImport(context: ImportContext, actor: Actor, importId: string): Answer {
  const found = await findPermitted(context, actor, importId);
  return found ? shown(context, actor, found) : refuse({ code: 'not-found' });
}

/** A colleague of the same counter sees it and goes on with it. */
export async function findPermitted(
  context: ImportContext,
  actor: Actor,
  importId: string,
): Promise<StoredImport | undefined> {
  const found = await findImport(context.db, actor.regionId, importId);
  const place = found && (await findOrganisation(context.db, actor.regionId, found.organisationId));
  await requirePermission(context, actor, 'activity.write', place);
  return found;
}

/** Sent again, it changes nothing: rows that are there stay. */
export async function addPiece(
  context: ImportContext,
  actor: Actor,
  importId: string,
  { start, texts }: ImportPiece,
): Answer {
  const found = await findPermitted(context, actor, importId);
  if (!found) return refuse({ code: 'not-found' });
  if (found.source !== 'file' || found.total === null) return refuse({ code: 'import-not-a-file' });
  if (start + texts.length > found.total) return refuse({ code: 'too-many-events' });
  const now = context.clock.now();
  await addRows(
    context,
    actor,
    found,
    start,
    texts.map((text) => eventOfText(text, now)),
  );
  return getImport(context, actor, importId);
}

/** The next page of the address; the last one makes it whole. */
export async function fetchNext(context: ImportContext, actor: Actor, importId: string): Answer {
  const { db, config, stopping, clock } = context;
  const { regionId } = actor;
  const found = await findPermitted(context, actor, importId);
  if (!found) return refuse({ code: 'not-found' });
  if (found.state === 'ready') return shown(context, actor, found);
  const source = found.source === 'address' ? await findSource(db, regionId) : undefined;
  if (!source) return refuse({ code: 'source-not-set' });
  const attempt = await countAttempt(context, FETCHED, String(regionId));
  if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  const start = totalOf(await countImportRows(db, regionId, [importId]));
  const page = await fetchPage({
    ...{ url: source.url, key: readKey(context, regionId, source), start, stopping },
    anywhere: config.importFromAnywhere,
  });
  if (!page.ok) return page;
  const { total, events } = page.value;
  if (total > limits.importEventsMax) return refuse({ code: 'too-many-events' });
  // Fewer than it said, as events go while one reads: then what is there is all.
  const whole = events.length === 0 ? start : total;
  await changeImport(db, regionId, importId, { total: whole });
  const now = clock.now();
  await addRows(
    context,
    actor,
    { ...found, total: whole },
    start,
    events.map((event) => eventOfValue(event, now)),
  );
  return getImport(context, actor, importId);
}

type Events = Parameters<typeof rowsOf>[0];

async function addRows(
  { db, clock }: ImportContext,
  actor: Actor,
  { importId, total }: StoredImport,
  start: number,
  events: Events,
): Promise<void> {
  const { regionId } = actor;
  await db.transaction().execute(async (trx) => {
    const held = must(await findImport(trx, regionId, importId, true), 'the import just found');
    const facts = events.flatMap((event) => ('facts' in event ? [event.facts] : []));
    const ids = facts.map(({ eventId }) => eventId);
    const there = await readImportRows(trx, regionId, importId, {
      ...{ states: undefined, after: start - 1, max: events.length },
    });
    const missing = events.flatMap((event, i) =>
      there.some(({ row }) => row === start + i) ? [] : [{ event, row: start + i }],
    );
    const seen = await findSameEvents(trx, regionId, importId, ids);
    const judged = await judgeEvents(trx, actor, held.otherwiseId, facts, clock.now());
    const rows = missing.map(({ event, row }) => must(rowsOf([event], row, judged, seen)[0], 'one row'));
    await insertRows(trx, regionId, importId, rows);
    const read = totalOf(await countImportRows(trx, regionId, [importId]));
    if (total !== null && read >= total) await changeImport(trx, regionId, importId, { state: 'ready' });
  });
}

/** From now on: the next import knows it too. The rows of this one are looked over again. */
export async function chooseOrganiser(
  context: ImportContext,
  actor: Actor,
  importId: string,
  { key, organisationId }: OrganiserChoice,
): Answer {
  const { db, clock } = context;
  const { regionId } = actor;
  const found = await findPermitted(context, actor, importId);
  const organisation = await findOrganisation(db, regionId, organisationId);
  await requirePermission(context, actor, 'activity.write', organisation);
  if (!found || !organisation) return refuse({ code: 'not-found' });
  await db.transaction().execute(async (trx) => {
    const held = must(await findImport(trx, regionId, importId, true), 'the import just found');
    const rows = await readImportRows(trx, regionId, importId, {
      ...{ states: ['organiser'], organiserKey: key, after: -1, max: limits.importEventsMax },
    });
    // Only what waits for a choice: an organiser that somebody chose is not taken over by somebody else.
    if (rows.length === 0) return;
    const at = clock.now();
    let isChosen = true;
    if (key === '') await changeImport(trx, regionId, importId, { otherwise_id: organisationId });
    else isChosen = await insertOrganiser(trx, regionId, { key, organisationId, at, by: actorName(actor) });
    const facts = rows.flatMap((row) => row.facts ?? []);
    const otherwiseId = key === '' ? organisationId : held.otherwiseId;
    const judged = await judgeEvents(trx, actor, otherwiseId, facts, at);
    for (const { row, facts: one } of rows)
      await writeJudged(trx, regionId, importId, row, must(one && judged.get(one.eventId), 'a judged row'));
    if (!isChosen) return;
    await appendAudit(trx, {
      ...{ regionId, at, actor: actorName(actor), action: 'uitdatabank-organiser-chosen' },
      subject: `organisation:${organisationId}`,
      detail: { importId, rows: rows.length },
    });
  });
  return getImport(context, actor, importId);
}

const totalOf = (counts: readonly RowCount[], state?: string): number =>
  counts
    .filter((each) => state === undefined || each.state === state)
    .reduce((sum, { count }) => sum + count, 0);

async function shown(context: ImportContext, actor: Actor, one: StoredImport): Answer {
  return ok(must((await withCounts(context, actor, [one]))[0], 'one import'));
}

async function withCounts(
  { db }: ImportContext,
  { regionId }: Actor,
  imports: readonly StoredImport[],
): Promise<EventImport[]> {
  const ids = imports.map(({ importId }) => importId);
  const counts = await countImportRows(db, regionId, ids);
  const nameOf = await readStaffNames(
    db,
    imports.map(({ madeBy }) => madeBy),
  );
  // Of a list of imports nobody chooses.
  const [only] = imports.length === 1 ? imports : [];
  const organisers = only ? await listUnknownOrganisers(db, regionId, only.importId, ORGANISERS_MAX) : [];
  return imports.map(({ importId, source, name, state, total, madeAt, madeBy }) => {
    const own = counts.filter((each) => each.importId === importId);
    return {
      ...{ importId, source, name, state, total, madeAt, madeBy: nameOf.get(madeBy) ?? madeBy },
      read: totalOf(own),
      rows: {
        bad: totalOf(own, 'bad'),
        organiser: totalOf(own, 'organiser'),
        new: totalOf(own, 'new'),
        changed: totalOf(own, 'changed'),
        unchanged: totalOf(own, 'unchanged'),
        stored: totalOf(own, 'stored'),
      },
      callOff: own.reduce((sum, { callOff }) => sum + callOff, 0),
      kept: own.reduce((sum, { kept }) => sum + kept, 0),
      organisers,
    };
  });
}
