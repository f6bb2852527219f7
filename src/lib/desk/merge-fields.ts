// Two people typed in one form. What only one of them changed holds; what both changed otherwise is for a person to choose.

type Fields = Readonly<Record<string, string | boolean>>;

export type Merged<T extends Fields> = {
  /** With one's own where both changed it. */
  readonly text: T;
  /** Changed by both, and not to the same. */
  readonly conflicts: readonly (keyof T & string)[];
  /** Changed by the other only. */
  readonly taken: readonly (keyof T & string)[];
};

export function mergeFields<T extends Fields>(base: T, mine: T, theirs: T): Merged<T> {
  const fields = Object.keys(base) as (keyof T & string)[]; // its own keys
  const changedBy = (text: T, field: keyof T & string): boolean => text[field] !== base[field];
  const taken = fields.filter((field) => changedBy(theirs, field) && !changedBy(mine, field));
  const conflicts = fields.filter(
    (field) => changedBy(theirs, field) && changedBy(mine, field) && mine[field] !== theirs[field],
  );
  const text = { ...mine, ...Object.fromEntries(taken.map((field) => [field, theirs[field]])) };
  return { text, conflicts, taken };
}
