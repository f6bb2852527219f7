// A cupboard counted by hand. Rule: what is counted is compared with what should be there at that moment, and a difference has its
// reason; a count moves nothing, cards that are gone are written off by their numbers. Source: docs/adr/018.
import { ok, refuse, type Result } from '../kernel/result.ts';

export type CountFacts = {
  readonly counted: number;
  /** What the screen said should be there, and what should be there now. */
  readonly seen: number;
  readonly expected: number;
  readonly why: string;
};
export type CountRefusal =
  | { readonly code: 'stock-changed'; readonly expected: number }
  | { readonly code: 'count-needs-reason'; readonly difference: number };

/** `difference`: more than there should be, or less where it is below zero. */
export function decideCount({
  counted,
  seen,
  expected,
  why,
}: CountFacts): Result<{ readonly difference: number; readonly why: string }, CountRefusal> {
  if (seen !== expected) return refuse({ code: 'stock-changed', expected });
  const difference = counted - expected;
  if (difference !== 0 && why === '') return refuse({ code: 'count-needs-reason', difference });
  return ok({ difference, why: difference === 0 ? '' : why });
}
