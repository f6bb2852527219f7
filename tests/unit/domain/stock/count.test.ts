import { expect, test } from 'vitest';
import { decideCount } from '#domain/stock/count.ts';

const facts = { counted: 40, seen: 40, expected: 40, why: '' };

test('what is right needs no reason, and keeps none', () => {
  expect(decideCount({ ...facts, why: 'geteld' })).toEqual({ ok: true, value: { difference: 0, why: '' } });
});

test.each([38, 41])('%d of forty: why it differs is asked', (counted) => {
  expect(decideCount({ ...facts, counted })).toMatchObject({
    error: { code: 'count-needs-reason', difference: counted - 40 },
  });
  expect(decideCount({ ...facts, counted, why: 'doos gescheurd' })).toMatchObject({
    value: { difference: counted - 40, why: 'doos gescheurd' },
  });
});

test('a card that was handed out meanwhile is told before anything is written down', () => {
  expect(decideCount({ ...facts, counted: 39, expected: 39 })).toMatchObject({
    error: { code: 'stock-changed', expected: 39 },
  });
});
