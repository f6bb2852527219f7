import { Hono } from 'hono';
import * as z from 'zod/mini';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { pathId, readJson } from '../request-input.ts';
import { finishTask, listTasks } from './service.ts';

const Empty = z.object({});

export function taskRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/tasks', signedIn, async (c) => c.json(await listTasks(context, c.get('actor'))));
  app.post('/tasks/:id/done', signedIn, async (c) => {
    await readJson(c, Empty);
    const done = await finishTask(context, c.get('actor'), pathId(c));
    if (done.ok) return c.json(done.value);
    throw new Problem(done.error.code === 'not-found' ? 404 : 409, done.error.code);
  });
  return app;
}
