// The contract for associations and schools at the desk. As desk-api.ts: versioned by addition only. Names of members travel in
// bodies only; who belongs to another municipality is counted, not named.
import * as z from 'zod/mini';
import { ASSOCIATION_KINDS, AssociationFacts, END_RULES } from './associations/association.ts';
import { ALL_STOP_REASONS, MEMBER_STATUSES, STOP_REASONS } from './associations/member-terms.ts';
import { limits } from './kernel/limits.ts';
import { lineOf } from './kernel/plain-text.ts';
import { Day } from './passholders/person.ts';

const Id = z.uuid();

/** POST /api/associations. The id is made by the screen: a second sending is the same association. */
export const AssociationInput = z.extend(AssociationFacts, { associationId: Id });
export type AssociationInput = z.infer<typeof AssociationInput>;

/** POST /api/associations/:id/acts; `basedOn` is `n` on the screen. */
export const AssociationAct = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('change'), basedOn: z.int(), facts: AssociationFacts }),
  /** Nobody joins or renews any more; members stay until their day. */
  z.object({ kind: z.literal('end') }),
  z.object({ kind: z.literal('resume') }),
]);
export type AssociationAct = z.infer<typeof AssociationAct>;

export const AssociationFile = z.object({
  associationId: Id,
  n: z.int(),
  kind: z.enum(ASSOCIATION_KINDS),
  name: z.string(),
  nisCode: z.nullable(z.string()),
  placeName: z.nullable(z.string()),
  organisationId: z.nullable(Id),
  organisationName: z.nullable(z.string()),
  organisationReads: z.boolean(),
  organisationWrites: z.boolean(),
  endRule: z.enum(END_RULES),
  endMonths: z.nullable(z.int()),
  endedOn: z.nullable(Day),
  mayChange: z.boolean(),
  /** May look at members: one's own people, or all of them for its organisation. */
  mayRead: z.boolean(),
  mayWrite: z.boolean(),
});
export type AssociationFile = z.infer<typeof AssociationFile>;

/** GET /api/associations: all of the region, by name. Who belongs to them is not in it. */
export const AssociationList = z.object({
  today: Day,
  associations: z.array(AssociationFile),
  more: z.boolean(),
  /** For who may make or change one; empty for others. */
  municipalities: z.array(z.object({ nisCode: z.string(), name: z.string() })),
  organisations: z.array(z.object({ organisationId: Id, name: z.string() })),
  mayKeepForRegion: z.boolean(),
});
export type AssociationList = z.infer<typeof AssociationList>;

export const MEMBER_VIEWS = ['all', 'active', 'soon', 'expired'] as const;
export type MemberView = (typeof MEMBER_VIEWS)[number];

/** POST /api/associations/:id/members, and /members/sheet for all of them at once (wants a fresh proof). */
export const MemberQuestion = z.object({
  view: z.enum(MEMBER_VIEWS),
  text: lineOf(limits.searchTextMax),
  page: z.int().check(z.minimum(1), z.maximum(100_000)),
});
export type MemberQuestion = z.infer<typeof MemberQuestion>;

export const MemberLine = z.object({
  /** The term that counts now. */
  termId: Id,
  firstName: z.string(),
  lastName: z.string(),
  /** Null for the staff of the association itself. */
  passholderId: z.nullable(Id),
  dateOfBirth: z.nullable(z.string()),
  since: Day,
  until: Day,
  status: z.enum(MEMBER_STATUSES),
  /** Of a school: still pays the kansentarief. */
  entitled: z.boolean(),
  /** Where one tap leads to; null: cannot be renewed now. */
  renewal: z.nullable(Day),
  /** Can go back to the end before the last renewal. */
  renewed: z.boolean(),
});
export type MemberLine = z.infer<typeof MemberLine>;

export const MemberPage = z.object({
  today: Day,
  association: AssociationFile,
  members: z.array(MemberLine),
  total: z.int(),
  pageSize: z.int(),
  /** Members of other municipalities, whom one does not see here. */
  elsewhere: z.int(),
});
export type MemberPage = z.infer<typeof MemberPage>;

export const MemberSheet = z.object({
  members: z.array(MemberLine),
  more: z.boolean(),
});
export type MemberSheet = z.infer<typeof MemberSheet>;

/** POST /api/associations/:id/register. The id of the term is made by the screen: a second sending is the same act. */
export const RegisterMemberInput = z.object({
  termId: Id,
  who: z.union([
    z.object({ passholderId: Id }),
    /** Of another municipality: the card lies on the counter, and the birth date is told. */
    z.object({ number: lineOf(limits.idMax), dateOfBirth: Day }),
  ]),
  from: Day,
  /** Only where the end is picked. */
  until: z.nullable(Day),
  /** A pupil who changes school leaves the other one on that day. */
  leavesOtherSchool: z.optional(z.boolean()),
});
export type RegisterMemberInput = z.infer<typeof RegisterMemberInput>;
export const RegisteredMember = z.object({ termId: Id, from: Day, until: Day });
export type RegisteredMember = z.infer<typeof RegisteredMember>;

/** POST /api/associations/:id/renew: each by itself, with the end that stood on the screen. */
export const RenewMembersInput = z.object({
  renewals: z
    .array(
      z.object({
        /** The one that counted on the screen, and the new one. */
        termId: Id,
        newTermId: Id,
        basedOn: Day,
        /** Only where the end is picked; null: as proposed. */
        until: z.nullable(Day),
      }),
    )
    .check(z.minLength(1), z.maxLength(limits.membersRenewedMax)),
});
export type RenewMembersInput = z.infer<typeof RenewMembersInput>;
export const RenewedMembers = z.object({
  results: z.array(
    z.object({
      termId: Id,
      /** The new end; null: refused, and `code` says why. */
      until: z.nullable(Day),
      code: z.optional(z.string()),
    }),
  ),
});
export type RenewedMembers = z.infer<typeof RenewedMembers>;

/** POST /api/associations/:id/stop */
export const StopMemberInput = z.object({
  termId: Id,
  on: Day,
  reason: z.enum(STOP_REASONS),
  /** Only the renewal that this term is: what went before it counts again. */
  renewalOnly: z.optional(z.boolean()),
});
export type StopMemberInput = z.infer<typeof StopMemberInput>;
export const StoppedMember = z.object({ termId: Id, on: Day });

/** GET /api/passholders/:id/associations */
export const MembershipsOf = z.object({
  today: Day,
  /** Whether a school may be chosen. */
  entitled: z.boolean(),
  mayChange: z.boolean(),
  memberships: z.array(
    z.object({
      associationId: Id,
      kind: z.enum(ASSOCIATION_KINDS),
      name: z.string(),
      placeName: z.nullable(z.string()),
      endRule: z.enum(END_RULES),
      termId: Id,
      since: Day,
      until: Day,
      status: z.enum(MEMBER_STATUSES),
      renewal: z.nullable(Day),
      renewed: z.boolean(),
    }),
  ),
  /** What is over, the newest first: each registration and each renewal. */
  past: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(ASSOCIATION_KINDS),
      from: Day,
      until: Day,
      stoppedOn: z.nullable(Day),
      stopReason: z.nullable(z.enum(ALL_STOP_REASONS)),
    }),
  ),
});
export type MembershipsOf = z.infer<typeof MembershipsOf>;
export type OwnMembership = MembershipsOf['memberships'][number];
