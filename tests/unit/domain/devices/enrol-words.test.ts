import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { enrolWords } from '#domain/devices/enrol-words.ts';

const words = (device: string, key: string) =>
  enrolWords((bytes) => createHash('sha256').update(bytes).digest(), device, key);

it('phone and coordinator derive the same two words', () => {
  expect(words('device', 'key')).toEqual(words('device', 'key'));
  for (const word of words('device', 'key')) expect(word).toMatch(/^[a-z]{3,8}$/);
});

it('another phone or another key gives other words', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 200; i++) seen.add(words(`device ${i}`, 'key').join(' '));
  for (let i = 0; i < 200; i++) seen.add(words('device', `key ${i}`).join(' '));
  expect(seen.size).toBeGreaterThan(370);
});

it('all of the words are different', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 2_000; i++) for (const word of words(String(i), '')) seen.add(word);
  expect(seen.size).toBe(64);
});
