import { Hono } from 'hono';
import * as z from 'zod/mini';
import { PaperListInput } from '#domain/desk-api.ts';
import { limits } from '#domain/kernel/limits.ts';
import { lineOf } from '#domain/kernel/plain-text.ts';
import type { Result } from '#domain/kernel/result.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { parseQuery, pathId, readJson } from '../request-input.ts';
import type { SubmitDeskCommands } from './desk-command.ts';
import { enterPaperList, listCheckIns, undoCheckIn, type CheckInRefusal } from './service.ts';

const DayQuery = z.object({ day: z.optional(z.iso.date()) });
const Undo = z.object({
  reason: lineOf(limits.reasonMax).check(z.minLength(1)),
});

export function checkInRoutes(context: Context, signIn: SignIn, submit: SubmitDeskCommands): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);
  const inside = { ...context, submit };

  app.get('/activities/:id/check-ins', signedIn, async (c) => {
    const { day } = parseQuery(c, DayQuery);
    return c.json(unwrap(await listCheckIns(inside, c.get('actor'), pathId(c), day)));
  });
  app.post('/check-ins/:id/undo', signedIn, async (c) => {
    const { reason } = await readJson(c, Undo);
    return c.json(unwrap(await undoCheckIn(inside, c.get('actor'), pathId(c), reason)));
  });
  app.post('/paper-lists', signedIn, async (c) =>
    c.json(unwrap(await enterPaperList(inside, c.get('actor'), await readJson(c, PaperListInput)))),
  );
  return app;
}

function unwrap<T>(result: Result<T, CheckInRefusal>): T {
  if (result.ok) return result.value;
  const { error } = result;
  if ('retryAfterS' in error)
    throw new Problem(429, error.code, { headers: { 'retry-after': String(error.retryAfterS) } });
  throw new Problem(error.code === 'not-found' ? 404 : 422, error.code);
}
