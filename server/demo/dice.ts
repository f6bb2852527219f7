// Chance that always falls the same way: the demo of today has the same people as that of yesterday.

export type Dice = {
  /** A whole number from 0 up to and not including `below`. */
  roll(below: number): number;
  pick<T>(from: readonly T[]): T;
  /** True in so many of a hundred cases. */
  chance(percent: number): boolean;
  uuid(): string;
};

/** mulberry32, by Tommy Ettinger (public domain). */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const roll = (below: number): number => next() % below;
  const hex = (): string => next().toString(16).padStart(8, '0');
  return {
    roll,
    chance: (percent) => roll(100) < percent,
    pick(from) {
      const item = from[roll(from.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    uuid() {
      const digits = `${hex()}${hex()}${hex()}${hex()}`;
      return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20)}`;
    },
  };
}
