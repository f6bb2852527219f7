// The contract for what waits for a desk today. As desk-api.ts: one schema for each body, versioned by addition only. Counts and days
// only: whom they are about stands in the rooms, each with its own rights and its own note in the audit.
import * as z from 'zod/mini';
import { Day } from './passholders/person.ts';

/** GET /api/today/:id of one organisation. Null: not for whoever asks. */
export const TodayAnswer = z.object({
  kansenstatuut: z.nullable(
    z.object({
      cardSystemId: z.string(),
      /** How far ahead `soon` looks. */
      days: z.int(),
      soon: z.int(),
      /** Over, and held by grace. */
      grace: z.int(),
    }),
  ),
  /** The first day before today on which something was paid and that nobody closed. */
  till: z.nullable(z.object({ unclosedDay: z.nullable(Day) })),
});
export type TodayAnswer = z.infer<typeof TodayAnswer>;
