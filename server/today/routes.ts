import { Hono } from 'hono';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { pathId } from '../request-input.ts';
import { readToday } from './service.ts';

export function todayRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  app.get('/today/:id', requireSession(context, signIn), async (c) => {
    const read = await readToday(context, c.get('actor'), pathId(c));
    if (read.ok) return c.json(read.value);
    throw new Problem(404, read.error.code);
  });
  return app;
}
