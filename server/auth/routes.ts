import { Hono } from 'hono';
import type { Context as RequestContext } from 'hono';
import * as z from 'zod/mini';
import { tokenOf } from '#domain/kernel/plain-text.ts';
import { clientAddress } from '../client-address.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { readJson } from '../request-input.ts';
import { requestPasswordReset, resetPassword, signInWithPassword, signOut, readMe } from './service.ts';
import type { AuthRefusal } from './service.ts';
import { requireSession, type DeskEnv } from './session.ts';
import type { SignIn } from './sign-in.ts';

const Email = z.string().check(z.trim(), z.maxLength(254), z.email());
const Password = z.string().check(z.maxLength(200));
const SignInBody = z.object({ email: Email, password: Password });
const ResetRequest = z.object({ email: Email });
const Reset = z.object({ token: tokenOf(100), newPassword: Password });

/** The paths are better-auth's own; the bodies and answers are ours. */
export function authRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();

  app.post('/auth/sign-in/email', async (c) => {
    const person = await readJson(c, SignInBody);
    const signedIn = await signInWithPassword(context, signIn, person, origin(c, context));
    if (!signedIn.ok) throw problemOf(signedIn.error);
    return withCookies(c.json({ ok: true }), signedIn.value);
  });

  app.post('/auth/sign-out', async (c) =>
    withCookies(c.json({ ok: true }), await signOut(signIn, c.req.raw.headers)),
  );

  app.post('/auth/request-password-reset', async (c) => {
    const { email } = await readJson(c, ResetRequest);
    const asked = await requestPasswordReset(context, signIn, email, origin(c, context));
    if (!asked.ok) throw problemOf(asked.error);
    return c.json({ ok: true });
  });

  app.post('/auth/reset-password', async (c) => {
    const done = await resetPassword(signIn, await readJson(c, Reset), c.req.raw.headers);
    if (!done.ok) throw problemOf(done.error);
    return c.json({ ok: true });
  });

  app.get('/me', requireSession(context, signIn), async (c) => c.json(await readMe(context, c.get('actor'))));
  return app;
}

function origin(c: RequestContext, context: Context): { address: string; headers: Headers } {
  return { address: clientAddress(c, context.config), headers: c.req.raw.headers };
}

function withCookies(answer: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) answer.headers.append('set-cookie', cookie);
  return answer;
}

const STATUS = {
  INVALID_EMAIL_OR_PASSWORD: 401,
  INVALID_TOKEN: 410,
  PASSWORD_TOO_SHORT: 422,
  PASSWORD_TOO_LONG: 422,
  'too-many-requests': 429,
} as const;

function problemOf(refusal: AuthRefusal): Problem {
  const retryAfterS = refusal.code === 'too-many-requests' ? refusal.retryAfterS : undefined;
  return new Problem(STATUS[refusal.code], refusal.code, {
    ...(retryAfterS !== undefined && { headers: { 'retry-after': String(retryAfterS) } }),
  });
}
