import { Hono } from 'hono';
import * as z from 'zod/mini';
import { NameChange, PasswordChange, TotpConfirmation } from '#domain/account-api.ts';
import type { Result } from '#domain/kernel/result.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { pathId, readJson } from '../request-input.ts';
import { changeName, changePassword, endOtherSessions, endSession, readAccount } from './account-service.ts';
import type { OidcProvider } from './oidc-provider.ts';
import { authProblem } from './problem.ts';
import { originOf } from './request-origin.ts';
import {
  beginTotp,
  confirmTotp,
  removeSecondStep,
  renewRecoveryCodes,
  type SecondStepRefusal,
} from './second-step-service.ts';
import { requireSession, type DeskEnv } from './session.ts';
import type { SignIn } from './sign-in.ts';

const Empty = z.object({});
const DONE = { ok: true };

/** One's own: everyone who is signed in, and only for himself. */
export function accountRoutes(
  context: Context,
  signIn: SignIn,
  provider: OidcProvider | undefined,
): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/account', signedIn, async (c) => c.json(await readAccount(context, provider, c.get('actor'))));
  app.post('/account/name', signedIn, async (c) => {
    const { name } = await readJson(c, NameChange);
    await changeName(context, c.get('actor'), name);
    return c.json(DONE);
  });
  app.post('/account/password', signedIn, async (c) => {
    const change = await readJson(c, PasswordChange);
    const changed = await changePassword(context, signIn, c.get('actor'), change, originOf(c, context));
    if (!changed.ok) throw authProblem(changed.error);
    return c.json(DONE);
  });
  app.post('/account/sessions/:id/end', signedIn, async (c) => {
    await readJson(c, Empty);
    if (!(await endSession(context, c.get('actor'), pathId(c)))) throw new Problem(404, 'not-found');
    return c.json(DONE);
  });
  app.post('/account/end-other-sessions', signedIn, async (c) => {
    await readJson(c, Empty);
    await endOtherSessions(context, c.get('actor'));
    return c.json(DONE);
  });

  app.post('/account/totp/begin', signedIn, async (c) => {
    await readJson(c, Empty);
    return c.json(unwrap(await beginTotp(context, c.get('actor'))));
  });
  app.post('/account/totp/confirm', signedIn, async (c) => {
    const { code } = await readJson(c, TotpConfirmation);
    return c.json(unwrap(await confirmTotp(context, c.get('actor'), code)));
  });
  app.post('/account/totp/remove', signedIn, async (c) => {
    await readJson(c, Empty);
    unwrap(await removeSecondStep(context, c.get('actor')));
    return c.json(DONE);
  });
  app.post('/account/recovery-codes', signedIn, async (c) => {
    await readJson(c, Empty);
    return c.json(unwrap(await renewRecoveryCodes(context, c.get('actor'))));
  });
  return app;
}

const STATUS = { 'already-on': 409, 'not-on': 409, 'code-wrong': 422 } as const;

function unwrap<T>(result: Result<T, SecondStepRefusal>): T {
  if (result.ok) return result.value;
  throw new Problem(STATUS[result.error.code], result.error.code);
}
