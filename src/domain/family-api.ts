// The contract for families at the desk. As desk-api.ts: versioned by addition only. Who lives elsewhere is in it without a name.
import * as z from 'zod/mini';
import { limits } from './kernel/limits.ts';
import { lineOf } from './kernel/plain-text.ts';
import { KANSENSTATUUT_STATUSES } from './passholders/kansenstatuut.ts';
import { Day } from './passholders/person.ts';

const Id = z.uuid();

/** POST /api/families. Ids are made by the screen, once: a second sending is the same family. */
export const FamilyInput = z.object({
  familyId: Id,
  /** The counter one works at. */
  organisationId: Id,
  members: z
    .array(z.object({ memberId: Id, passholderId: Id }))
    .check(z.minLength(1), z.maxLength(limits.familyMembersMax)),
});
export type FamilyInput = z.infer<typeof FamilyInput>;

/** POST /api/families/:id/acts */
export const FamilyAct = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('add'), memberId: Id, passholderId: Id, from: Day }),
  /** Somebody whom another counter knows: the card lies on the counter, and the birth date is told. */
  z.object({
    kind: z.literal('add-by-card'),
    memberId: Id,
    number: lineOf(limits.idMax),
    dateOfBirth: Day,
    from: Day,
  }),
  z.object({ kind: z.literal('leave'), memberId: Id, on: Day }),
  /** Members, or nobody; `basedOn` is `n` of the family on the screen. */
  z.object({
    kind: z.literal('roles'),
    basedOn: z.int(),
    contactId: z.nullable(Id),
    consentId: z.nullable(Id),
  }),
]);
export type FamilyAct = z.infer<typeof FamilyAct>;

export const FamilyFile = z.object({
  familyId: Id,
  n: z.int(),
  contactId: z.nullable(Id),
  consentId: z.nullable(Id),
  /** Of the contact, else of the first whose file one may read. */
  address: z.nullable(
    z.object({
      street: z.optional(z.string()),
      postalCode: z.string(),
      city: z.optional(z.string()),
    }),
  ),
  /** Those of today first. */
  members: z.array(
    z.object({
      memberId: Id,
      from: Day,
      until: z.nullable(Day),
      erased: z.boolean(),
      /** Null for who was erased, and for people of another municipality. */
      person: z.nullable(
        z.object({
          passholderId: Id,
          firstName: z.string(),
          lastName: z.string(),
          dateOfBirth: z.string(),
          otherAddress: z.boolean(),
          cards: z.array(
            z.object({ number: z.string(), cardSystemId: z.string(), cardSystemName: z.string() }),
          ),
          kansenstatuten: z.array(
            z.object({
              cardSystemId: z.string(),
              cardSystemName: z.string(),
              status: z.enum(KANSENSTATUUT_STATUSES),
              until: z.nullable(Day),
            }),
          ),
        }),
      ),
    }),
  ),
  mayChange: z.boolean(),
});
export type FamilyFile = z.infer<typeof FamilyFile>;
export type FamilyLine = FamilyFile['members'][number];

/** GET /api/passholders/:id/families: those somebody is in today. */
export const FamiliesOf = z.object({ families: z.array(FamilyFile) });
export type FamiliesOf = z.infer<typeof FamiliesOf>;
