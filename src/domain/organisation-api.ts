// The contract between the screens of organisations and the server. As in desk-api.ts: versioned by addition only.
import * as z from 'zod/mini';
import { ROLES } from './devices/permissions.ts';
import { isCivilDay } from './kernel/civil-time.ts';
import { limits } from './kernel/limits.ts';
import { lineOf } from './kernel/plain-text.ts';

const Id = z.uuid();
const Instant = z.int();
const Day = z.string().check(z.refine((text) => isCivilDay(text)));
const text = (max: number): z.ZodMiniString => lineOf(max).check(z.minLength(1));

export const ORGANISATION_KINDS = ['municipality', 'organiser', 'region'] as const;
export const AGREEMENT_STATES = ['in-force', 'ends-soon', 'none', 'not-asked'] as const;

/** GET /api/organisations?q=&nisCode=&state=all|no-agreement|iban-waits&page=1 */
export const OrganisationList = z.object({
  organisations: z.array(
    z.object({
      organisationId: Id,
      name: z.string(),
      kind: z.enum(ORGANISATION_KINDS),
      municipalityName: z.nullable(z.string()),
      agreement: z.enum(AGREEMENT_STATES),
      /** The last day of the cover; null: without end, or none. */
      agreementUntil: z.nullable(z.string()),
      ibanWaits: z.boolean(),
    }),
  ),
  /** To choose from. */
  municipalities: z.array(z.object({ nisCode: z.string(), name: z.string() })),
  mayAdd: z.boolean(),
  total: z.int(),
  page: z.int(),
  pageSize: z.int(),
});
export type OrganisationList = z.infer<typeof OrganisationList>;

/** POST /api/organisations, PUT /api/organisations/:id (with `version`; 409 'changed-meanwhile') -> OrganisationFile. */
export const OrganisationInput = z.object({
  name: text(limits.organisationNameMax),
  kind: z.enum(ORGANISATION_KINDS),
  /** Null for what belongs to the region as a whole. */
  nisCode: z.nullable(z.string().check(z.regex(/^\d{5}$/))),
  /** As typed, with or without points; empty when it has none. */
  kboNumber: lineOf(20),
  contactName: lineOf(limits.personNameMax),
  contactEmail: lineOf(limits.emailMax),
  contactPhone: lineOf(limits.phoneMax),
  cardSystemIds: z.array(z.string().check(z.maxLength(limits.idMax))).check(z.maxLength(20)),
  version: z.optional(z.int()),
});
export type OrganisationInput = z.infer<typeof OrganisationInput>;

/** POST /api/organisations/:id/agreements -> OrganisationFile. The id is made by the screen: twice is once. */
export const AgreementInput = z.object({
  agreementId: Id,
  fromDay: Day,
  untilDay: z.nullable(Day),
  note: lineOf(limits.reasonMax),
});
export type AgreementInput = z.infer<typeof AgreementInput>;

/** POST /api/organisations/:id/agreements/:agreementId/end -> OrganisationFile */
export const AgreementEnd = z.object({ untilDay: Day, because: text(limits.reasonMax) });
export type AgreementEnd = z.infer<typeof AgreementEnd>;

/** POST /api/organisations/:id/iban -> OrganisationFile */
export const IbanProposal = z.object({ iban: lineOf(50), because: text(limits.reasonMax) });
export type IbanProposal = z.infer<typeof IbanProposal>;

/** POST /api/organisations/:id/iban/:changeId/confirm {iban as it was shown}; …/withdraw {because} */
export const IbanConfirmation = z.object({ iban: lineOf(50) });
export const IbanWithdrawal = z.object({ because: text(limits.reasonMax) });

export const OrganisationFile = z.object({
  organisationId: Id,
  version: z.int(),
  name: z.string(),
  kind: z.enum(ORGANISATION_KINDS),
  nisCode: z.nullable(z.string()),
  municipalityName: z.nullable(z.string()),
  kboNumber: z.string(),
  contactName: z.string(),
  contactEmail: z.string(),
  contactPhone: z.string(),
  cardSystemIds: z.array(z.string()),
  agreement: z.enum(AGREEMENT_STATES),
  agreementUntil: z.nullable(z.string()),
  agreements: z.array(
    z.object({
      agreementId: Id,
      fromDay: z.string(),
      untilDay: z.nullable(z.string()),
      note: z.string(),
      madeBy: z.string(),
      madeAt: Instant,
      /** Ended earlier than it said. */
      ended: z.optional(z.object({ because: z.string(), by: z.string(), at: Instant })),
    }),
  ),
  iban: z.nullable(z.string()),
  /** Newest first; the first may wait. */
  ibanChanges: z.array(
    z.object({
      changeId: Id,
      iban: z.string(),
      because: z.string(),
      state: z.enum(['proposed', 'confirmed', 'withdrawn']),
      proposedBy: z.string(),
      proposedAt: Instant,
      closedBy: z.nullable(z.string()),
      closedAt: z.nullable(Instant),
      /** The one who looks proposed it. */
      mine: z.boolean(),
    }),
  ),
  /** Who works for it; absent for who does not manage its staff. */
  members: z.optional(z.array(z.object({ name: z.string(), role: z.enum(ROLES) }))),
  mayWrite: z.boolean(),
  mayProposeIban: z.boolean(),
  mayConfirmIban: z.boolean(),
});
export type OrganisationFile = z.infer<typeof OrganisationFile>;

/** What the screen needs to fill in a form: GET /api/organisations/choices */
export const OrganisationChoices = z.object({
  municipalities: z.array(z.object({ nisCode: z.string(), name: z.string() })),
  cardSystems: z.array(z.object({ cardSystemId: z.string(), name: z.string() })),
});
export type OrganisationChoices = z.infer<typeof OrganisationChoices>;
