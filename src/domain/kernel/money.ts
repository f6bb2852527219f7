// Money is whole cents; nothing here knows a fraction. Rule: euro, two decimals; a share of an amount is rounded half up.
import * as z from 'zod/mini';
import { limits } from './limits.ts';

/** An amount to pay or to count: never less than nothing. */
export const Cents = z.int().check(z.minimum(0), z.maximum(limits.centsMax));
export type Cents = z.infer<typeof Cents>;

export const percentOf = (cents: number, percent: number): number => Math.floor((cents * percent + 50) / 100);
