import { expect, test } from 'vitest';
import { dateTextOf, parseDateText, parseTimeText } from '../../../../src/lib/ui/date-text.ts';

test.each([
  ['3/4/2026', '2026-04-03'],
  ['03042026', '2026-04-03'],
  ['3-4-26', '2026-04-03'],
  [' 29.02.2028 ', '2028-02-29'],
  ['29/02/2026', undefined],
  ['31/4/2026', undefined],
  ['0/4/2026', undefined],
  ['3/4', undefined],
  ['morgen', undefined],
  ['', undefined],
])('the date %j is %j', (text, day) => {
  expect(parseDateText(text)).toBe(day);
});

test.each([
  ['9:30', '09:30'],
  ['9u30', '09:30'],
  ['9u', '09:00'],
  ['0930', '09:30'],
  ['930', '09:30'],
  ['14', '14:00'],
  ['23.59', '23:59'],
  ['24:00', undefined],
  ['12:60', undefined],
  ['12345', undefined],
  ['straks', undefined],
])('the time %j is %j', (text, time) => {
  expect(parseTimeText(text)).toBe(time);
});

test('a day reads back as it was written', () => {
  expect(parseDateText(dateTextOf('2026-11-23'))).toBe('2026-11-23');
});
