// The contract for activities out of UiTdatabank (docs/adr/023). As desk-api.ts: one schema for each body, versioned by addition.
import * as z from 'zod/mini';
import { limits } from './kernel/limits.ts';
import { lineOf, tokenOf } from './kernel/plain-text.ts';
import { EVENT_FIELDS, EventFacts } from './uitdatabank/event-facts.ts';
import { IMPORT_ROW_STATES } from './uitdatabank/judge-event.ts';

const Id = z.uuid();
const Count = z.int();
const OrganiserKey = tokenOf(200);

/** POST /api/uitdatabank/imports -> EventImport. The id is made by the screen, once: a second sending is the same import. */
export const ImportInput = z.object({
  importId: Id,
  /** For whom one works. */
  organisationId: Id,
  source: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('file'),
      name: lineOf(limits.reasonMax),
      total: z.int().check(z.minimum(0), z.maximum(limits.importEventsMax)),
    }),
    z.object({ kind: z.literal('address') }),
  ]),
});
export type ImportInput = z.infer<typeof ImportInput>;

/** POST /api/uitdatabank/imports/:id/pieces: events of a file as JSON texts, from that row on; an empty text was too large to send. */
export const ImportPiece = z.object({
  start: z.int().check(z.minimum(0), z.maximum(limits.importEventsMax)),
  texts: z
    .array(z.string().check(z.maxLength(limits.importEventTextMax)))
    .check(z.minLength(1), z.maxLength(limits.importPieceEvents)),
});
export type ImportPiece = z.infer<typeof ImportPiece>;

export const EventImport = z.object({
  importId: Id,
  source: z.enum(['file', 'address']),
  name: z.string(),
  state: z.enum(['reading', 'ready']),
  /** Rows that were read, of how many. */
  read: Count,
  total: z.nullable(Count),
  madeAt: z.int(),
  madeBy: z.string(),
  rows: z.object({
    bad: Count,
    organiser: Count,
    new: Count,
    changed: Count,
    unchanged: Count,
    stored: Count,
  }),
  /** Rows of which moments do not take place there, and rows that stay different here. */
  callOff: Count,
  kept: Count,
  /** Whose organisation nobody chose yet; the empty key: events without an organiser. */
  organisers: z.array(z.object({ key: z.string(), name: z.string(), count: Count })),
});
export type EventImport = z.infer<typeof EventImport>;

/** GET /api/uitdatabank/imports */
export const EventImports = z.object({ imports: z.array(EventImport) });
export type EventImports = z.infer<typeof EventImports>;

/** GET /api/uitdatabank/imports/:id/rows?show=&after= */
export const ROW_SHOWS = [...IMPORT_ROW_STATES, 'call-off', 'kept', 'all'] as const;
export const ImportRow = z.object({
  row: Count,
  title: z.string(),
  eventId: z.nullable(z.string()),
  state: z.enum(IMPORT_ROW_STATES),
  code: z.nullable(z.string()),
  take: z.array(z.enum(EVENT_FIELDS)),
  kept: z.array(z.enum(EVENT_FIELDS)),
  callOff: Count,
  organisationName: z.nullable(z.string()),
  activityId: z.nullable(Id),
  there: z.nullable(EventFacts),
  /** What stands here, in the same form; null for what is new. */
  here: z.nullable(EventFacts),
});
export type ImportRow = z.infer<typeof ImportRow>;
export const ImportRows = z.object({ rows: z.array(ImportRow), more: z.boolean() });
export type ImportRows = z.infer<typeof ImportRows>;

/** POST /api/uitdatabank/imports/:id/organisers -> EventImport: whose activities of this organiser are, from now on. */
export const OrganiserChoice = z.object({ key: OrganiserKey, organisationId: Id });
export type OrganiserChoice = z.infer<typeof OrganiserChoice>;

// POST /api/uitdatabank/imports/:id/fetch {} -> EventImport: the next page of the address.
// POST /api/uitdatabank/imports/:id/store {} -> EventImport: the next rows that are new or changed.
// POST /api/uitdatabank/imports/:id/rows/:row/call-off {} -> EventImport.

/** POST /api/activities/:id/take-over -> DeskActivity: as it is there. */
export const TakeOver = z.object({ field: z.enum(EVENT_FIELDS), version: z.int() });
export type TakeOver = z.infer<typeof TakeOver>;

/** GET, PUT /api/uitdatabank/source. The key goes in and never comes out. */
export const EventSource = z.object({
  url: z.nullable(z.string()),
  hasKey: z.boolean(),
  mayChange: z.boolean(),
});
export type EventSource = z.infer<typeof EventSource>;
export const EventSourceInput = z.object({
  url: lineOf(limits.importAddressMax),
  /** Absent: as it was; null: none. */
  key: z.optional(z.nullable(tokenOf(limits.importKeyMax).check(z.minLength(1), z.regex(/^[\x21-\x7e]*$/)))),
});
export type EventSourceInput = z.infer<typeof EventSourceInput>;
