// What was typed and not yet saved, kept over a reload in this tab only; gone when the tab closes or at sign-out.
import * as z from 'zod/mini';

const PREFIX = 'streekbalie.draft.';

export function readDraft<T>(name: string, schema: z.core.$ZodType<T>): T | undefined {
  const text = sessionStorage.getItem(PREFIX + name);
  if (text === null) return undefined;
  const draft = z.safeParse(schema, JSON.parse(text));
  return draft.success ? draft.data : undefined;
}

export const writeDraft = (name: string, value: unknown): void =>
  sessionStorage.setItem(PREFIX + name, JSON.stringify(value));

export const clearDraft = (name: string): void => sessionStorage.removeItem(PREFIX + name);

export function clearDrafts(): void {
  Object.keys(sessionStorage)
    .filter((key) => key.startsWith(PREFIX))
    .forEach((key) => sessionStorage.removeItem(key));
}
