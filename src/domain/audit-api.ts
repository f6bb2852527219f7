// The contract for reading the audit. As desk-api.ts: one schema for each body, versioned by addition only. What is read here
// is itself written down: who asked, and about whom.
import * as z from 'zod/mini';
import { AUDIT_GROUP_NAMES } from './audit/audit-action.ts';
import { limits } from './kernel/limits.ts';
import { Day } from './passholders/person.ts';

const Id = z.uuid();

/** What an entry is about; `card` and other words without an id are about something of the region. */
const AUDIT_SUBJECT = /^[a-z-]{1,20}:[\w-]{1,64}$/;

/** In the address. `before`: the `next` of the page before it. */
export const AuditQuery = z.object({
  group: z.optional(z.enum(AUDIT_GROUP_NAMES)),
  userId: z.optional(Id),
  subject: z.optional(z.string().check(z.regex(AUDIT_SUBJECT))),
  from: z.optional(Day),
  /** With this day. */
  to: z.optional(Day),
  before: z.optional(z.string().check(z.regex(/^\d{1,15}\.\d{1,15}$/))),
  /** To keep elsewhere: longer pages, and the audit says so. */
  export: z.optional(z.literal('1')),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

const Named = z.object({ kind: z.string(), id: z.nullable(z.string()), name: z.nullable(z.string()) });
export type AuditNamed = z.infer<typeof Named>;

export const AuditRow = z.object({
  auditId: z.int(),
  at: z.int(),
  /** `user`, `device` or `system`. */
  actor: Named,
  /** One of AUDIT_GROUPS, or of a newer server. */
  action: z.string(),
  subject: Named,
  detail: z.record(z.string(), z.unknown()),
});
export type AuditRow = z.infer<typeof AuditRow>;

/** GET /api/audit, the newest first. */
export const AuditPage = z.object({ entries: z.array(AuditRow), next: z.nullable(z.string()) });
export type AuditPage = z.infer<typeof AuditPage>;

/** POST /api/audit/subject: who has this card, as the log calls that person. A number travels in no address. 422 number-wrong. */
export const AuditSubjectInput = z.object({ number: z.string().check(z.maxLength(limits.idMax)) });
export type AuditSubjectInput = z.infer<typeof AuditSubjectInput>;
/** Null: nobody of this region has or had it. */
export const AuditSubject = z.object({ subject: z.nullable(z.string()) });
export type AuditSubject = z.infer<typeof AuditSubject>;

/** GET /api/audit/people: whoever did something here, for the filter; also who left. */
export const AuditPeople = z.object({
  people: z.array(z.object({ userId: Id, name: z.string() })).check(z.maxLength(limits.auditPeopleMax)),
});
export type AuditPeople = z.infer<typeof AuditPeople>;
