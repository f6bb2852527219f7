// A real OpenID provider of an organisation, on this machine: the certified package oidc-provider behind a sign-in page of
// one field. Who exists there, and whether their address was checked, a test says.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type Grant } from 'oidc-provider';
import { must } from '#domain/kernel/assert.ts';
import type { OidcSettings } from '#server/config.ts';

export interface ProviderPerson {
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name?: string;
  /** What the provider says it asked for besides a password. */
  readonly amr?: readonly string[];
  /** When he typed his password there, in seconds; not said: now. */
  readonly signedInAtS?: number;
}

export interface IdentityProvider {
  readonly settings: OidcSettings;
  /** By what one types there. */
  readonly people: Map<string, ProviderPerson>;
  /** As a browser does it, with its cookies: from our address there to the query it comes back with. */
  signIn(address: string, login: string, cookies?: Map<string, string>): Promise<string>;
  stop(): Promise<void>;
}

const CLIENT = { clientId: 'streekbalie', clientSecret: 'een geheim van de aanbieder, lang genoeg' };
const INTERACTION = /^\/interaction\/[\w-]+$/;

/** `port`: known beforehand, where a server must be told before this one runs. */
export async function startIdentityProvider(appUrl: string, port = 0): Promise<IdentityProvider> {
  const people = new Map<string, ProviderPerson>();
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`; // a TCP server has a port
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [`${appUrl}/balie/aanmelden/terug`],
        post_logout_redirect_uris: [`${appUrl}/balie/aanmelden`],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['een sleutel van de proef'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, id) => {
      const person = must(people.get(id), `${id} at the provider`);
      const { email, emailVerified: email_verified, name } = person;
      return { accountId: id, claims: () => ({ sub: id, email, email_verified, name }) };
    },
    // Nobody is asked for consent: it is one's own organisation.
    loadExistingGrant: async ({ oidc }): Promise<Grant> => {
      const accountId = must(oidc.session, 'a session there').accountId;
      const grant: Grant = new provider.Grant({
        accountId,
        clientId: must(oidc.client, 'a client').clientId,
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  http.on('request', (request, response) => {
    if (!INTERACTION.test(request.url ?? '')) return void answer(request, response);
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/html');
      return void response.end(SIGN_IN_PAGE);
    }
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      const login = new URLSearchParams(body).get('login') ?? '';
      const { amr, signedInAtS: ts } = people.get(login) ?? {};
      const result = people.has(login)
        ? { login: { accountId: login, ...(amr && { amr }), ...(ts && { ts }) } }
        : { error: 'access_denied' };
      void provider.interactionFinished(request, response, result);
    });
  });

  return {
    settings: { issuer, ...CLIENT, name: 'Stad Ieper', secondStep: [] },
    people,
    signIn: (address, login, cookies = new Map()) => walk(address, login, appUrl, cookies),
    stop: () =>
      new Promise((resolve) => {
        http.closeAllConnections();
        http.close(() => resolve());
      }),
  };
}

const SIGN_IN_PAGE = `<!doctype html><html lang="nl"><title>Stad Ieper</title><form method="post">
<label>Gebruiker <input name="login"></label><button>Verder</button></form></html>`;

/** Follows every redirect with the cookies of the provider, and fills in its one field. */
async function walk(
  from: string,
  login: string,
  appUrl: string,
  cookies: Map<string, string>,
): Promise<string> {
  let next = from;
  for (let steps = 0; steps < 10; steps++) {
    if (next.startsWith(appUrl)) return new URL(next).search.slice(1);
    const isForm = INTERACTION.test(new URL(next).pathname);
    const response = await fetch(next, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(isForm && { method: 'POST', body: new URLSearchParams({ login }) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const location = response.headers.get('location');
    if (location === null)
      throw new Error(`the provider answered ${response.status}: ${await response.text()}`);
    next = new URL(location, next).href;
  }
  throw new Error('the provider sends us around in circles');
}
