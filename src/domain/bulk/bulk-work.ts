// What a desk does with many people at once: the same acts as for one (decide-passholder.ts), for a list. Only ever add.
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
]);
export type BulkWork = z.infer<typeof BulkWork>;

/** What a row wants otherwise than the rest of the list. */
export const Wanted = z.object({ until: z.optional(Day), proof: z.optional(tokenOf(limits.idMax)) });
export type Wanted = z.infer<typeof Wanted>;
