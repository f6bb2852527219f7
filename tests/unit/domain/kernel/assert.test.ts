import { expect, it } from 'vitest';
import { assert, must } from '#domain/kernel/assert.ts';

it('a broken invariant stops with what was broken', () => {
  expect(() => assert(false, 'sums to 1')).toThrow('Broken invariant: sums to 1');
  expect(() => must(undefined, 'head')).toThrow('missing head');
  expect(() => must(null, 'head')).toThrow('missing head');
});

it('nothing that is merely empty is missing', () => {
  expect(must(0, 'count')).toBe(0);
  expect(must('', 'text')).toBe('');
});
