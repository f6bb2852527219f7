// Figures for policy makers: how many people, how many of them with kansenstatuut, how often they come. Counted from what
// stands, never from copies; small counts are hidden before they leave here. A count is kept for some minutes.
import { sql } from 'kysely';
import { hideSmall } from '#domain/figures/hide-small.ts';
import type { Figures, FiguresQuery } from '#domain/figures-api.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import {
  addCivilDays,
  civilDayOf,
  periodOf,
  startOfCivilDay,
  type CivilDay,
  type Instant,
} from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { isEntitled, kansenstatuutOn } from '#domain/passholders/kansenstatuut.ts';
import { settingOn } from '#domain/settings/settings.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import type { Actor } from '../auth/actor.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { listMunicipalities } from '../organisations/repository.ts';
import { listSettings } from '../settings/repository.ts';
import { countByKind, countByOrganiser, countPeople, countVisits, type PeopleGroup } from './repository.ts';

type FiguresContext = Pick<Context, 'db' | 'clock'>;

export type FiguresRefusal =
  { readonly code: 'not-found' } | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

const MONTHS = 13;
const ORGANISERS_SHOWN = 15;
const KEPT_MS = 10 * 60_000;
const KEPT_MAX = 100;
const STATEMENT_MS_MAX = 30_000;
const PER_QUARTER: AttemptRule = { purpose: 'figures', max: 120, windowMs: 15 * 60_000 };

type Counted = Omit<Figures, 'places' | 'seesRegion'>;

export function createFigures(context: FiguresContext) {
  const kept = new Map<string, { readonly at: Instant; readonly counted: Promise<Counted> }>();

  return async (actor: Actor, query: FiguresQuery): Promise<Result<Figures, FiguresRefusal>> => {
    const { db, clock } = context;
    const { regionId, grants } = actor;
    await requirePermissionSomewhere(context, actor, 'figures.read');
    const all = await listMunicipalities(db, regionId);
    const places = all.filter(({ nisCode }) => isAllowed(grants, 'figures.read', { regionId, nisCode }));
    const seesRegion = isAllowed(grants, 'figures.read', { regionId });
    const wanted = query.nisCode ?? (seesRegion ? undefined : places[0]?.nisCode);
    const place = wanted === undefined ? null : all.find(({ nisCode }) => nisCode === wanted);
    if (place === undefined) return refuse({ code: 'not-found' });
    await requirePermission(context, actor, 'figures.read', place ?? {});
    const attempt = await countAttempt(context, PER_QUARTER, actor.userId);
    if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });

    const now = clock.now();
    const starts = monthStarts(query.until, now);
    const key = [regionId, place?.nisCode, starts[0]].join(' ');
    const known = kept.get(key);
    const fresh =
      known && now - known.at < KEPT_MS
        ? known
        : { at: now, counted: count(context, regionId, place, starts) };
    if (fresh !== known) keep(key, fresh);
    return ok({ ...(await fresh.counted), places, seesRegion });
  };

  /** Whoever asks meanwhile waits for the same count; one that failed is not kept. */
  function keep(key: string, fresh: { readonly at: Instant; readonly counted: Promise<Counted> }): void {
    kept.delete(key);
    kept.set(key, fresh);
    fresh.counted.catch(() => kept.delete(key));
    const [oldest] = kept.keys();
    if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest);
  }
}

type Place = { readonly nisCode: string; readonly name: string } | null;

async function count(
  { db, clock }: FiguresContext,
  regionId: number,
  place: Place,
  starts: readonly Instant[],
): Promise<Counted> {
  const nisCode = place?.nisCode ?? null;
  const now = clock.now();
  const today = civilDayOf(now);
  const graceDays = settingOn(await listSettings(db, regionId), 'kansenstatuutGraceDays', null, today);
  const names = new Map(
    (await listMunicipalities(db, regionId)).map(({ nisCode: code, name }) => [code, name]),
  );
  const [groups, months, organisers, kinds] = await db
    .transaction()
    .setAccessMode('read only')
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      await sql`select set_config('statement_timeout', ${String(STATEMENT_MS_MAX)}, true)`.execute(trx);
      return [
        await countPeople(trx, regionId, nisCode),
        await countVisits(trx, regionId, nisCode, starts),
        await countByOrganiser(trx, regionId, nisCode, starts[0] ?? 0, starts.at(-1) ?? 0),
        await countByKind(trx, regionId, nisCode, starts[0] ?? 0, starts.at(-1) ?? 0),
      ] as const;
    });
  return {
    place: place && { nisCode: place.nisCode, name: place.name },
    countedAt: now,
    ...peopleOf(groups, names, { today, graceDays }),
    months: monthsOf(months, starts),
    ...organisersOf(organisers),
    kinds: kindsOf(kinds),
  };
}

function peopleOf(
  groups: readonly PeopleGroup[],
  names: ReadonlyMap<string, string>,
  { today, graceDays }: { readonly today: CivilDay; readonly graceDays: number },
): Pick<Figures, 'people' | 'peopleTotals'> {
  const counts = new Map<string | null, [withIt: number, without: number]>();
  for (const { nisCode, until, suspendedUntil, endedOn, people } of groups) {
    // Granted on a day that has come: `since` says nothing more here.
    const facts =
      until === null ? null : { since: today, until, proof: '', ...ended(suspendedUntil, endedOn) };
    const isWith = isEntitled(kansenstatuutOn(facts, today, graceDays));
    const row = counts.get(nisCode) ?? [0, 0];
    row[isWith ? 0 : 1] += people;
    counts.set(nisCode, row);
  }
  const nameOf = (nisCode: string | null): string | null =>
    nisCode === null ? null : (names.get(nisCode) ?? null);
  const rows = [...counts].sort(([a], [b]) =>
    (nameOf(a) ?? '\uffff').localeCompare(nameOf(b) ?? '\uffff', 'nl'),
  );
  const hidden = hideSmall(rows.map(([, row]) => row));
  const [withKansenstatuut = 0, without = 0] = hidden.columnTotals;
  return {
    people: rows.map(([nisCode], i) => ({
      nisCode,
      name: nameOf(nisCode),
      passholders: hidden.rowTotals[i] ?? null,
      withKansenstatuut: hidden.cells[i]?.[0] ?? null,
      without: hidden.cells[i]?.[1] ?? null,
    })),
    peopleTotals: { passholders: hidden.total, withKansenstatuut, without },
  };
}

const ended = (suspendedUntil: CivilDay | null, endedOn: CivilDay | null) => ({
  ...(suspendedUntil !== null && { suspendedUntil }),
  ...(endedOn !== null && { endedOn }),
});

function monthsOf(
  rows: Awaited<ReturnType<typeof countVisits>>,
  starts: readonly Instant[],
): Figures['months'] {
  const months = starts
    .slice(0, -1)
    .map((start, i) => ({ start, row: rows.find(({ month }) => month === i + 1) }));
  const people = hideSmall(
    months.map(({ row }) => (row ? [row.newcomers, row.visitors - row.newcomers] : [0, 0])),
  );
  const visits = hideSmall(months.map(({ row }) => [row?.visits ?? 0]));
  return months.map(({ start }, i) => ({
    month: civilDayOf(start).slice(0, 7),
    visits: visits.cells[i]?.[0] ?? null,
    newcomers: people.cells[i]?.[0] ?? null,
    returning: people.cells[i]?.[1] ?? null,
    visitors: people.rowTotals[i] ?? null,
  }));
}

function organisersOf(
  rows: readonly { name: string; visits: number }[],
): Pick<Figures, 'organisers' | 'visits'> {
  const shown = rows.slice(0, ORGANISERS_SHOWN);
  const rest = rows.slice(ORGANISERS_SHOWN).reduce((sum, { visits }) => sum + visits, 0);
  const lines: { name: string | null; visits: number }[] =
    rest > 0 ? [...shown, { name: null, visits: rest }] : shown;
  const { cells, columnTotals } = hideSmall(lines.map(({ visits }) => [visits]));
  return {
    organisers: lines.map(({ name }, i) => ({ name, visits: cells[i]?.[0] ?? null })),
    visits: columnTotals.length === 0 ? 0 : (columnTotals[0] ?? null),
  };
}

/** UiTdatabank has some forty kinds: all of them are shown. */
function kindsOf(rows: readonly { name: string | null; visits: number }[]): Figures['kinds'] {
  const { cells } = hideSmall(rows.map(({ visits }) => [visits]));
  return rows.map(({ name }, i) => ({ name, visits: cells[i]?.[0] ?? null }));
}

/** The first moments of thirteen months and of the one after them. */
function monthStarts(until: string | undefined, now: Instant): Instant[] {
  let end = periodOf('MONTH', until === undefined ? now : startOfCivilDay(`${until}-01`)).endsAt;
  const starts = [end];
  for (let i = 0; i < MONTHS; i += 1) {
    end = periodOf('MONTH', startOfCivilDay(addCivilDays(civilDayOf(end), -1))).startsAt;
    starts.unshift(end);
  }
  return starts;
}
