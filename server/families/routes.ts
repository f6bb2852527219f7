import { Hono } from 'hono';
import { FamilyAct, FamilyInput } from '#domain/family-api.ts';
import type { Result } from '#domain/kernel/result.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { pathId, readJson } from '../request-input.ts';
import { actOnFamily, listFamiliesOf, makeFamily, readFamily, type FamilyProblem } from './service.ts';

export function familyRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/passholders/:id/families', signedIn, async (c) =>
    c.json(unwrap(await listFamiliesOf(context, c.get('actor'), pathId(c)))),
  );
  app.post('/families', signedIn, async (c) => {
    const input = await readJson(c, FamilyInput);
    return c.json(unwrap(await makeFamily(context, c.get('actor'), input)), 201);
  });
  app.get('/families/:id', signedIn, async (c) =>
    c.json(unwrap(await readFamily(context, c.get('actor'), pathId(c)))),
  );
  app.post('/families/:id/acts', signedIn, async (c) => {
    const act = await readJson(c, FamilyAct);
    return c.json(unwrap(await actOnFamily(context, c.get('actor'), pathId(c), act)));
  });
  return app;
}

function unwrap<T>(result: Result<T, FamilyProblem>): T {
  if (result.ok) return result.value;
  const { code, ...extra } = result.error;
  if (result.error.code === 'too-many-requests')
    throw new Problem(429, code, { headers: { 'retry-after': String(result.error.retryAfterS) } });
  if (code === 'not-found') throw new Problem(404, code);
  const isConflict = code === 'family-changed-meanwhile' || code === 'other-act-with-this-id';
  throw new Problem(isConflict ? 409 : 422, code, { extra });
}
