// The contract for figures for policy makers. As desk-api.ts: one schema for each body, versioned by addition only. null is a
// count that is not shown (src/domain/figures/hide-small.ts).
import * as z from 'zod/mini';
import { limits } from './kernel/limits.ts';
import { tokenOf } from './kernel/plain-text.ts';

const Count = z.nullable(z.int());

/** `nisCode`: of one municipality; without it the whole region. `until`: the last month, as 2026-11. */
export const FiguresQuery = z.object({
  nisCode: z.optional(tokenOf(limits.idMax)),
  until: z.optional(z.string().check(z.regex(/^20\d\d-(0[1-9]|1[0-2])$/))),
});
export type FiguresQuery = z.infer<typeof FiguresQuery>;

/** GET /api/figures */
export const Figures = z.object({
  /** What one may choose from; empty where there is only the own municipality. */
  places: z.array(z.object({ nisCode: z.string(), name: z.string() })),
  /** May one see the whole region? */
  seesRegion: z.boolean(),
  /** Null: the region. */
  place: z.nullable(z.object({ nisCode: z.string(), name: z.string() })),
  countedAt: z.int(),
  /** Pass holders today, by the municipality where they live; those outside the region have no code. */
  people: z.array(
    z.object({
      nisCode: z.nullable(z.string()),
      name: z.nullable(z.string()),
      passholders: Count,
      withKansenstatuut: Count,
      without: Count,
    }),
  ),
  peopleTotals: z.object({ passholders: Count, withKansenstatuut: Count, without: Count }),
  /** Thirteen months, the oldest first, of visits that count; people by whether they came before that month. */
  months: z.array(
    z.object({ month: z.string(), visits: Count, newcomers: Count, returning: Count, visitors: Count }),
  ),
  /** Of those months together, the most visited first; what is beyond the list is counted as one. */
  organisers: z.array(z.object({ name: z.nullable(z.string()), visits: Count })),
  visits: Count,
  /** Of the same visits, by kind of activity; null is last: nobody said one. Absent from an older server. */
  kinds: z._default(z.array(z.object({ name: z.nullable(z.string()), visits: Count })), []),
});
export type Figures = z.infer<typeof Figures>;
