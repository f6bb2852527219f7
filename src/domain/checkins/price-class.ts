// What a visit costs, by kind of visitor: the base prices that a tariff is reckoned from later.
// Rule: UITPAS 1.9: an event has a base price or says that it is free; amounts are whole cents.
import * as z from 'zod/mini';
import { limits } from '../kernel/limits.ts';
import { Cents } from '../kernel/money.ts';
import { lineOf } from '../kernel/plain-text.ts';

export const PriceClass = z.object({
  label: lineOf(limits.priceLabelMax).check(z.minLength(1)),
  /** 0 is free. */
  cents: Cents,
});
export type PriceClass = z.infer<typeof PriceClass>;

/** The position of a class whose name another one has already. */
export function twiceNamed(classes: readonly PriceClass[]): number | undefined {
  const names = classes.map(({ label }) => label.toLowerCase());
  const index = names.findIndex((name, i) => names.indexOf(name) !== i);
  return index === -1 ? undefined : index;
}
