import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import {
  clearDrafts,
  clearKeptDraft,
  dropOldDrafts,
  readKeptDraft,
  writeKeptDraft,
} from '../../../../src/lib/desk/draft.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const HOUR_MS = 3_600_000;
const Draft = z.object({ firstName: z.string() });
const read = (userId: string) => readKeptDraft(userId, 'registration', Draft);

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  vi.spyOn(console, 'warn').mockImplementation(() => undefined); // there is no browser here: it is kept in memory
  writeKeptDraft('els', 'registration', { firstName: 'Noor' });
});
afterEach(() => {
  clearDrafts();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('a draft of a person is kept for who typed it, until it is saved', () => {
  expect(read('els')).toEqual({ at: NOON, value: { firstName: 'Noor' } });
  expect(read('wim')).toBeUndefined();
  clearKeptDraft('els', 'registration');
  expect(read('els')).toBeUndefined();
});

test('it is gone after a shift, and when anybody signs out', () => {
  vi.setSystemTime(NOON + 3 * HOUR_MS);
  dropOldDrafts();
  expect(read('els')).toBeDefined();
  vi.setSystemTime(NOON + 5 * HOUR_MS);
  expect(read('els')).toBeUndefined();
  dropOldDrafts();
  vi.setSystemTime(NOON);
  expect(read('els')).toBeUndefined(); // nothing is left of it
  writeKeptDraft('els', 'registration', { firstName: 'Noor' });
  clearDrafts();
  expect(read('els')).toBeUndefined();
});
