import { Hono } from 'hono';
import { CardLookUp } from '#domain/desk-api.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { readJson } from '../request-input.ts';
import { lookUpCard, type LookUpRefusal } from './service.ts';

export function cardRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  // The number is in the body: an address ends up in logs and histories.
  app.post('/cards/look-up', requireSession(context, signIn), async (c) => {
    const { number } = await readJson(c, CardLookUp);
    const found = await lookUpCard(context, c.get('actor'), number);
    if (!found.ok) throw problemOf(found.error);
    return c.json(found.value);
  });
  return app;
}

function problemOf(refusal: LookUpRefusal): Problem {
  switch (refusal.code) {
    case 'card-unknown':
      return new Problem(404, refusal.code);
    case 'too-many-requests':
      return new Problem(429, refusal.code, { headers: { 'retry-after': String(refusal.retryAfterS) } });
    default:
      return new Problem(422, refusal.code);
  }
}
