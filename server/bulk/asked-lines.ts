// A list as it is looked over: its lines, who asks, and what is known of the cards and people that it names.
import type { BulkWork, Wanted } from '#domain/bulk/bulk-work.ts';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import type { Passholder } from '#domain/passholders/passholder.ts';
import { readPassholders } from '../passholders/repository.ts';
import type { World } from '../passholders/weigh-act.ts';
import type { DeskCheckIns } from './check-ins.ts';
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
  /** Where they are written down; undefined for other work. */
  readonly checkIns: DeskCheckIns | undefined;
};

/** A row that says something of a card to who may not read its file: counted as a look-up is. */
export const isStrange = ({ number, passholderId, code }: JudgedRow): boolean =>
  number === null ? code === 'not-yours' : passholderId === null && code !== 'twice';

export async function readKnown(
  db: Db,
  regionId: number,
  lines: readonly AskedLine[],
): Promise<Omit<Known, 'seen'>> {
  const cards = await findCards(
    db,
    regionId,
    lines.flatMap(({ number }) => number ?? []),
  );
  const people = await readPassholders(db, regionId, [
    ...lines.flatMap(({ passholderId }) => passholderId ?? []),
    ...[...cards.values()].flatMap(({ passholderId }) => passholderId ?? []),
  ]);
  return { cards, people };
}

export type Known = {
  readonly cards: Awaited<ReturnType<typeof findCards>>;
  readonly people: ReadonlyMap<string, Passholder>;
  /** Number or person, and the row where it stood first. */
  readonly seen: Map<string, number>;
};

/** The row where it stood first; undefined for the first time. */
export function firstRowOf(seen: Known['seen'], key: string, row: number): number | undefined {
  const first = seen.get(key);
  if (first === undefined) seen.set(key, row);
  return first;
}

export const badRow = (
  { row, given, number, wanted }: AskedLine,
  { code, ...detail }: { readonly code: string },
  passholderId: string | null = null,
): JudgedRow => ({ row, given, number, passholderId, wanted, state: 'bad', code, detail });
