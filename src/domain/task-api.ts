// The contract for tasks between counters. As desk-api.ts: one schema for each body, versioned by addition only.
import * as z from 'zod/mini';

const Id = z.uuid();
const Instant = z.int();

export const TaskLine = z.object({
  taskId: Id,
  /** A newer server may know more kinds. */
  kind: z.string(),
  /** The municipality, or the region for its own desk. */
  fromName: z.string(),
  /** Null where whoever asks may not know whom. */
  toName: z.nullable(z.string()),
  /** Only for the side it is for, which has that file itself. */
  passholderId: z.nullable(Id),
  number: z.nullable(z.string()),
  madeAt: Instant,
  doneAt: z.nullable(Instant),
  /** The name of a colleague of one's own side. */
  doneBy: z.nullable(z.string()),
});
export type TaskLine = z.infer<typeof TaskLine>;

/** GET /api/tasks */
export const TaskList = z.object({
  /** For us, the oldest first. */
  open: z.array(TaskLine),
  /** More than these wait. */
  more: z.boolean(),
  /** For us, done in the last weeks, and what we asked of others; the newest first. */
  done: z.array(TaskLine),
  asked: z.array(TaskLine),
});
export type TaskList = z.infer<typeof TaskList>;

/** POST /api/tasks/:id/done {}: answered with the list. */
