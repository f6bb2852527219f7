// Tables as a policy maker sees them.
import { expect, test } from 'vitest';
import { hideSmall } from '#domain/figures/hide-small.ts';

test('three people with kansenstatuut in a village: neither they nor those without can be worked out', () => {
  expect(
    hideSmall([
      [3, 120],
      [40, 800],
      [60, 900],
    ]),
  ).toEqual({
    cells: [
      [null, null],
      [null, null],
      [60, 900],
    ],
    rowTotals: [123, 840, 960],
    columnTotals: [103, 1820],
    total: 1923,
  });
});

test('a village of two people: its total goes too', () => {
  const { cells, rowTotals } = hideSmall([
    [2, 0],
    [40, 800],
    [60, 900],
  ]);
  expect(cells[0]).toEqual([null, 0]);
  expect(rowTotals[0]).toBeNull();
});

test('nothing counted is nothing hidden', () => {
  expect(hideSmall([])).toEqual({ cells: [], rowTotals: [], columnTotals: [], total: 0 });
  expect(hideSmall([[0, 0]])).toEqual({ cells: [[0, 0]], rowTotals: [0], columnTotals: [0, 0], total: 0 });
});
