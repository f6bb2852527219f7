// A list against what is known, before anything is done: every row gets its answer, good or not, with the reason. The judgement
// itself is the domain's; here is who each card belongs to, and whether one may change that person.
import { judgeRow } from '#domain/bulk/judge-row.ts';
import type { BulkWork, Wanted } from '#domain/bulk/bulk-work.ts';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import { membershipIn, type Passholder } from '#domain/passholders/passholder.ts';
import { readPassholders } from '../passholders/repository.ts';
import { targetOf } from '../passholders/target.ts';
import { beginningOf, factsOf, isUnknown, type World } from '../passholders/weigh-act.ts';
import { findCards, type Db, type JudgedRow } from './repository.ts';

/** One line of a list: a card number, a person who was chosen, or what could not be read. */
export type AskedLine = {
  readonly row: number;
  readonly given: string;
  readonly number: UitpasNumber | null;
  readonly passholderId: string | null;
  readonly wanted: Wanted;
  readonly problem: { readonly code: string } | undefined;
};

export type LookOver = {
  readonly regionId: number;
  readonly work: BulkWork;
  readonly world: World;
  /** The municipality of the counter. */
  readonly place: string | null;
  readonly at: number;
  readonly today: CivilDay;
  readonly mayChange: (target: { nisCode?: string } | undefined) => boolean;
};

/** People in memory at once. */
const STRETCH = 500;

/** Codes that say something of a card to who may not read its file: counted as look-ups are. */
export const STRANGE = ['card-unknown', 'card-is-group-pass', 'card-without-holder', 'not-yours'];

export async function lookOver(db: Db, asked: LookOver, lines: readonly AskedLine[]): Promise<JudgedRow[]> {
  const rows: JudgedRow[] = [];
  const seen = new Map<string, number>();
  for (let from = 0; from < lines.length; from += STRETCH) {
    const some = lines.slice(from, from + STRETCH);
    const cards = await findCards(
      db,
      asked.regionId,
      some.flatMap(({ number }) => number ?? []),
    );
    const people = await readPassholders(db, asked.regionId, [
      ...some.flatMap(({ passholderId }) => passholderId ?? []),
      ...[...cards.values()].flatMap(({ passholderId }) => passholderId ?? []),
    ]);
    for (const line of some) rows.push(await judgeLine(db, asked, line, { cards, people, seen }));
  }
  return rows;
}

type Known = {
  readonly cards: Awaited<ReturnType<typeof findCards>>;
  readonly people: ReadonlyMap<string, Passholder>;
  /** Number or person, and the row where it stood first. */
  readonly seen: Map<string, number>;
};

async function judgeLine(
  db: Db,
  { regionId, work, world, place, at, today, mayChange }: LookOver,
  line: AskedLine,
  { cards, people, seen }: Known,
): Promise<JudgedRow> {
  const { row, given, number, wanted } = line;
  const bad = (
    { code, ...detail }: { readonly code: string },
    passholderId: string | null = null,
  ): JudgedRow => ({
    ...{ row, given, number, passholderId, wanted, state: 'bad', code, detail },
  });
  if (line.problem) return bad(line.problem);
  const twice = (key: string): number | undefined => {
    const first = seen.get(key);
    if (first === undefined) seen.set(key, row);
    return first;
  };
  let { passholderId } = line;
  if (number !== null) {
    const first = twice(number);
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
  const first = work.kind === 'block-card' ? undefined : twice(person.passholderId);
  if (first !== undefined) return bad({ code: 'person-twice', ...{ firstRow: first } }, person.passholderId);

  const { start } = beginningOf(person, { at, today });
  const judged = judgeRow(start, work, { number, wanted }, factsOf(world, today, place, new Map()));
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
