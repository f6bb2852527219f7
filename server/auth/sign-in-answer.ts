import type { Context as RequestContext } from 'hono';
import type { SignedIn } from './service.ts';

/** Signed in, with the cookies of it; or on to the second step. */
export function answerOf(c: RequestContext, signedIn: SignedIn): Response {
  if (signedIn.challenge !== undefined) return c.json({ ok: false, challenge: signedIn.challenge });
  return withCookies(c.json({ ok: true }), signedIn.cookies);
}

export function withCookies(answer: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) answer.headers.append('set-cookie', cookie);
  return answer;
}
