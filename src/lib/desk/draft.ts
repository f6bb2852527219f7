// What was typed and not yet saved, kept over a reload in this tab only; gone when the tab closes or at sign-out.
import * as z from 'zod/mini';
import { tabNotes } from '../notes.ts';

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
  tabNotes
    .keys()
    .filter((key) => key.startsWith(PREFIX))
    .forEach((key) => tabNotes.removeItem(key));
}
