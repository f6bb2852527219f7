// Searching people by name: only those whose file one may read, counted against going through a municipality, and told in
// the audit without what was typed: a name in a log that forgets nothing would outlive the person's erasure.
import { sql } from 'kysely';
import type { SearchAnswer, SearchInput, SearchPlaces } from '#domain/passholder-api.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { kansenstatuutOn, type KansenstatuutStatus } from '#domain/passholders/kansenstatuut.ts';
import { readSearch, type Search, type SearchPlace } from '#domain/passholders/search-text.ts';
import { settingOn } from '#domain/settings/settings.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermissionSomewhere } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { codeOf } from '../operator-error.ts';
import { listSettings } from '../settings/repository.ts';
import {
  findPeople,
  listSearchPlaces,
  readFound,
  type FoundRow,
  type PeopleQuestion,
} from './search-repository.ts';

type SearchContext = Pick<Context, 'db' | 'clock'>;

export type SearchRefusal =
  | { readonly code: 'search-too-short' | 'search-insz' | 'search-number' | 'search-too-slow' }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

const HOUR_MS = 3_600_000;
/** One for each pause while typing, some six for a person: a hundred people in a quarter of an hour, all day long. */
const PER_QUARTER: AttemptRule = { purpose: 'passholder-search', max: 600, windowMs: HOUR_MS / 4 };
const PER_DAY: AttemptRule = { purpose: 'passholder-search-day', max: 6_000, windowMs: 24 * HOUR_MS };
/** So often it stands in the audit within a quarter: that somebody searches, and how much. */
const AUDIT_EACH = 100;
/** Of one person at once: typing never has more under way, a script would take the connections of others. */
const UNDER_WAY_MAX = 4;
/** A search takes some ten of these; one that was made to be slow ends here. */
const STATEMENT_MS_MAX = 1_000;
const ROWS_UNDER_THE_BOX = 8;
const ROWS_IN_THE_LIST = 50;
/** As PostgreSQL says that a statement took too long. */
const QUERY_CANCELED = '57014';

export type PassholderSearch = (
  actor: Actor,
  input: SearchInput,
) => Promise<Result<SearchAnswer, SearchRefusal>>;

export function createPassholderSearch(context: SearchContext): PassholderSearch {
  const underWay = new Map<string, number>();
  return async (actor, input) => {
    await requirePermissionSomewhere(context, actor, 'passholder.read');
    const mine = (underWay.get(actor.userId) ?? 0) + 1;
    if (mine > UNDER_WAY_MAX) return refuse({ code: 'too-many-requests', retryAfterS: 1 });
    underWay.set(actor.userId, mine);
    try {
      return await search(context, actor, input);
    } finally {
      const left = (underWay.get(actor.userId) ?? 1) - 1;
      if (left === 0) underWay.delete(actor.userId);
      else underWay.set(actor.userId, left);
    }
  };
}

export async function listOwnPlaces(context: SearchContext, actor: Actor): Promise<SearchPlaces> {
  await requirePermissionSomewhere(context, actor, 'passholder.read');
  const places = await listSearchPlaces(context.db, actor.regionId);
  return { places: ownOf(actor, places).map(({ nisCode, name }) => ({ nisCode, name })) };
}

const ownOf = ({ grants, regionId }: Actor, places: readonly SearchPlace[]): readonly SearchPlace[] =>
  places.filter(({ nisCode }) => isAllowed(grants, 'passholder.read', { regionId, nisCode }));

async function search(
  context: SearchContext,
  actor: Actor,
  { text, nisCode, whole = false }: SearchInput,
): Promise<Result<SearchAnswer, SearchRefusal>> {
  const { db, clock } = context;
  const { regionId, grants } = actor;
  const today = civilDayOf(clock.now());
  const places = await listSearchPlaces(db, regionId);
  const asked = readSearch(text, { today, places });
  if (asked.kind !== 'people') return refuse({ code: REFUSALS[asked.kind] });
  const counted = await countSearch(context, actor);
  if (!counted.ok) return counted;

  const everywhere = isAllowed(grants, 'passholder.read', { regionId });
  const own = ownOf(actor, places)
    .map((place) => place.nisCode)
    .filter((own) => nisCode === undefined || own === nisCode);
  const scope = everywhere && nisCode === undefined ? undefined : own;
  if (scope?.length === 0) return ok({ people: [], more: false });
  const rows = whole ? ROWS_IN_THE_LIST : ROWS_UNDER_THE_BOX;
  const found = await findInTime(context, actor, { ...asked, scope, today, rowsMax: rows + 1 });
  if (!found.ok) return found;
  const graceDays = settingOn(await listSettings(db, regionId), 'kansenstatuutGraceDays', null, today);
  const statusOf = (facts: FoundRow['kansenstatuten'][number]): KansenstatuutStatus =>
    kansenstatuutOn(facts, today, graceDays);
  return ok({
    people: found.value.slice(0, rows).map(({ cards, kansenstatuten, familySize, ...person }) => {
      const statuses = kansenstatuten.map(statusOf);
      const active = cards.filter(({ state }) => state === 'active').map(({ number }) => number);
      return {
        ...person,
        ...(familySize !== null && { familySize }),
        cards: active,
        cardState: active.length > 0 ? 'active' : (cards[0]?.state ?? null),
        kansenstatuut: BEST_FIRST.find((status) => statuses.includes(status)) ?? 'none',
      };
    }),
    more: found.value.length > rows,
  });
}

const REFUSALS: Readonly<
  Record<Exclude<Search['kind'], 'people'>, 'search-too-short' | 'search-insz' | 'search-number'>
> = {
  empty: 'search-too-short',
  'too-short': 'search-too-short',
  insz: 'search-insz',
  // A number has its own door, with its own rights and its own line in the audit.
  card: 'search-number',
  chip: 'search-number',
  number: 'search-number',
};
const BEST_FIRST: readonly KansenstatuutStatus[] = ['active', 'grace', 'suspended', 'expired'];

/** Counts, and tells the audit now and then: bounded by the very rule that it watches. */
async function countSearch(context: SearchContext, actor: Actor): Promise<Result<null, SearchRefusal>> {
  const { db, clock } = context;
  const attempts = await db.transaction().execute(async (trx) => {
    // Nobody waits for the disk for a counter.
    await sql`set local synchronous_commit = off`.execute(trx);
    const counting = { db: trx, clock };
    return {
      quarter: await countAttempt(counting, PER_QUARTER, actor.userId),
      day: await countAttempt(counting, PER_DAY, actor.userId),
    };
  });
  const { count } = attempts.quarter;
  const refused = Object.values(attempts).find(({ allowed }) => !allowed);
  const isFirstRefused =
    count === PER_QUARTER.max + 1 || (attempts.quarter.allowed && attempts.day.count === PER_DAY.max + 1);
  if (isFirstRefused || (refused === undefined && (count === 1 || count % AUDIT_EACH === 0)))
    await appendAudit(db, {
      regionId: actor.regionId,
      at: clock.now(),
      actor: actorName(actor),
      action: refused ? 'passholder-search-stopped' : 'passholders-searched',
      subject: 'passholders',
      detail: { searchesThisQuarter: count },
    });
  if (refused && !refused.allowed)
    return refuse({ code: 'too-many-requests', retryAfterS: refused.retryAfterS });
  return ok(null);
}

async function findInTime(
  { db }: SearchContext,
  { regionId }: Actor,
  question: PeopleQuestion,
): Promise<Result<FoundRow[], SearchRefusal>> {
  const { today } = question;
  try {
    return await db
      .transaction()
      .setAccessMode('read only')
      .execute(async (trx) => {
        await sql`select set_config('statement_timeout', ${String(STATEMENT_MS_MAX)}, true),
          set_config('enable_seqscan', 'off', true)`.execute(trx); // the index is never the worse way
        const ids = await findPeople(trx, regionId, question);
        if (ids.length === 0) return ok([]);
        return ok(await readFound(trx, regionId, ids, { today, dayOf: civilDayOf }));
      });
  } catch (error) {
    if (codeOf(error) === QUERY_CANCELED) return refuse({ code: 'search-too-slow' });
    throw error;
  }
}
