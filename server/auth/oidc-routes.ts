import { Hono } from 'hono';
import type { Context as RequestContext } from 'hono';
import * as z from 'zod/mini';
import { ProviderBegin, ProviderReturn } from '#domain/account-api.ts';
import type { Result } from '#domain/kernel/result.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { readJson } from '../request-input.ts';
import type { OidcProvider } from './oidc-provider.ts';
import {
  beginAtProvider,
  beginLink,
  finishAtProvider,
  unlink,
  type AcceptInvitation,
  type Begun,
} from './oidc-service.ts';
import { authProblem, isAuthRefusal } from './problem.ts';
import { originOf } from './request-origin.ts';
import { requireSession, type DeskEnv } from './session.ts';
import { withCookies } from './sign-in-answer.ts';
import type { SignIn } from './sign-in.ts';

const Empty = z.object({});

export function oidcRoutes(
  context: Context,
  signIn: SignIn,
  provider: OidcProvider | undefined,
  accept: AcceptInvitation,
): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.post('/auth/provider/begin', async (c) => {
    const { invitation, again = false } = await readJson(c, ProviderBegin);
    const purpose =
      invitation === undefined
        ? ({ kind: 'sign-in' } as const)
        : ({ kind: 'invitation', token: invitation } as const);
    const begun = await beginAtProvider(
      context,
      signIn,
      needed(provider),
      { purpose, again },
      originOf(c, context),
    );
    return goThere(c, unwrap(begun));
  });
  app.post('/auth/provider/finish', async (c) => {
    const { query } = await readJson(c, ProviderReturn);
    const done = await finishAtProvider(
      context,
      signIn,
      needed(provider),
      accept,
      query,
      originOf(c, context),
    );
    const { answer, cookies } = unwrap(done);
    return withCookies(c.json(answer), cookies);
  });

  app.post('/account/provider/link', signedIn, async (c) => {
    await readJson(c, Empty);
    const begun = await beginLink(context, signIn, needed(provider), c.get('actor'), originOf(c, context));
    return goThere(c, unwrap(begun));
  });
  app.post('/account/provider/unlink', signedIn, async (c) => {
    await readJson(c, Empty);
    unwrap(await unlink(context, needed(provider), c.get('actor')));
    return c.json({ ok: true });
  });
  return app;
}

const goThere = (c: RequestContext, { url, cookie }: Begun): Response =>
  withCookies(c.json({ url }), [cookie]);

function needed(provider: OidcProvider | undefined): OidcProvider {
  if (!provider) throw new Problem(409, 'no-provider');
  return provider;
}

const STATUS: Readonly<Record<string, 403 | 409 | 410 | 422 | 424>> = {
  'provider-away': 424,
  'provider-refused': 422,
  'provider-wrong': 422,
  'provider-over': 410,
  // Not 401: nobody is signed in yet, and nothing ended.
  'provider-unknown': 422,
  'provider-unverified': 422,
  'provider-other-address': 422,
  'provider-taken': 409,
  'provider-linked-already': 409,
  'last-way-in': 409,
  'other-region': 409,
  'invitation-over': 410,
};

function unwrap<T>(result: Result<T, { readonly code: string }>): T {
  if (result.ok) return result.value;
  const { error } = result;
  if (isAuthRefusal(error)) throw authProblem(error);
  const away = error.code === 'provider-away';
  throw new Problem(STATUS[error.code] ?? 422, error.code, {
    ...(away && { headers: { 'retry-after': '10' } }),
  });
}
