// Two clerks typed in one file. What only one of them changed holds; what both changed otherwise is for a person to choose.
import type { PersonField, PersonText } from '../person-text.ts';

export type MergedPerson = {
  /** With one's own where both changed it. */
  readonly text: PersonText;
  /** Changed by both, and not to the same. */
  readonly conflicts: readonly PersonField[];
  /** Changed by the other only. */
  readonly taken: readonly PersonField[];
};

export function mergePerson(base: PersonText, mine: PersonText, theirs: PersonText): MergedPerson {
  const fields = Object.keys(base) as PersonField[]; // its own keys
  const changedBy = (text: PersonText, field: PersonField): boolean => text[field] !== base[field];
  const taken = fields.filter((field) => changedBy(theirs, field) && !changedBy(mine, field));
  const conflicts = fields.filter(
    (field) => changedBy(theirs, field) && changedBy(mine, field) && mine[field] !== theirs[field],
  );
  const text = { ...mine, ...Object.fromEntries(taken.map((field) => [field, theirs[field]])) };
  return { text, conflicts, taken };
}
