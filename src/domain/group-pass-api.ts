// The contract for group passes at the desk. As desk-api.ts: versioned by addition only. A number travels in bodies only.
import * as z from 'zod/mini';
import { GROUP_PASS_STATUSES } from './grouppasses/group-pass.ts';
import { limits } from './kernel/limits.ts';
import { lineOf } from './kernel/plain-text.ts';

const Id = z.uuid();
const NisCode = z.string().check(z.maxLength(limits.idMax));
const Year = z.int().check(z.minimum(2000), z.maximum(2200));
const Tickets = z.int().check(z.minimum(0), z.maximum(1_000_000));

/** POST /api/group-passes. The id is made by the screen: a second sending is the same pass. */
export const GroupPassInput = z.object({
  groupPassId: Id,
  /** The counter one works at: the card lies there. */
  organisationId: Id,
  number: lineOf(limits.idMax),
  name: lineOf(limits.organisationNameMax).check(z.minLength(1)),
  /** The organisation, association or school that holds it. */
  holderId: Id,
  /** The municipality that pays. */
  paysNis: NisCode,
  year: Year,
  tickets: Tickets,
});
export type GroupPassInput = z.infer<typeof GroupPassInput>;

/** POST /api/group-passes/:id/acts */
export const GroupPassAct = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('renew'), organisationId: Id, year: Year, tickets: Tickets }),
  z.object({ kind: z.literal('block') }),
  z.object({ kind: z.literal('unblock') }),
]);
export type GroupPassAct = z.infer<typeof GroupPassAct>;

export const GroupPassFile = z.object({
  groupPassId: Id,
  number: z.string(),
  cardSystemName: z.string(),
  name: z.string(),
  holderName: z.string(),
  paysName: z.string(),
  status: z.enum(GROUP_PASS_STATUSES),
  /** Tickets that it can still buy today. */
  available: z.int(),
  /** The newest first. */
  years: z.array(z.object({ year: z.int(), tickets: z.int(), balance: z.int() })),
  mayChange: z.boolean(),
  mayUnblock: z.boolean(),
});
export type GroupPassFile = z.infer<typeof GroupPassFile>;

/** GET /api/group-passes: those one may see, by name. */
export const GroupPassList = z.object({
  passes: z.array(GroupPassFile),
  more: z.boolean(),
  /** Empty for who may make none. */
  holders: z.array(z.object({ organisationId: Id, name: z.string() })),
  municipalities: z.array(z.object({ nisCode: z.string(), name: z.string() })),
  year: z.int(),
});
export type GroupPassList = z.infer<typeof GroupPassList>;
