// Sets of sequence numbers as inclusive ranges: receipts, gaps and rulings travel so.
import type { SeqRange } from './exchange.ts';

/** Sorted numbers become ranges. */
export function toRanges(seqs: readonly number[]): SeqRange[] {
  const ranges: SeqRange[] = [];
  for (const seq of [...seqs].sort((a, b) => a - b)) {
    const last = ranges[ranges.length - 1];
    if (last && seq <= last[1] + 1) last[1] = Math.max(last[1], seq);
    else ranges.push([seq, seq]);
  }
  return ranges;
}

/** The same numbers in as few ranges as there can be. */
export function unionOf(ranges: readonly (readonly [number, number])[]): SeqRange[] {
  const union: SeqRange[] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = union[union.length - 1];
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else union.push([from, to]);
  }
  return union;
}

/** The ranges in stretches of `countMax` numbers; of one range never more than a hundred, however long it is. */
export function stretchesOf(ranges: readonly SeqRange[], countMax: number): SeqRange[][] {
  const stretches: SeqRange[][] = [];
  let room = 0;
  for (const [from, to] of ranges) {
    const step = Math.max(countMax, Math.ceil((to - from + 1) / 100));
    for (let next = from; next <= to;) {
      if (room <= 0) {
        stretches.push([]);
        room = step;
      }
      const end = Math.min(to, next + room - 1);
      stretches.at(-1)?.push([next, end]);
      room -= end - next + 1;
      next = end + 1;
    }
  }
  return stretches;
}

/** What of 1..`until` is not covered by the ranges. */
export function gapsIn(held: readonly SeqRange[], until: number): SeqRange[] {
  const gaps: SeqRange[] = [];
  let next = 1;
  for (const [from, to] of [...held].sort((a, b) => a[0] - b[0])) {
    if (from > next) gaps.push([next, Math.min(from - 1, until)]);
    next = Math.max(next, to + 1);
  }
  if (next <= until) gaps.push([next, until]);
  return gaps.filter(([from, to]) => from <= to);
}

export const isIn = (ranges: readonly SeqRange[], seq: number): boolean =>
  ranges.some(([from, to]) => seq >= from && seq <= to);

/** The numbers of the ranges, each once; undefined when there are more than `max`. */
export function seqsIn(ranges: readonly (readonly [number, number])[], max: number): number[] | undefined {
  const seqs = new Set<number>();
  for (const [from, to] of ranges)
    for (let seq = from; seq <= to; seq++) {
      seqs.add(seq);
      if (seqs.size > max) return undefined;
    }
  return [...seqs].sort((a, b) => a - b);
}
