import { Hono } from 'hono';
import * as z from 'zod/mini';
import { PasskeyAnswer, PasskeyNew } from '#domain/account-api.ts';
import type { Result } from '#domain/kernel/result.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { pathId, readJson } from '../request-input.ts';
import {
  askPasskey,
  beginPasskey,
  finishPasskey,
  proveByPasskey,
  removePasskey,
  signInWithPasskey,
  type PasskeyRefusal,
} from './passkey-service.ts';
import { authProblem, isAuthRefusal } from './problem.ts';
import { originOf } from './request-origin.ts';
import { requireSession, type DeskEnv } from './session.ts';
import { answerOf } from './sign-in-answer.ts';
import type { SignIn } from './sign-in.ts';

const Empty = z.object({});
const DONE = { ok: true };

export function passkeyRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.post('/account/passkeys/begin', signedIn, async (c) => {
    await readJson(c, Empty);
    return c.json({ options: unwrap(await beginPasskey(context, signIn, c.get('actor'))) });
  });
  app.post('/account/passkeys/finish', signedIn, async (c) => {
    unwrap(await finishPasskey(context, signIn, c.get('actor'), await readJson(c, PasskeyNew)));
    return c.json(DONE);
  });
  app.post('/account/passkeys/:id/remove', signedIn, async (c) => {
    await readJson(c, Empty);
    if (!(await removePasskey(context, c.get('actor'), pathId(c)))) throw new Problem(404, 'not-found');
    return c.json(DONE);
  });
  app.post('/auth/prove/passkey', signedIn, async (c) => {
    const { answer } = await readJson(c, z.object({ answer: PasskeyAnswer }));
    unwrap(await proveByPasskey(context, signIn, c.get('actor'), answer));
    return c.json(DONE);
  });

  // Signing in: no session.
  app.post('/auth/passkey/begin', async (c) => {
    await readJson(c, Empty);
    return c.json({ options: unwrap(await askPasskey(context, signIn, originOf(c, context))) });
  });
  app.post('/auth/passkey/finish', async (c) => {
    const { answer } = await readJson(c, z.object({ answer: PasskeyAnswer }));
    return answerOf(c, unwrap(await signInWithPasskey(context, signIn, answer, originOf(c, context))));
  });
  return app;
}

const STATUS = {
  'passkey-wrong': 422,
  'passkey-unknown': 422,
  'passkey-known': 409,
  'passkeys-full': 409,
} as const;

function unwrap<T>(result: Result<T, PasskeyRefusal>): T {
  if (result.ok) return result.value;
  const { error } = result;
  throw isAuthRefusal(error) ? authProblem(error) : new Problem(STATUS[error.code], error.code);
}
