// What a desk does with many people at once: the same acts as for one (decide-passholder.ts), for a list; a visit of each, as a
// phone writes it down; or a file of who they are. Only ever add.
// Whatever wants a new card (a kansenstatuut on a card that does not say it) or a proof of who one is stays at the counter.
import * as z from 'zod/mini';
import { limits } from '../kernel/limits.ts';
import { lineOf, tokenOf } from '../kernel/plain-text.ts';
import { BLOCK_REASONS } from '../passholders/card-life.ts';
import { Day } from '../passholders/person.ts';

const Street = lineOf(limits.streetMax).check(z.minLength(1));

export const BulkWork = z.discriminatedUnion('kind', [
  /** A row of the list may name another end or another proof. */
  z.object({
    kind: z.literal('renew-kansenstatuut'),
    cardSystemId: tokenOf(limits.idMax),
    until: Day,
    proof: tokenOf(limits.idMax),
  }),
  z.object({ kind: z.literal('block-card'), reason: z.enum(BLOCK_REASONS) }),
  /** The street was given another name; numbers and boxes stay. */
  z.object({
    kind: z.literal('rename-street'),
    postalCode: z.string().check(z.regex(/^[1-9]\d{3}$/)),
    from: Street,
    to: Street,
  }),
  /** All of them live there now, within the municipality where they live: another one is a move, of one person at a time. */
  z.object({
    kind: z.literal('change-address'),
    postalCode: z.string().check(z.regex(/^[1-9]\d{3}$/)),
    city: lineOf(limits.cityMax).check(z.minLength(1)),
    street: Street,
  }),
  /** Each of them was at this activity at this moment. */
  z.object({
    kind: z.literal('check-in'),
    activityId: z.uuid(),
    at: z.int().check(z.minimum(0), z.maximum(limits.instantMax)),
    /** What it was called when the list was made: the server says it. */
    title: z.optional(lineOf(limits.activityTitleMax)),
  }),
  /** A file with who they are. */
  z.object({ kind: z.literal('export') }),
]);
export type BulkWork = z.infer<typeof BulkWork>;

export type CheckInWork = Extract<BulkWork, { kind: 'check-in' }>;
/** What changes something of the person. */
export type PersonWork = Exclude<BulkWork, { kind: 'check-in' | 'export' }>;

/** What a row wants otherwise than the rest of the list. */
export const Wanted = z.object({ until: z.optional(Day), proof: z.optional(tokenOf(limits.idMax)) });
export type Wanted = z.infer<typeof Wanted>;
