// Small counts in a table say something of somebody: who knows one of three knows much of the other two. Rule: a count from one
// to four is hidden; so is a second one in the same row or column, as long as the total would give the first away.
// Source: publiq, figures for policy makers (cells under 5); primary and complementary suppression as statistical offices do it.

/** Under this a count is about somebody one may know. */
export const SHOWN_FROM = 5;

export type HiddenTable = {
  /** As the rows that came in; null is hidden. */
  readonly cells: readonly (readonly (number | null)[])[];
  readonly rowTotals: readonly (number | null)[];
  readonly columnTotals: readonly (number | null)[];
  readonly total: number | null;
};

/** Counts of whole things, not below zero; each row as long as the first. */
export function hideSmall(counts: readonly (readonly number[])[]): HiddenTable {
  const columns = counts[0]?.length ?? 0;
  // The totals are cells too: one more column, one more row. A line is then safe when none or several of it are hidden.
  const withTotals = [...counts.map((row) => [...row, sum(row)])];
  withTotals.push(
    Array.from({ length: columns + 1 }, (_, column) => sum(withTotals.map((row) => row[column] ?? 0))),
  );
  const hidden = withTotals.map((row) => row.map((count) => isSmall(count)));
  const lines = linesOf(withTotals);
  while (lines.some((line) => hideOneMore(line, withTotals, hidden)));
  const shown = withTotals.map((row, i) => row.map((count, j) => (hidden[i]?.[j] ? null : count)));
  const last = shown.at(-1) ?? [];
  return {
    cells: shown.slice(0, -1).map((row) => row.slice(0, -1)),
    rowTotals: shown.slice(0, -1).map((row) => row.at(-1) ?? null),
    columnTotals: last.slice(0, -1),
    total: last.at(-1) ?? null,
  };
}

type Place = readonly [row: number, column: number];

function linesOf(table: readonly (readonly number[])[]): Place[][] {
  const width = table[0]?.length ?? 0;
  return [
    ...table.map((row, i) => row.map((_, j): Place => [i, j])),
    ...Array.from({ length: width }, (_, j) => table.map((_row, i): Place => [i, j])),
  ];
}

/** The one hidden count of a line is what is left of its total: the smallest other one goes too, a cell before a total. */
function hideOneMore(
  line: readonly Place[],
  table: readonly (readonly number[])[],
  hidden: boolean[][],
): boolean {
  const isHidden = ([i, j]: Place): boolean => hidden[i]?.[j] ?? false;
  if (line.filter(isHidden).length !== 1) return false;
  const isTotal = ([i, j]: Place): boolean => i === table.length - 1 || j === (table[0]?.length ?? 0) - 1;
  const countAt = ([i, j]: Place): number => table[i]?.[j] ?? 0;
  const [next] = line
    .filter((place) => !isHidden(place))
    .sort((a, b) => Number(isTotal(a)) - Number(isTotal(b)) || weight(countAt(a)) - weight(countAt(b)));
  const row = next && hidden[next[0]];
  if (!row) return false;
  row[next[1]] = true;
  return true;
}

/** A hidden zero beside one hidden count would still leave that one to be worked out by who knows that nothing happened there. */
const weight = (count: number): number => (count === 0 ? Number.MAX_SAFE_INTEGER : count);

const isSmall = (count: number): boolean => count > 0 && count < SHOWN_FROM;
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
