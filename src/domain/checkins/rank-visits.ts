// The limit of an activity: who counts among all visits of one pass holder in one period.
// Rule: up to `volume` visits count; the earliest ones, by trusted time, then by id (offline-and-sync part 3, order).
// Invariant: the answer depends on the set of visits only, never on the order in which they arrived.
import type { Instant } from '../kernel/civil-time.ts';

export type Visit = { readonly commandId: string; readonly at: Instant; readonly undone: boolean };

export type RankedVisit<V extends Visit> =
  | { readonly visit: V; readonly standing: 'counts'; readonly slot: number }
  | { readonly visit: V; readonly standing: 'already'; readonly of: V }
  | { readonly visit: V; readonly standing: 'undone' };

export function rankVisits<V extends Visit>(visits: readonly V[], volume: number | null): RankedVisit<V>[] {
  const ordered = [...visits].sort(byTimeThenId);
  const counted: V[] = [];
  return ordered.map((visit) => {
    if (visit.undone) return { visit, standing: 'undone' };
    if (volume === null || counted.length < volume) {
      counted.push(visit);
      return { visit, standing: 'counts', slot: counted.length };
    }
    const of = counted[counted.length - 1] ?? visit;
    return { visit, standing: 'already', of };
  });
}

export const byTimeThenId = (a: Visit, b: Visit): number =>
  a.at - b.at || (a.commandId < b.commandId ? -1 : a.commandId > b.commandId ? 1 : 0);
