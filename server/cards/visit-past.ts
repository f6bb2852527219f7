// The newest visits of a person and what came of them, for whoever may see them: that was asked before.
import type { Kysely } from 'kysely';
import type { VisitPast } from '#domain/desk-api.ts';
import { periodOf } from '#domain/kernel/civil-time.ts';
import type { Database } from '../db/tables.ts';
import { countCountedVisits, listPastVisits, readBalancesBefore } from './repository.ts';

const VISITS_MAX = 50;
const MONTHS = 12;

export async function readVisitPast(
  db: Kysely<Database>,
  regionId: number,
  passholderId: string,
  now: number,
): Promise<VisitPast> {
  const [visits, visitsThisYear, pointsByMonth] = await Promise.all([
    listPastVisits(db, regionId, passholderId, VISITS_MAX),
    countCountedVisits(db, regionId, passholderId, periodOf('YEAR', now).startsAt),
    readBalancesBefore(db, regionId, passholderId, monthEnds(now)),
  ]);
  return {
    visits: visits.map(({ code, ...visit }) => ({ ...visit, ...(code && { code }) })),
    visitsThisYear,
    pointsByMonth,
  };
}

/** The ends of the last twelve months, oldest first; the last one is the month we are in. */
function monthEnds(now: number): number[] {
  const ends: number[] = [];
  for (
    let month = periodOf('MONTH', now);
    ends.length < MONTHS;
    month = periodOf('MONTH', month.startsAt - 1)
  ) {
    ends.unshift(month.endsAt);
  }
  return ends;
}
