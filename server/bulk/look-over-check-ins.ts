// A list of visits before anything is written down: each row with the ruling it would get now. Who may be chosen by name is as for
// any list; a card that somebody brought may be of anybody, as at a door.
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { activeCardIn, type Passholder } from '#domain/passholders/passholder.ts';
import { targetOf } from '../passholders/target.ts';
import { isUnknown } from '../passholders/weigh-act.ts';
import { answerOf, type DeskCheckIns } from './check-ins.ts';
import { badRow, firstRowOf, type AskedLine, type Known, type LookOver } from './asked-lines.ts';
import type { Db, JudgedRow } from './repository.ts';

type Candidate = {
  readonly line: AskedLine;
  readonly number: UitpasNumber;
  readonly passholderId: string | null;
};

export async function lookOverCheckIns(
  db: Db,
  asked: LookOver,
  { ledger, desk, commandOf, activity }: DeskCheckIns,
  lines: readonly AskedLine[],
  known: Known,
): Promise<JudgedRow[]> {
  const rows = new Map<number, JudgedRow>();
  const candidates: Candidate[] = [];
  for (const line of lines) {
    const found = await candidateOf(db, asked, line, known, activity.cardSystemIds);
    if ('code' in found) rows.set(line.row, badRow(line, found));
    else candidates.push({ line, ...found });
  }
  const commands = candidates.map(({ line: { row }, number }) => commandOf({ row, number }));
  const foreseen = await db.transaction().execute((trx) => ledger.foreseeIn(trx, desk, commands, asked.at));
  for (const [i, { line, number, passholderId }] of candidates.entries()) {
    const ruling = foreseen[i];
    if (!ruling) continue;
    const { good, code, detail } = answerOf(ruling);
    const { row, given, wanted } = line;
    rows.set(row, { row, given, wanted, number, passholderId, code, detail, state: good ? 'ready' : 'bad' });
  }
  return lines.flatMap(({ row }) => rows.get(row) ?? []);
}

async function candidateOf(
  db: Db,
  { regionId, today, mayChange }: LookOver,
  { row, number, passholderId, problem }: AskedLine,
  { cards, people, seen }: Known,
  cardSystemIds: readonly string[],
): Promise<Omit<Candidate, 'line'> | { readonly code: string }> {
  if (problem) return problem;
  const holderId = passholderId ?? (number === null ? null : (cards.get(number)?.passholderId ?? null));
  const person = holderId === null ? undefined : people.get(holderId);
  const isTheirs =
    person !== undefined && !isUnknown(person) && mayChange(await targetOf(db, regionId, person, today));
  const shown = number ?? (isTheirs ? cardFor(person, cardSystemIds) : undefined);
  if (shown === undefined) return { code: isTheirs ? 'card-not-active' : 'not-yours' };
  const firstRow = firstRowOf(seen, shown, row);
  if (firstRow !== undefined) return { code: 'twice', ...{ firstRow } };
  return { number: shown, passholderId: isTheirs ? holderId : null };
}

/** The card that somebody would have shown: of the activity's card systems first. */
const cardFor = (person: Passholder, cardSystemIds: readonly string[]): UitpasNumber | undefined =>
  cardSystemIds.map((id) => activeCardIn(person, id)).find((card) => card !== undefined)?.number ??
  person.cards.find(({ state }) => state === 'active')?.number;
