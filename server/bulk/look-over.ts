// A list against what is known, before anything is done: every row gets its answer, good or not, with the reason. The judgement
// itself is the domain's; here is who each card belongs to, and whether one may change that person. Check-ins: look-over-check-ins.ts.
import { judgeHere, judgeRow } from '#domain/bulk/judge-row.ts';
import type { BulkWork, CheckInWork } from '#domain/bulk/bulk-work.ts';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import { membershipIn, type Passholder } from '#domain/passholders/passholder.ts';
import { targetOf } from '../passholders/target.ts';
import { beginningOf, factsOf, isUnknown } from '../passholders/weigh-act.ts';
import { badRow, firstRowOf, readKnown, type AskedLine, type Known, type LookOver } from './asked-lines.ts';
import { lookOverCheckIns } from './look-over-check-ins.ts';
import type { Db, JudgedRow } from './repository.ts';

/** People in memory at once. */
const STRETCH = 500;

export async function lookOver(db: Db, asked: LookOver, lines: readonly AskedLine[]): Promise<JudgedRow[]> {
  const rows: JudgedRow[] = [];
  const seen = new Map<string, number>();
  for (let from = 0; from < lines.length; from += STRETCH) {
    const some = lines.slice(from, from + STRETCH);
    const known = { ...(await readKnown(db, asked.regionId, some)), seen };
    const { work, checkIns } = asked;
    if (checkIns) rows.push(...(await lookOverCheckIns(db, asked, checkIns, some, known)));
    else if (work.kind !== 'check-in')
      for (const line of some) rows.push(await judgeLine(db, work, asked, line, known));
  }
  return rows;
}

async function judgeLine(
  db: Db,
  work: Exclude<BulkWork, CheckInWork>,
  { regionId, world, place, at, today, mayChange }: LookOver,
  line: AskedLine,
  { cards, people, seen }: Known,
): Promise<JudgedRow> {
  const { row, given, number, wanted } = line;
  const bad = (because: { readonly code: string }, holder: string | null = null): JudgedRow =>
    badRow(line, because, holder);
  if (line.problem) return bad(line.problem);
  let { passholderId } = line;
  if (number !== null) {
    const first = firstRowOf(seen, number, row);
    if (first !== undefined) return bad({ code: 'twice', ...{ firstRow: first } });
    const card = cards.get(number);
    if (!card) return bad({ code: 'card-unknown' });
    if (card.groupPass) return bad({ code: 'card-is-group-pass' });
    if (card.passholderId === null) return bad({ code: 'card-without-holder' });
    ({ passholderId } = card);
  }
  const person = passholderId === null ? undefined : people.get(passholderId);
  if (!person || isUnknown(person) || !mayChange(await targetOf(db, regionId, person, today)))
    return bad({ code: 'not-yours' });
  const first = work.kind === 'block-card' ? undefined : firstRowOf(seen, person.passholderId, row);
  if (first !== undefined) return bad({ code: 'person-twice', ...{ firstRow: first } }, person.passholderId);

  const { start } = beginningOf(person, { at, today });
  const judged =
    work.kind === 'export'
      ? judgeHere(start)
      : judgeRow(start, work, { number, wanted }, factsOf(world, today, place, new Map()));
  if (!judged.ok) return bad(judged.error, person.passholderId);
  return {
    ...{ row, given, number, passholderId: person.passholderId, wanted, state: 'ready', code: null },
    detail: endBefore(start, work),
  };
}

/** What a renewal takes the place of, to be seen before one says yes. */
export const endBefore = (person: Passholder, work: BulkWork): { readonly current?: CivilDay } => {
  if (work.kind !== 'renew-kansenstatuut') return {};
  const until = membershipIn(person, work.cardSystemId)?.kansenstatuut?.until;
  return until === undefined ? {} : { current: until };
};
