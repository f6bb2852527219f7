import fc from 'fast-check';
import { expect, it } from 'vitest';
import { limits } from '#domain/kernel/limits.ts';
import { parseBoundedJson } from '#server/bounded-json.ts';

it('reads what JSON.parse reads, whatever is in the strings', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      const text = JSON.stringify(value);
      expect(parseBoundedJson(text)).toEqual(JSON.parse(text));
    }),
  );
  for (const tricky of ['"[[[\\"[[["', '"\\\\"', '{"a\\\\\\"[":[]}', '"\\u005b,,,"'])
    expect(parseBoundedJson(tricky)).toEqual(JSON.parse(tricky));
});

it('brackets in a string do not count, however many', () => {
  const text = JSON.stringify('[,{'.repeat(limits.jsonPartsMax));
  expect(parseBoundedJson(text)).toBe('[,{'.repeat(limits.jsonPartsMax));
});

it.each([
  ['too deep', '['.repeat(limits.jsonDepthMax + 1) + ']'.repeat(limits.jsonDepthMax + 1)],
  ['too many parts', `[${'0,'.repeat(limits.jsonPartsMax)}0]`],
  ['too deep and never closed', '{"a":'.repeat(1_000_000)],
  ['a string without end', `"${'x'.repeat(1_000_000)}`],
  ['a string of backslashes without end', `"${'\\'.repeat(1_000_000)}`],
  ['quotes after backslashes', `"${'\\"'.repeat(500_000)}`],
])('refuses what is %s, within a moment', (_, text) => {
  const started = performance.now();
  expect(() => parseBoundedJson(text)).toThrow(SyntaxError);
  expect(performance.now() - started).toBeLessThan(500);
});

it('the deepest and the longest that is allowed', () => {
  const { jsonDepthMax: depth, jsonPartsMax: parts } = limits;
  expect(parseBoundedJson('['.repeat(depth) + ']'.repeat(depth))).toBeInstanceOf(Array);
  expect(parseBoundedJson(`[${'0,'.repeat(parts - 1)}0]`)).toHaveLength(parts);
});
