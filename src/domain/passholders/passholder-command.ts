// What a desk asks for, as it travels: the wire form of the acts that decide-passholder.ts weighs. Only ever add.
import * as z from 'zod/mini';
import { isUitpasNumber, type UitpasNumber } from '../cards/uitpas-number.ts';
import { limits } from '../kernel/limits.ts';
import { lineOf, tokenOf } from '../kernel/plain-text.ts';
import { BLOCK_REASONS, REPLACE_REASONS } from './card-life.ts';
import { END_REASONS } from './passholder.ts';
import { Day, Person } from './person.ts';

const Number = z.custom<UitpasNumber>((value) => typeof value === 'string' && isUitpasNumber(value));
const CardSystemId = tokenOf(limits.idMax);
const Grant = z.object({ proof: tokenOf(limits.idMax), until: Day });

export const Registration = z.object({
  kind: z.literal('register'),
  person: Person,
  cardSystemId: CardSystemId,
  number: Number,
  kansenstatuut: z.optional(Grant),
  /** The card of another region, of who moves here. */
  comesWith: z.optional(Number),
});
export type Registration = z.infer<typeof Registration>;

export const PassholderAct = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('change-details'), person: Person }),
  /** `leaves`: becomes a member of another region, so that the memberships here end with that day. */
  z.object({ kind: z.literal('move'), person: Person, from: Day, leaves: z.optional(z.boolean()) }),
  z.object({ kind: z.literal('join'), cardSystemId: CardSystemId, number: Number }),
  z.object({ kind: z.literal('leave'), cardSystemId: CardSystemId, reason: z.enum(END_REASONS) }),
  z.object({ kind: z.literal('block-card'), number: Number, reason: z.enum(BLOCK_REASONS) }),
  z.object({ kind: z.literal('unblock-card'), number: Number }),
  /** `finer`: in the words of the region, under that reason. */
  z.object({
    kind: z.literal('replace-card'),
    number: Number,
    by: Number,
    reason: z.enum(REPLACE_REASONS),
    finer: z.optional(lineOf(limits.settingReasonMax)),
  }),
  /** `by`: the card that says so, when the present one does not. */
  z.object({
    kind: z.literal('grant-kansenstatuut'),
    cardSystemId: CardSystemId,
    grant: Grant,
    by: z.optional(Number),
  }),
  z.object({
    kind: z.literal('renew-kansenstatuut'),
    cardSystemId: CardSystemId,
    grant: Grant,
    by: z.optional(Number),
  }),
  /** The first day on which it holds again; today ends a suspension. */
  z.object({ kind: z.literal('suspend-kansenstatuut'), cardSystemId: CardSystemId, until: Day }),
  z.object({ kind: z.literal('end-kansenstatuut'), cardSystemId: CardSystemId, by: z.optional(Number) }),
  z.object({
    kind: z.literal('add-note'),
    noteId: z.uuid(),
    text: lineOf(limits.noteTextMax).check(z.minLength(1)),
  }),
  z.object({
    kind: z.literal('withdraw-note'),
    noteId: z.uuid(),
    because: lineOf(limits.reasonMax).check(z.minLength(1)),
  }),
  z.object({ kind: z.literal('erase') }),
]);
export type PassholderAct = z.infer<typeof PassholderAct>;

export type PassholderCommand = Registration | PassholderAct;
