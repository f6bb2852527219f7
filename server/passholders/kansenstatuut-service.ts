// The work list of the kansenstatuut: whose ends soon, holds by grace, is over or suspended. Who is poor is nobody's business but
// their own desk's: a list shows one's own municipality only, each look stands in the audit, and so many are enough for a day's work.
import type { ListAnswer, ListChoices, ListedPerson, ListQuestion, SheetAnswer } from '#domain/bulk-api.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { civilDayOf, type CivilDay } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { defaultEndOf } from '#domain/passholders/kansenstatuut.ts';
import { endWindow, statusOfView, type ListView } from '#domain/passholders/kansenstatuut-list.ts';
import { settingOn } from '#domain/settings/settings.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requireFreshProof } from '../auth/fresh-proof.ts';
import { requirePermissionSomewhere } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { listCardSystems } from '../organisations/repository.ts';
import { countEntitled, listKansenstatuut } from './kansenstatuut-repository.ts';
import { listSettings } from '../settings/repository.ts';
import { listSearchPlaces } from './search-repository.ts';

type ListContext = Pick<Context, 'db' | 'clock'>;

export type ListRefusal = { readonly code: 'too-many-requests'; readonly retryAfterS: number };

const HOUR_MS = 3_600_000;
/** A page a few seconds for a whole quarter; a script that goes through a region ends. */
const PAGES: AttemptRule = { purpose: 'kansenstatuut-list', max: 300, windowMs: HOUR_MS / 4 };
const SHEETS: AttemptRule = { purpose: 'kansenstatuut-sheet', max: 30, windowMs: 24 * HOUR_MS };

export async function listChoices(context: ListContext, actor: Actor): Promise<ListChoices> {
  await requirePermissionSomewhere(context, actor, 'kansenstatuut.list');
  const { db, clock } = context;
  const { regionId } = actor;
  const today = civilDayOf(clock.now());
  const [cardSystems, places, settings] = await Promise.all([
    listCardSystems(db, regionId),
    ownPlaces(context, actor),
    listSettings(db, regionId),
  ]);
  return {
    cardSystems: await usualFirst(context, actor, cardSystems),
    places,
    proofs: [...settingOn(settings, 'kansenstatuutProofs', null, today)],
    until: defaultEndOf(today, settingOn(settings, 'kansenstatuutEndsOn', null, today)),
    blockReasons: [...settingOn(settings, 'blockReasons', null, today)],
  };
}

/** Of two card systems the one with more people, counted as far as tells them apart. */
async function usualFirst<System extends { readonly cardSystemId: string }>(
  { db }: ListContext,
  { regionId }: Actor,
  systems: readonly System[],
): Promise<System[]> {
  const counts = await Promise.all(
    systems.map(({ cardSystemId }) => countEntitled(db, regionId, cardSystemId, 1_000)),
  );
  return systems
    .map((system, i) => ({ system, count: counts[i] ?? 0 }))
    .sort((a, b) => b.count - a.count)
    .map(({ system }) => system);
}

export async function readListPage(
  context: ListContext,
  actor: Actor,
  question: ListQuestion,
): Promise<Result<ListAnswer, ListRefusal>> {
  await requirePermissionSomewhere(context, actor, 'kansenstatuut.list');
  const pageSize = limits.kansenstatuutPageRows;
  const asked = { max: pageSize, offset: (question.page - 1) * pageSize };
  const read = await readCounted(context, actor, question, PAGES, asked, 'kansenstatuut-listed');
  if (!read.ok) return read;
  const { today, graceDays, people, total } = read.value;
  return ok({ today, graceDays, people, total, pageSize });
}

/** All of it at once leaves the house: that wants a proof of who one is that is minutes old. */
export async function readListSheet(
  context: ListContext,
  actor: Actor,
  question: ListQuestion,
): Promise<Result<SheetAnswer, ListRefusal>> {
  await requirePermissionSomewhere(context, actor, 'kansenstatuut.list');
  requireFreshProof(context, actor);
  const asked = { max: limits.kansenstatuutSheetRows, offset: 0 };
  const read = await readCounted(context, actor, question, SHEETS, asked, 'kansenstatuut-saved');
  if (!read.ok) return read;
  const { people, total } = read.value;
  return ok({ people, more: total > people.length });
}

type Read = {
  readonly today: CivilDay;
  readonly graceDays: number;
  readonly people: ListedPerson[];
  readonly total: number;
};

async function readCounted(
  context: ListContext,
  actor: Actor,
  question: ListQuestion,
  rule: AttemptRule,
  asked: { readonly max: number; readonly offset: number },
  action: 'kansenstatuut-listed' | 'kansenstatuut-saved',
): Promise<Result<Read, ListRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const { view, cardSystemId, nisCode, soonDays, proof, sort, page } = question;
  const attempt = await countAttempt(context, rule, actor.userId);
  if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  const at = clock.now();
  const today = civilDayOf(at);
  const graceDays = settingOn(await listSettings(db, regionId), 'kansenstatuutGraceDays', null, today);
  const scope = await scopeOf(context, actor, nisCode);
  const { people, total } = await listKansenstatuut(db, {
    ...{ regionId, cardSystemId, today, proof, scope, sort, ...asked },
    window: endWindow(view, { today, graceDays, soonDays }),
  });
  await appendAudit(db, {
    ...{ regionId, at, actor: actorName(actor), action, subject: 'kansenstatuut' },
    detail: { view, page, rows: people.length, ...(nisCode !== undefined && { nisCode }) },
  });
  const status = statusOfView(view);
  return ok({ today, graceDays, people: people.map((person) => ({ ...person, status })), total });
}

/** For who may list (`kansenstatuut.list`): how many end within so many days and how many hold by grace, in the usual card system. */
export async function countEnding(
  context: ListContext,
  actor: Actor,
  soonDays: number,
): Promise<{ cardSystemId: string; soon: number; grace: number } | undefined> {
  const { db, clock } = context;
  const { regionId } = actor;
  const [system] = await usualFirst(context, actor, await listCardSystems(db, regionId));
  if (!system) return undefined;
  const { cardSystemId } = system;
  const today = civilDayOf(clock.now());
  const graceDays = settingOn(await listSettings(db, regionId), 'kansenstatuutGraceDays', null, today);
  const scope = await scopeOf(context, actor, undefined);
  const countOf = async (view: ListView): Promise<number> => {
    const window = endWindow(view, { today, graceDays, soonDays });
    const asked = { regionId, cardSystemId, today, scope, window, proof: undefined };
    return (await listKansenstatuut(db, { ...asked, sort: 'until', max: 1, offset: 0 })).total;
  };
  return { cardSystemId, soon: await countOf('soon'), grace: await countOf('grace') };
}

/** The municipalities whose people one may list, narrowed to one of them where asked; undefined: the whole region. */
async function scopeOf(
  context: ListContext,
  actor: Actor,
  nisCode: string | undefined,
): Promise<string[] | undefined> {
  const { grants, regionId } = actor;
  if (nisCode === undefined && isAllowed(grants, 'kansenstatuut.list', { regionId })) return undefined;
  return (await ownPlaces(context, actor))
    .map((place) => place.nisCode)
    .filter((own) => nisCode === undefined || own === nisCode);
}

async function ownPlaces(
  { db }: ListContext,
  { grants, regionId }: Actor,
): Promise<{ nisCode: string; name: string }[]> {
  const places = await listSearchPlaces(db, regionId);
  return places
    .filter(({ nisCode }) => isAllowed(grants, 'kansenstatuut.list', { regionId, nisCode }))
    .map(({ nisCode, name }) => ({ nisCode, name }));
}
