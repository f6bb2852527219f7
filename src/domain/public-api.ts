// What any request may get, signed in or not: the facts of this installation, and how a "no" looks.
// Apart from the desk's contract, so that a phone does not carry that one.
import * as z from 'zod/mini';

/** RFC 9457. `code` is stable and translated on screen; `fields` names what to mend. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.optional(z.string()),
  fields: z.optional(z.array(z.object({ path: z.string(), code: z.string() }))),
});
export type Problem = z.infer<typeof Problem>;

/** GET /api/public */
export const PublicFacts = z.object({
  demo: z.boolean(),
  regionName: z.string(),
  version: z.string(),
  /** Absent in what an older app remembered. */
  sendsMail: z.optional(z.boolean()),
  /** Where staff may also sign in, as the button names it. */
  signInProvider: z.optional(z.string()),
});
export type PublicFacts = z.infer<typeof PublicFacts>;
