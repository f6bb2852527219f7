import { instantOfLocal } from '#domain/kernel/civil-time.ts';
import { expect, test } from 'vitest';
import { instantIn, parsePasted, rowProblem } from '../../../../src/lib/desk/paper/paper-rows.ts';

test.each([
  [
    '0930000420206\n0930000420207',
    [
      { number: '0930 000 420 206', time: '' },
      { number: '0930000420207', time: '' },
    ],
  ],
  [
    '0900 000 002 503\t19:45\r\n\r\n0900000002503;9u05',
    [
      { number: '0900 000 002 503', time: '19:45' },
      { number: '0900000002503', time: '09:05' },
    ],
  ],
  ['20.15, 0900000002503', [{ number: '0900000002503', time: '20:15' }]],
])('a pasted %j becomes rows', (text, rows) => {
  expect(parsePasted(text)).toEqual(rows);
});

test.each([
  [{ number: '', time: '' }, undefined],
  [{ number: '0930000420206', time: '20:15' }, undefined],
  [{ number: '0930000420206', time: 'laat' }, 'time'],
  [{ number: '093000042020', time: '20:15' }, 'number-length'],
  [{ number: '0930000420207', time: '20:15' }, 'number-check-digit'],
  [{ number: '0930000420x06', time: '20:15' }, 'number-not-a-digit'],
])('the row %j has the problem %j', (row, problem) => {
  expect(rowProblem(row)).toBe(problem);
});

test('a party past midnight: half past one is the next day, half past eight is not', () => {
  const startsAt = instantOfLocal('2026-11-20', '20:00');
  const closesAt = instantOfLocal('2026-11-21', '03:00');
  const span = { startsAt, opensAt: startsAt - 3_600_000, closesAt };
  expect(instantIn(span, '1:30')).toBe(instantOfLocal('2026-11-21', '01:30'));
  expect(instantIn(span, '20.30')).toBe(instantOfLocal('2026-11-20', '20:30'));
  // Outside the window on both days: what was written stays what was written, the server rules on it.
  expect(instantIn(span, '15:00')).toBe(instantOfLocal('2026-11-20', '15:00'));
});
