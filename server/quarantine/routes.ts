import { Hono } from 'hono';
import * as z from 'zod/mini';
import { HeldDecisionInput } from '#domain/desk-api.ts';
import { limits } from '#domain/kernel/limits.ts';
import { lineOf } from '#domain/kernel/plain-text.ts';
import type { Result } from '#domain/kernel/result.ts';
import { HELD_REASONS } from '#domain/sync/held-decision.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { parseQuery, pathId, readJson } from '../request-input.ts';
import {
  decide,
  listHeldScans,
  readQuarantine,
  reverseDecision,
  type QuarantineContext,
  type QuarantineRefusal,
} from './service.ts';

const ListQuery = z.object({ organisationId: z.optional(z.uuid()) });
const GroupQuery = z.object({ reason: z.enum(HELD_REASONS) });
const Reversal = z.object({ why: lineOf(limits.reasonMax).check(z.minLength(1)) });

export function quarantineRoutes(context: Context & QuarantineContext, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/quarantine', signedIn, async (c) => {
    const { organisationId } = parseQuery(c, ListQuery);
    return c.json(await readQuarantine(context, c.get('actor'), organisationId));
  });
  app.get('/devices/:id/quarantine', signedIn, async (c) => {
    const { reason } = parseQuery(c, GroupQuery);
    return c.json(unwrap(await listHeldScans(context, c.get('actor'), pathId(c), reason)));
  });
  app.post('/devices/:id/quarantine', signedIn, async (c) => {
    const input = await readJson(c, HeldDecisionInput);
    return c.json(unwrap(await decide(context, c.get('actor'), pathId(c), input)));
  });
  app.post('/quarantine-decisions/:id/reverse', signedIn, async (c) => {
    const { why } = await readJson(c, Reversal);
    return c.json(unwrap(await reverseDecision(context, c.get('actor'), pathId(c), why)));
  });
  return app;
}

const STATUS = { 'not-found': 404, 'reason-needed': 422, 'too-many': 422, 'reversed-already': 409 } as const;

function unwrap<T>(result: Result<T, QuarantineRefusal>): T {
  if (result.ok) return result.value;
  throw new Problem(STATUS[result.error.code], result.error.code);
}
