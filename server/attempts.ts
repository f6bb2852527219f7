// What may be tried only so often: sign-in, enrol codes, looking up cards. Counted in the database, so that several
// server processes count together, in fixed windows. The subject is hashed: an address or e-mail is nobody's to read here.
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Context } from './context.ts';

export type AttemptRule = { readonly purpose: string; readonly max: number; readonly windowMs: number };

/** `count` within this window, this one included. */
export type Attempt =
  | { readonly allowed: true; readonly count: number }
  | { readonly allowed: false; readonly count: number; readonly retryAfterS: number };

const KEPT_MS = 24 * 3_600_000;

/** Counts attempts and says whether they are still within the rule; none (0) only looks. */
export async function countAttempt(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  rule: AttemptRule,
  subject: string,
  times = 1,
): Promise<Attempt> {
  const now = clock.now();
  const windowStart = startOf(rule, now);
  const { rows } = await sql<{ count: number }>`
    insert into attempt (purpose, subject, window_start, count) values (${rule.purpose}, ${hashOf(rule, subject)}, ${windowStart}, ${times})
    on conflict (purpose, subject, window_start) do update set count = attempt.count + excluded.count
    returning count
  `.execute(db);
  const count = rows[0]?.count ?? times;
  if (count === times)
    await db
      .deleteFrom('attempt')
      .where('window_start', '<', now - KEPT_MS)
      .execute();
  if (count <= rule.max) return { allowed: true, count };
  return { allowed: false, count, retryAfterS: Math.ceil((windowStart + rule.windowMs - now) / 1_000) };
}

/** Takes back attempts of this window that turned out to be honest. */
export async function forgiveAttempt(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  rule: AttemptRule,
  subject: string,
  times = 1,
): Promise<void> {
  await db
    .updateTable('attempt')
    .set({ count: sql<number>`greatest(count - ${times}::integer, 0)` })
    .where('purpose', '=', rule.purpose)
    .where('subject', '=', hashOf(rule, subject))
    .where('window_start', '=', startOf(rule, clock.now()))
    .where('count', '>', 0)
    .execute();
}

const startOf = (rule: AttemptRule, now: number): number => now - (now % rule.windowMs);
const hashOf = (rule: AttemptRule, subject: string): Buffer =>
  createHash('sha256').update(`${rule.purpose}|${subject}`).digest();
