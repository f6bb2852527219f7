// Who is asking: the session of the cookie becomes an Actor for the routes behind it, or the answer is 401.
import type { MiddlewareHandler } from 'hono';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import type { Actor } from './actor.ts';
import { readSession } from './service.ts';
import type { SignIn } from './sign-in.ts';

export type DeskEnv = { Variables: { actor: Actor } };

export function requireSession(
  context: Pick<Context, 'db' | 'clock' | 'hasRoom'>,
  signIn: SignIn,
): MiddlewareHandler<DeskEnv> {
  return async (c, next) => {
    const session = await readSession(context, signIn, c.req.raw.headers, { renew: context.hasRoom() });
    if (!session) throw new Problem(401, 'not-signed-in');
    c.set('actor', session.actor);
    await next();
    for (const cookie of session.setCookies) c.header('set-cookie', cookie, { append: true });
  };
}
