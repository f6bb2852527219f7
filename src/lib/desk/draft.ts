// What was typed and not yet saved. An ordinary draft is kept over a reload in its tab only; gone when the tab closes.
// A draft of a person has to survive a dead tab too: half a family typed anew is why people keep paper. That one lies in
// this browser's storage, under the person who is signed in, for as long as a shift at most. It is personal data of
// somebody we do not know yet, so: not at the server (nobody has agreed to be there), shown only to who typed it, removed
// when it is saved, when its hours are over (looked at when a desk opens) and when anybody signs out here.
import * as z from 'zod/mini';
import { now } from '../clock.ts';
import { notes, tabNotes } from '../notes.ts';

const PREFIX = 'streekbalie.draft.';

export function readDraft<T>(name: string, schema: z.core.$ZodType<T>): T | undefined {
  const text = tabNotes.getItem(PREFIX + name);
  if (text === null) return undefined;
  const draft = z.safeParse(schema, JSON.parse(text));
  return draft.success ? draft.data : undefined;
}

export const writeDraft = (name: string, value: unknown): void =>
  tabNotes.setItem(PREFIX + name, JSON.stringify(value));

export const clearDraft = (name: string): void => tabNotes.removeItem(PREFIX + name);

export function clearDrafts(): void {
  for (const store of [tabNotes, notes])
    store
      .keys()
      .filter((key) => key.startsWith(PREFIX))
      .forEach((key) => store.removeItem(key));
}

const SHIFT_MS = 4 * 3_600_000;
const Kept = z.object({ at: z.int(), value: z.unknown() });
type Kept = z.infer<typeof Kept>;

const keptKey = (userId: string, name: string): string => `${PREFIX}${userId}.${name}`;

export function readKeptDraft<T>(
  userId: string,
  name: string,
  schema: z.core.$ZodType<T>,
): { at: number; value: T } | undefined {
  const kept = keptAt(keptKey(userId, name));
  const draft = z.safeParse(schema, kept?.value);
  return kept && draft.success ? { at: kept.at, value: draft.data } : undefined;
}

export const writeKeptDraft = (userId: string, name: string, value: unknown): void =>
  notes.setItem(keptKey(userId, name), JSON.stringify({ at: now(), value } satisfies Kept));

export const clearKeptDraft = (userId: string, name: string): void => notes.removeItem(keptKey(userId, name));

/** Of whomever: what is older than a shift is nobody's draft any more. */
export function dropOldDrafts(): void {
  notes
    .keys()
    .filter((key) => key.startsWith(PREFIX) && keptAt(key) === undefined)
    .forEach((key) => notes.removeItem(key));
}

function keptAt(key: string): Kept | undefined {
  const text = notes.getItem(key);
  if (text === null) return undefined;
  const kept = z.safeParse(Kept, JSON.parse(text));
  const age = kept.success ? now() - kept.data.at : Infinity;
  // A clock that was set back must not keep it for years.
  return kept.success && Math.abs(age) < SHIFT_MS ? kept.data : undefined;
}
