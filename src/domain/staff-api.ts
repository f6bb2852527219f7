// The contract for people: who works here with which role, invitations, and one's own account. As desk-api.ts: one schema
// for each body, versioned by addition only. A secret of a link travels in bodies, never in an address that is logged.
import * as z from 'zod/mini';
import { ROLES } from './devices/permissions.ts';
import { limits } from './kernel/limits.ts';
import { lineOf, tokenOf } from './kernel/plain-text.ts';

const Id = z.uuid();
const Instant = z.int();
const Email = z.string().check(z.trim(), z.toLowerCase(), z.maxLength(limits.emailMax), z.email());
const PersonName = lineOf(limits.personNameMax).check(z.minLength(1));
/** Its length is judged by the server in words of its own (ASVS 6.2.1); this only keeps a body small. */
const Password = z.string().check(z.maxLength(200));
const Token = tokenOf(100);

export const StaffPlace = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('region') }),
  z.object({ kind: z.literal('municipality'), nisCode: z.string().check(z.regex(/^\d{5}$/)) }),
  z.object({ kind: z.literal('organisation'), organisationId: Id }),
]);
export type StaffPlace = z.infer<typeof StaffPlace>;

export const StaffMember = z.object({
  userId: Id,
  name: z.string(),
  email: z.string(),
  roles: z.array(
    z.object({
      grantId: Id,
      role: z.enum(ROLES),
      placeName: z.string(),
      /** Within one's own reach, and not one's own role. */
      mayWithdraw: z.boolean(),
    }),
  ),
  /** False as long as no password was ever chosen. */
  hasSignedIn: z.boolean(),
  /** Asked for a code of an app at each sign-in with a password. */
  hasSecondStep: z.boolean(),
  /** Places where this person is signed in now. */
  sessions: z.int(),
  /** Every role of this person is within one's reach: then also the password link and the sessions are. */
  mayManage: z.boolean(),
  isSelf: z.boolean(),
});
export type StaffMember = z.infer<typeof StaffMember>;

export const StaffInvitation = z.object({
  invitationId: Id,
  email: z.string(),
  role: z.enum(ROLES),
  placeName: z.string(),
  expiresAt: Instant,
});
export type StaffInvitation = z.infer<typeof StaffInvitation>;

/** GET /api/staff: the people of the places one manages. */
export const StaffList = z.object({
  staff: z.array(StaffMember),
  /** Not accepted yet, the newest first; an expired one stays until it is taken away or made again. */
  invitations: z.array(StaffInvitation),
  /** What one may give to a colleague, and where. */
  offers: z.array(
    z.object({ role: z.enum(ROLES), places: z.array(z.object({ place: StaffPlace, name: z.string() })) }),
  ),
});
export type StaffList = z.infer<typeof StaffList>;

/** POST /api/staff/invitations */
export const InvitationInput = z.object({ email: Email, role: z.enum(ROLES), place: StaffPlace });
export type InvitationInput = z.infer<typeof InvitationInput>;

/** A link that is shown once: the server keeps only a hash of its secret. */
export const PersonLink = z.object({
  url: z.string(),
  expiresAt: Instant,
  /** Also on its way by mail. */
  mailed: z.boolean(),
});
export type PersonLink = z.infer<typeof PersonLink>;
// POST /api/staff/invitations/:id/withdraw {} | /api/staff/grants/:id/withdraw {} | /api/staff/:id/sign-out {} -> Done;
// POST /api/staff/:id/password-link {} -> PersonLink.

export const Done = z.object({ ok: z.literal(true) });

/** POST /api/invitations/look: for who holds the link. */
export const InvitationLook = z.object({ token: Token });
export const InvitationFacts = z.object({
  email: z.string(),
  role: z.enum(ROLES),
  placeName: z.string(),
  regionName: z.string(),
  /** An account exists: its password proves that it is the same person. */
  hasAccount: z.boolean(),
});
export type InvitationFacts = z.infer<typeof InvitationFacts>;

/** POST /api/invitations/accept: `name` only for a new account. */
export const InvitationAcceptance = z.object({
  token: Token,
  name: z.optional(PersonName),
  password: Password,
});
export type InvitationAcceptance = z.infer<typeof InvitationAcceptance>;
