import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initKeys, keyPurposes, readKeys, rotateKey } from '#server/keys.ts';

const NOW = Date.UTC(2026, 10, 20);

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streekbalie-keys-'));
  file = join(folder, 'keys.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a key for each purpose, readable by the owner only', async () => {
  expect(await initKeys(file, NOW)).toEqual([...keyPurposes]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const keys = await readKeys(file);
  expect(keys.session[0].bytes.length).toBe(32);
  expect(keys.receiptSigning[0].publicJwk).toMatchObject({ kty: 'EC', crv: 'P-256' });
});

test('keys that exist are never made again', async () => {
  await initKeys(file, NOW);
  const before = await readKeys(file);
  expect(await initKeys(file, NOW)).toEqual([]);
  expect((await readKeys(file)).session).toEqual(before.session);
});

test('of several first starts at once one makes the keys, and all of them hold the keys of the file', async () => {
  const starts = await Promise.all(
    Array.from({ length: 8 }, async () => ({ made: await initKeys(file, NOW), keys: await readKeys(file) })),
  );
  expect(starts.filter(({ made }) => made.length > 0)).toHaveLength(1);
  const { session, receiptSigning } = await readKeys(file);
  for (const { keys } of starts) {
    expect(keys.session).toEqual(session);
    expect(keys.receiptSigning[0].publicJwk).toEqual(receiptSigning[0].publicJwk);
  }
  expect(await readdir(folder)).toEqual(['keys.json']);
});

test.each(keyPurposes)('rotating %s puts a new key first and keeps the others', async (purpose) => {
  await initKeys(file, NOW);
  const before = await readKeys(file);
  const id = await rotateKey(file, purpose, NOW + 1);
  const after = await readKeys(file);
  expect(after[purpose].map((key) => key.id)).toEqual([id, before[purpose][0].id]);
  const others = keyPurposes.filter((other) => other !== purpose);
  expect(others.map((other) => after[other].length)).toEqual(others.map(() => 1));
});

test('a missing or damaged file is said without quoting it', async () => {
  await expect(readKeys(file)).rejects.toThrow(/no key for session.*--init-keys/);
  await writeFile(file, '{"session":[{"id":"a","secret":"SECRET-THAT-LEAKS');
  await expect(readKeys(file)).rejects.toThrow(/is damaged/);
  await expect(readKeys(file)).rejects.not.toThrow(/SECRET/);
});
