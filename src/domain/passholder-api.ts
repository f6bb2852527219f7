// The contract for pass holders at the desk. As desk-api.ts: one schema for each body, versioned by addition only. Names,
// numbers and birth dates travel in bodies, never in an address that is logged.
import * as z from 'zod/mini';
import { KANSENSTATUUT_STATUSES } from './passholders/kansenstatuut.ts';
import { PassholderAct, Registration } from './passholders/passholder-command.ts';
import { Day, Person } from './passholders/person.ts';

const Id = z.uuid();
const Instant = z.int();

/** POST /api/passholders/register. Ids are made by the screen, once: a second sending is the same act. */
export const RegisterInput = z.object({
  actId: Id,
  passholderId: Id,
  /** The counter one works at: its cards are handed out. */
  organisationId: Id,
  registration: Registration,
});
export type RegisterInput = z.infer<typeof RegisterInput>;

/** POST /api/passholders/:id/acts */
export const ActInput = z.object({
  actId: Id,
  organisationId: Id,
  /** `n` of the file that was on the screen; another one in between is a conflict (409): the screen reads again and merges. */
  basedOn: z.int(),
  act: PassholderAct,
});
export type ActInput = z.infer<typeof ActInput>;

const Kansenstatuut = z.object({
  since: Day,
  until: Day,
  proof: z.string(),
  suspendedUntil: z.optional(Day),
  endedOn: z.optional(Day),
});

/** The answer to every act, the same each time it is sent. The file itself is read: that is allowed, counted and audited apart. */
export const ActAnswer = z.object({ passholderId: Id, n: z.int() });
export type ActAnswer = z.infer<typeof ActAnswer>;

/** GET /api/passholders/:id */
export const PassholderFile = z.object({
  passholderId: Id,
  n: z.int(),
  state: z.enum(['active', 'erased']),
  person: z.nullable(Person),
  homes: z.array(z.object({ nisCode: z.nullable(z.string()), name: z.nullable(z.string()), from: Day })),
  memberships: z.array(
    z.object({
      cardSystemId: z.string(),
      cardSystemName: z.string(),
      status: z.enum(['active', 'ended']),
      kansenstatuut: z.nullable(Kansenstatuut),
      /** Today. */
      kansenstatuutStatus: z.enum(KANSENSTATUUT_STATUSES),
    }),
  ),
  cards: z.array(
    z.object({
      number: z.string(),
      cardSystemId: z.string(),
      state: z.enum(['active', 'blocked', 'replaced']),
      since: Instant,
      replacedBy: z.optional(z.string()),
    }),
  ),
  points: z.int(),
});
export type PassholderFile = z.infer<typeof PassholderFile>;
