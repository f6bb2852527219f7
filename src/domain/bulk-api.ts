// The contract for work on many people at once: the work list of the kansenstatuut, and lists that are looked over and carried
// out. As desk-api.ts: one schema for each body, versioned by addition only. Names and numbers travel in bodies only.
import * as z from 'zod/mini';
import { BulkWork } from './bulk/bulk-work.ts';
import { JOB_ACTS, JOB_STATES, ROW_STATES } from './bulk/job.ts';
import { limits } from './kernel/limits.ts';
import { lineOf, tokenOf } from './kernel/plain-text.ts';
import { BLOCK_REASONS } from './passholders/card-life.ts';
import { KANSENSTATUUT_STATUSES } from './passholders/kansenstatuut.ts';
import { LIST_VIEWS } from './passholders/kansenstatuut-list.ts';
import { Day } from './passholders/person.ts';

const Id = z.uuid();
const Instant = z.int();
const Count = z.int();

/** POST /api/kansenstatuut/list */
export const ListQuestion = z.object({
  view: z.enum(LIST_VIEWS),
  cardSystemId: tokenOf(limits.idMax),
  /** Only people of this municipality; absent: of all whose lists one may see. */
  nisCode: z.optional(tokenOf(limits.idMax)),
  soonDays: z.int().check(z.minimum(1), z.maximum(limits.kansenstatuutSoonDaysMax)),
  proof: z.optional(tokenOf(limits.idMax)),
  sort: z.enum(['until', 'name']),
  page: z.int().check(z.minimum(1), z.maximum(10_000)),
});
export type ListQuestion = z.infer<typeof ListQuestion>;

export const ListedPerson = z.object({
  passholderId: Id,
  firstName: z.string(),
  lastName: z.string(),
  /** The active card of this card system. */
  number: z.nullable(z.string()),
  until: Day,
  suspendedUntil: z.nullable(Day),
  status: z.enum(KANSENSTATUUT_STATUSES),
  proof: z.string(),
});
export type ListedPerson = z.infer<typeof ListedPerson>;

export const ListAnswer = z.object({
  today: Day,
  graceDays: Count,
  people: z.array(ListedPerson),
  total: Count,
  pageSize: Count,
});
export type ListAnswer = z.infer<typeof ListAnswer>;

/** GET /api/kansenstatuut/choices: what the list can be asked for here. */
export const ListChoices = z.object({
  cardSystems: z.array(z.object({ cardSystemId: z.string(), name: z.string() })),
  places: z.array(z.object({ nisCode: z.string(), name: z.string() })),
  proofs: z.array(z.string()),
  /** Until when a renewal usually is. */
  until: Day,
  blockReasons: z.array(z.enum(BLOCK_REASONS)),
});
export type ListChoices = z.infer<typeof ListChoices>;

/** POST /api/kansenstatuut/sheet: the same question, all of it, for a letter or a print. */
export const SheetAnswer = z.object({ people: z.array(ListedPerson), more: z.boolean() });
export type SheetAnswer = z.infer<typeof SheetAnswer>;

/** POST /api/bulk/lists. The id is made by the screen, once: a second sending is the same list. */
export const BulkInput = z.object({
  listId: Id,
  organisationId: Id,
  title: lineOf(limits.reasonMax),
  work: BulkWork,
  source: z.union([
    /** CSV or XLSX as base64url. */
    z.object({ file: z.string().check(z.maxLength(limits.sheetBase64Max)) }),
    z.object({ numbers: z.array(lineOf(limits.bulkCellMax)).check(z.maxLength(limits.bulkRowsMax)) }),
    z.object({ people: z.array(Id).check(z.maxLength(limits.bulkRowsMax)) }),
  ]),
});
export type BulkInput = z.infer<typeof BulkInput>;

/** POST /api/bulk/lists/:id/act */
export const BulkActInput = z.object({ act: z.enum(JOB_ACTS) });

export const BulkList = z.object({
  listId: Id,
  title: z.string(),
  work: BulkWork,
  state: z.enum(JOB_STATES),
  /** The server ended it: the rights of who started it changed. */
  stoppedBecause: z.nullable(z.enum(['asked', 'not-allowed'])),
  madeAt: Instant,
  madeBy: z.string(),
  startedAt: z.nullable(Instant),
  endedAt: z.nullable(Instant),
  rows: z.object({ bad: Count, ready: Count, done: Count, refused: Count }),
  /** How many rows there are of each reason, of those found bad and those refused. */
  reasons: z.array(z.object({ state: z.enum(ROW_STATES), code: z.string(), count: Count })),
});
export type BulkList = z.infer<typeof BulkList>;

/** GET /api/bulk/lists: one's own, the newest first. */
export const BulkLists = z.object({ lists: z.array(BulkList) });
export type BulkLists = z.infer<typeof BulkLists>;

/** POST /api/bulk/lists/:id/rows. `after`: the row one has seen last; `whole`: as many as a sheet takes. */
export const RowsQuestion = z.object({
  state: z.optional(z.enum(ROW_STATES)),
  code: z.optional(tokenOf(limits.idMax)),
  after: z.optional(z.int()),
  whole: z.optional(z.boolean()),
});
export type RowsQuestion = z.infer<typeof RowsQuestion>;

export const BulkRow = z.object({
  row: z.int(),
  /** As it stood in the list; a card number where one was read. */
  given: z.string(),
  state: z.enum(ROW_STATES),
  code: z.nullable(z.string()),
  /** What the reason brings along: another row, a day, a state. */
  detail: z.record(z.string(), z.unknown()),
  passholderId: z.nullable(Id),
  /** Of who may be read; null otherwise. */
  name: z.nullable(z.string()),
  /** The end that it gets, or got. */
  until: z.nullable(Day),
});
export type BulkRow = z.infer<typeof BulkRow>;

/** POST /api/bulk/lists/:id/people: who they are, of a list that was made for it. `after`: the row one has seen last. */
export const ExportQuestion = z.object({ after: z.optional(z.int()) });
export type ExportQuestion = z.infer<typeof ExportQuestion>;

export const ExportedPerson = z.object({
  row: z.int(),
  number: z.nullable(z.string()),
  firstName: z.string(),
  lastName: z.string(),
  dateOfBirth: Day,
  street: z.string(),
  postalCode: z.string(),
  city: z.string(),
  country: z.string(),
  email: z.string(),
  phone: z.string(),
});
export type ExportedPerson = z.infer<typeof ExportedPerson>;
export const ExportAnswer = z.object({ people: z.array(ExportedPerson), more: z.boolean() });
export type ExportAnswer = z.infer<typeof ExportAnswer>;

export const RowsAnswer = z.object({ rows: z.array(BulkRow), more: z.boolean() });
export type RowsAnswer = z.infer<typeof RowsAnswer>;
