import { Hono } from 'hono';
import { Proof, SecondStep } from '#domain/account-api.ts';
import * as z from 'zod/mini';
import { tokenOf } from '#domain/kernel/plain-text.ts';
import type { Context } from '../context.ts';
import { readJson } from '../request-input.ts';
import type { OidcProvider } from './oidc-provider.ts';
import { authProblem } from './problem.ts';
import { originOf } from './request-origin.ts';
import {
  proveByCode,
  proveByPassword,
  readMe,
  requestPasswordReset,
  resetPassword,
  signInWithCode,
  signInWithPassword,
  signOut,
} from './service.ts';
import { requireSession, type DeskEnv } from './session.ts';
import { answerOf, withCookies } from './sign-in-answer.ts';
import type { SignIn } from './sign-in.ts';

const Email = z.string().check(z.trim(), z.maxLength(254), z.email());
const Password = z.string().check(z.maxLength(200));
const SignInBody = z.object({ email: Email, password: Password });
const ResetRequest = z.object({ email: Email });
const Reset = z.object({ token: tokenOf(100), newPassword: Password });

/**
 * Also the pages that "back" would show again. Not "storage": on the same address a phone keeps its unsent scans; nor
 * "cookies": a browser one signed in with before stays known.
 */
const LEAVES_NOTHING = { 'clear-site-data': '"cache"' };

/** The paths are better-auth's own where it has one; the bodies and answers are ours. */
export function authRoutes(
  context: Context,
  signIn: SignIn,
  provider: OidcProvider | undefined,
): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();

  app.post('/auth/sign-in/email', async (c) => {
    const person = await readJson(c, SignInBody);
    const signedIn = await signInWithPassword(context, signIn, person, originOf(c, context));
    if (!signedIn.ok) throw authProblem(signedIn.error);
    return answerOf(c, signedIn.value);
  });

  app.post('/auth/sign-in/second', async (c) => {
    const step = await readJson(c, SecondStep);
    const signedIn = await signInWithCode(context, signIn, step, originOf(c, context));
    if (!signedIn.ok) throw authProblem(signedIn.error);
    return answerOf(c, signedIn.value);
  });

  app.post('/auth/sign-out', async (c) => {
    const { cookies, openedBy } = await signOut(context, signIn, c.req.raw.headers);
    const providerUrl = openedBy === provider?.providerId ? await provider?.signOutAddress() : undefined;
    return withCookies(
      c.json({ ok: true, ...(providerUrl !== undefined && { providerUrl }) }, 200, LEAVES_NOTHING),
      cookies,
    );
  });

  app.post('/auth/request-password-reset', async (c) => {
    const { email } = await readJson(c, ResetRequest);
    const asked = await requestPasswordReset(context, signIn, email, originOf(c, context));
    if (!asked.ok) throw authProblem(asked.error);
    return c.json({ ok: true });
  });

  app.post('/auth/reset-password', async (c) => {
    const done = await resetPassword(context, signIn, await readJson(c, Reset), c.req.raw.headers);
    if (!done.ok) throw authProblem(done.error);
    return c.json({ ok: true });
  });

  app.post('/auth/prove', requireSession(context, signIn), async (c) => {
    const proof = await readJson(c, Proof);
    const actor = c.get('actor');
    const proved =
      'code' in proof
        ? await proveByCode(context, actor, proof.code)
        : await proveByPassword(context, signIn, actor, proof.password, originOf(c, context));
    if (!proved.ok) throw authProblem(proved.error);
    return c.json({ ok: true });
  });

  app.get('/me', requireSession(context, signIn), async (c) => c.json(await readMe(context, c.get('actor'))));
  return app;
}
