// What a counter did on one day, and what lies in its till: acts from the events of pass holders, payments and corrections from the
// till, scans entered by hand from the desk's own device. Who did it stands beside it; of whom, only the first name.
import type { DayJournal, JournalLine } from '#domain/cash-api.ts';
import { bookDayOf, type EntryKind } from '#domain/cash/till.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { addCivilDays, civilDayOf, startOfCivilDay, type CivilDay } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { settingFor } from '#domain/settings/settings.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import { readStaffNames } from '../auth/staff-names.ts';
import { findOrganisation } from '../organisations/repository.ts';
import { listSettings } from '../settings/repository.ts';
import {
  findClose,
  listActsOfDay,
  listDeskScans,
  listEntriesOfActs,
  listEntriesOfDay,
  readTillBalance,
  type ActOfDay,
} from './journal-repository.ts';
import { findClosedThrough, receiptText, type CashRow } from './repository.ts';
import type { CashContext } from './service.ts';

const LINES_SHOWN = 1_000;

export async function readJournal(
  context: CashContext,
  actor: Actor,
  organisationId: string,
  asked: CivilDay | undefined,
): Promise<Result<DayJournal, { readonly code: 'not-found' }>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const organisation = await findOrganisation(db, regionId, organisationId);
  await requirePermission(context, actor, 'till.read', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const today = civilDayOf(clock.now());
  const day = asked ?? today;
  const place = [db, regionId, organisationId] as const;
  const { nisCode = null } = organisation;
  const [acts, entries, scans, closedThrough, close, expectedCents, settings] = await Promise.all([
    listActsOfDay(...place, day, LINES_SHOWN),
    listEntriesOfDay(...place, day, LINES_SHOWN),
    listDeskScans(...place, startOfCivilDay(day), startOfCivilDay(addCivilDays(day, 1))),
    findClosedThrough(...place),
    findClose(...place, day),
    readTillBalance(...place, 'cash'),
    listSettings(db, regionId),
  ]);
  const paid = await listEntriesOfActs(
    db,
    regionId,
    acts.map(({ actId }) => actId),
  );
  const names = await readStaffNames(db, [
    ...acts.map((act) => act.actor),
    ...entries.map((entry) => entry.actor),
    ...(close ? [close.actor] : []),
  ]);
  const nameOf = (who: string): string => names.get(who) ?? '';
  const corrected = new Set([...paid, ...entries].map(({ corrects }) => corrects));
  const byAct = new Map(paid.map((entry) => [entry.act_id, entry]));
  const shownActs = new Set(acts.map(({ actId }) => actId));
  const lines: JournalLine[] = [
    ...acts.map((act): JournalLine => {
      const entry = byAct.get(act.actId);
      return {
        ...{ at: act.at, by: nameOf(act.actor), kind: kindOf(act) },
        ...{ passholderId: act.passholderId, firstName: act.firstName },
        ...(entry && { paid: paidOf(entry, corrected) }),
      };
    }),
    ...entries
      .filter(({ kind, act_id }) => isPaid(kind) && !(act_id !== null && shownActs.has(act_id)))
      .map((entry): JournalLine => ({
        ...{ at: entry.at, by: nameOf(entry.actor) },
        kind: entry.kind === 'correction' ? 'correction' : 'sale',
        ...{ passholderId: null, firstName: null, paid: paidOf(entry, corrected) },
      })),
    ...entries
      .filter(({ kind }) => kind === 'change')
      .map(({ at, actor: who, entry_id, due_cents, why }): JournalLine => ({
        ...{ at, by: nameOf(who), kind: due_cents > 0 ? 'change-in' : 'change-out' },
        ...{ passholderId: null, firstName: null, moved: { entryId: entry_id, cents: due_cents, why } },
      })),
    ...scans.map((scan): JournalLine => ({
      ...{ at: scan.at, by: '', kind: scan.undone ? 'scans-undone' : 'scans-entered' },
      ...{ passholderId: null, firstName: null, activity: scan.activity, count: scan.count },
    })),
  ];
  await appendAudit(db, {
    ...{ regionId, at: clock.now(), actor: actorName(actor), action: 'journal-read' },
    subject: `organisation:${organisationId}`,
    detail: { day },
  });
  return ok({
    organisationName: organisation.name,
    today,
    day,
    openDay: bookDayOf(today, closedThrough),
    closedThrough: closedThrough ?? null,
    mayManage: isAllowed(actor.grants, 'till.manage', { regionId, ...organisation }),
    lines: lines.sort((a, b) => b.at - a.at).slice(0, LINES_SHOWN),
    more: lines.length > LINES_SHOWN || acts.length === LINES_SHOWN || entries.length === LINES_SHOWN,
    money: moneyOf(entries),
    expectedCents,
    changeCents: settingFor(settings, 'tillChangeCents', { nisCode, organisationId }, today).value,
    close: close && {
      ...{ at: close.at, by: nameOf(close.actor), why: close.why },
      ...{ expectedCents: close.expectedCents, countedCents: close.countedCents, keptCents: close.keptCents },
    },
  });
}

const isPaid = (kind: EntryKind): boolean => kind === 'sale' || kind === 'correction';

const ORDER = [
  'registered',
  'erased',
  'merged',
  'card-replaced',
  'moved',
  'membership-started',
  'membership-ended',
  'kansenstatuut-set',
  'card-blocked',
  'card-unblocked',
  'details-changed',
] as const;

/** One line for each act: what it was for, not each thing that followed from it. */
function kindOf({ kinds, kansenstatuutAct }: ActOfDay): JournalLine['kind'] {
  // A card that changed because the kansenstatuut did is about the kansenstatuut.
  if (kansenstatuutAct && !kinds.includes('registered') && !kinds.includes('moved'))
    return `kansenstatuut-${kansenstatuutAct}`;
  const main = ORDER.find((kind) => kinds.includes(kind));
  return main === undefined || main === 'kansenstatuut-set' ? 'details-changed' : main;
}

const paidOf = (entry: CashRow, corrected: ReadonlySet<string | null>): JournalLine['paid'] => ({
  entryId: entry.entry_id,
  receipt: receiptText(entry),
  means: entry.means ?? 'free',
  dueCents: entry.due_cents,
  discountCents: entry.discount_cents,
  why: entry.why,
  day: entry.day,
  corrected: corrected.has(entry.entry_id),
});

/** Of the day of the till: what came in by each means, less what was given back. */
function moneyOf(entries: readonly CashRow[]): DayJournal['money'] {
  const byMeans = new Map<NonNullable<CashRow['means']>, { count: number; cents: number }>();
  for (const { kind, means, due_cents } of entries) {
    if (!isPaid(kind) || means === null) continue;
    const sum = byMeans.get(means) ?? { count: 0, cents: 0 };
    byMeans.set(means, { count: sum.count + (kind === 'sale' ? 1 : -1), cents: sum.cents + due_cents });
  }
  return [...byMeans].map(([means, sum]) => ({ means, ...sum }));
}
