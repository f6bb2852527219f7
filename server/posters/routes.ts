import { Hono } from 'hono';
import * as z from 'zod/mini';
import type { Result } from '#domain/kernel/result.ts';
import { PosterLook, PosterSave } from '#domain/poster-api.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { SubmitDeskCommands } from '../checkins/desk-command.ts';
import { clientAddress } from '../client-address.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { pathId, readJson } from '../request-input.ts';
import { lookAtPoster, saveByPoster, type SelfRefusal } from './self-service.ts';
import { makePoster, printPoster, readPoster } from './service.ts';

const Empty = z.object({});

export function posterRoutes(context: Context, signIn: SignIn, submit: SubmitDeskCommands): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);
  const inside = { ...context, submit };

  app.get('/activities/:id/poster', signedIn, async (c) =>
    c.json(unwrap(await readPoster(context, c.get('actor'), pathId(c)))),
  );
  app.post('/activities/:id/poster', signedIn, async (c) => {
    await readJson(c, Empty);
    return c.json(unwrap(await makePoster(context, c.get('actor'), pathId(c))), 201);
  });
  app.get('/activities/:id/poster.pdf', signedIn, async (c) => {
    const pdf = unwrap(await printPoster(context, c.get('actor'), pathId(c)));
    return c.body(pdf, 200, {
      'content-type': 'application/pdf',
      'content-disposition': 'attachment; filename="affiche.pdf"',
      'cache-control': 'no-store',
    });
  });
  app.post('/ik/look', async (c) => {
    const { code } = await readJson(c, PosterLook);
    return c.json(unwrap(await lookAtPoster(inside, code, clientAddress(c, context.config))));
  });
  app.post('/ik/save', async (c) => {
    const input = await readJson(c, PosterSave);
    return c.json(unwrap(await saveByPoster(inside, input, clientAddress(c, context.config))));
  });
  return app;
}

function unwrap<T>(result: Result<T, SelfRefusal | { readonly code: 'not-found' }>): T {
  if (result.ok) return result.value;
  const { error } = result;
  if ('retryAfterS' in error)
    throw new Problem(429, error.code, { headers: { 'retry-after': String(error.retryAfterS) } });
  if ('opensAt' in error) throw new Problem(409, error.code, { extra: { opensAt: error.opensAt } });
  if (error.code === 'not-found' || error.code === 'poster-unknown') throw new Problem(404, error.code);
  throw new Problem(422, error.code);
}
