import { Hono } from 'hono';
import * as z from 'zod/mini';
import { Day } from '#domain/passholders/person.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { parseQuery, pathId } from '../request-input.ts';
import { readActivityTariffs } from './service.ts';

const DayQuery = z.object({ day: z.optional(Day) });

export function tariffRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  app.get('/activities/:id/tariffs', requireSession(context, signIn), async (c) => {
    const { day } = parseQuery(c, DayQuery);
    const answer = await readActivityTariffs(context, c.get('actor'), pathId(c), day);
    if (!answer.ok) throw new Problem(404, answer.error.code);
    return c.json(answer.value);
  });
  return app;
}
