import { Hono } from 'hono';
import { GroupPassAct, GroupPassInput } from '#domain/group-pass-api.ts';
import type { Result } from '#domain/kernel/result.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { pathId, readJson } from '../request-input.ts';
import { actOnPass, listPasses, makePass, type GroupPassProblem } from './service.ts';

export function groupPassRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/group-passes', signedIn, async (c) => c.json(await listPasses(context, c.get('actor'))));
  app.post('/group-passes', signedIn, async (c) => {
    const input = await readJson(c, GroupPassInput);
    return c.json(unwrap(await makePass(context, c.get('actor'), input)), 201);
  });
  app.post('/group-passes/:id/acts', signedIn, async (c) => {
    const act = await readJson(c, GroupPassAct);
    return c.json(unwrap(await actOnPass(context, c.get('actor'), pathId(c), act)));
  });
  return app;
}

function unwrap<T>(result: Result<T, GroupPassProblem>): T {
  if (result.ok) return result.value;
  const { code, ...extra } = result.error;
  if (result.error.code === 'too-many-requests')
    throw new Problem(429, code, { headers: { 'retry-after': String(result.error.retryAfterS) } });
  if (code === 'not-found') throw new Problem(404, code);
  throw new Problem(code === 'other-act-with-this-id' ? 409 : 422, code, { extra });
}
