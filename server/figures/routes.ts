import { Hono } from 'hono';
import { FiguresQuery } from '#domain/figures-api.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { parseQuery } from '../request-input.ts';
import { createFigures } from './service.ts';

export function figureRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const figures = createFigures(context);

  app.get('/figures', requireSession(context, signIn), async (c) => {
    const answer = await figures(c.get('actor'), parseQuery(c, FiguresQuery));
    if (answer.ok) return c.json(answer.value);
    const { error } = answer;
    throw error.code === 'not-found'
      ? new Problem(404, error.code)
      : new Problem(429, error.code, { headers: { 'retry-after': String(error.retryAfterS) } });
  });
  return app;
}
