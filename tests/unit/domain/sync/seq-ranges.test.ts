import { describe, expect, it } from 'vitest';
import type { SeqRange } from '#domain/sync/exchange.ts';
import { gapsIn, isIn, toRanges, stretchesOf, unionOf } from '#domain/sync/seq-ranges.ts';

it.each<[number[], SeqRange[]]>([
  [[], []],
  [[4], [[4, 4]]],
  [[3, 1, 2], [[1, 3]]],
  [[1, 1, 2, 2], [[1, 2]]],
  [
    [7, 1, 2, 9, 8],
    [
      [1, 2],
      [7, 9],
    ],
  ],
])('%j becomes %j', (seqs, ranges) => {
  expect(toRanges(seqs)).toEqual(ranges);
});

describe('gaps', () => {
  it.each<[SeqRange[], number, SeqRange[]]>([
    [[], 0, []],
    [[], 3, [[1, 3]]],
    [[[1, 3]], 3, []],
    [[[2, 3]], 3, [[1, 1]]],
    [[[1, 3]], 5, [[4, 5]]],
    [
      [
        [8, 9],
        [3, 4],
      ],
      12,
      [
        [1, 2],
        [5, 7],
        [10, 12],
      ],
    ],
    [
      [
        [1, 5],
        [3, 4],
      ],
      6,
      [[6, 6]],
    ],
    [[[1, 9]], 5, []],
    [[[8, 9]], 5, [[1, 5]]],
    [
      [
        [1, 2],
        [10, 12],
        [20, 22],
      ],
      5,
      [[3, 5]],
    ],
  ])('%j held, until %d: %j missing', (held, until, gaps) => {
    expect(gapsIn(held, until)).toEqual(gaps);
  });
});

it('knows what it covers', () => {
  const ranges: SeqRange[] = [
    [1, 2],
    [5, 5],
  ];
  expect([0, 1, 2, 3, 4, 5, 6].filter((seq) => isIn(ranges, seq))).toEqual([1, 2, 5]);
});

it.each([
  [[], []],
  [[[1, 3]], [[1, 3]]],
  [
    [
      [5, 9],
      [1, 3],
      [2, 4],
      [7, 8],
      [12, 12],
    ],
    [
      [1, 9],
      [12, 12],
    ],
  ],
] as [[number, number][], [number, number][]][])(
  'the ranges %j hold the same numbers as %j',
  (ranges, union) => {
    expect(unionOf(ranges)).toEqual(union);
  },
);

it('cuts ranges into stretches of at most so many numbers, and a long one into a hundred', () => {
  expect(
    stretchesOf(
      [
        [1, 2],
        [5, 9],
      ],
      3,
    ),
  ).toEqual([
    [
      [1, 2],
      [5, 5],
    ],
    [[6, 8]],
    [[9, 9]],
  ]);
  expect(stretchesOf([[1, 100_000]], 3)).toHaveLength(100);
  expect(stretchesOf([], 3)).toEqual([]);
});
