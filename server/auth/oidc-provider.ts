// The provider of an organisation (OpenID Connect), over openid-client: authorization code with PKCE, state and nonce, the
// signature of the ID token checked. What it says is an identity and no more: who that is here, oidc-service.ts decides.
import * as client from 'openid-client';
import * as z from 'zod/mini';
import { cleanLine } from '#domain/kernel/plain-text.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { OidcSettings } from '../config.ts';
import type { Context } from '../context.ts';

export type Identity = {
  readonly subject: string;
  /** Only where the provider says that it checked it. */
  readonly verifiedEmail: string | undefined;
  readonly name: string | undefined;
  /** The provider asked for what the settings take for a second step. */
  readonly secondStepDone: boolean;
  /** When the person last showed there who he is, where the provider says so: a silent sign-in proves nothing. */
  readonly provedAt: number | undefined;
};

export type ProviderRefusal = { readonly code: 'provider-away' | 'provider-refused' | 'provider-wrong' };

/** What one attempt must come back with. */
export type Expected = { readonly state: string; readonly nonce: string; readonly verifier: string };

export interface OidcProvider {
  readonly name: string;
  /** As stored with a person: a subject means something only at its issuer. */
  readonly providerId: string;
  /** Where the browser goes; `again`: the provider asks anew who it is. */
  address(expected: Expected, options: { again: boolean }): Promise<Result<string, ProviderRefusal>>;
  /**
   * With the query that the provider sent the browser back with. `provedWithinS`: a proof there that is older, or that the
   * provider does not speak of, is refused; what the address asked for went through the browser.
   */
  redeem(
    query: string,
    expected: Expected,
    options: { provedWithinS?: number | undefined },
  ): Promise<Result<Identity, ProviderRefusal>>;
  /** Where one signs out there too, if the provider offers that. */
  signOutAddress(): Promise<string | undefined>;
}

const ANSWER_S = 10;
const SCOPE = 'openid email profile';
const RETURN_PATH = '/balie/aanmelden/terug';
const DOOR_PATH = '/balie/aanmelden';

const Claims = z.object({
  sub: z.string(),
  email: z.optional(z.string()),
  email_verified: z.optional(z.unknown()),
  name: z.optional(z.string()),
  acr: z.optional(z.string()),
  amr: z.optional(z.array(z.string())),
  auth_time: z.optional(z.number()),
});
type Claims = z.infer<typeof Claims>;

export function createOidcProvider(
  settings: OidcSettings,
  { appUrl, log }: Pick<Context, 'appUrl' | 'log'>,
): OidcProvider {
  const redirectUri = `${appUrl}${RETURN_PATH}`;
  let known: Promise<client.Configuration> | undefined;

  /** Asked once; a provider that was away is asked again the next time. */
  const configuration = (): Promise<client.Configuration> => {
    known ??= discover(settings).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };

  const attempt = async <T>(act: (config: client.Configuration) => Promise<T>) => {
    try {
      return ok(await act(await configuration()));
    } catch (error) {
      const code = codeOfFailure(error);
      // Its own message may quote what the provider sent.
      log.warn(
        { code, reason: error instanceof Error ? error.name : 'unknown' },
        'sign-in at the provider failed',
      );
      return refuse({ code } as const);
    }
  };

  return {
    name: settings.name,
    providerId: `oidc:${settings.issuer}`,
    address: ({ state, nonce, verifier }, { again }) =>
      attempt(async (config) => {
        const parameters = {
          redirect_uri: redirectUri,
          scope: SCOPE,
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          ...(again && { prompt: 'login', max_age: '0' }),
        };
        return client.buildAuthorizationUrl(config, parameters).href;
      }),
    redeem: (query, { state, nonce, verifier }, { provedWithinS }) =>
      attempt(async (config) => {
        const tokens = await client.authorizationCodeGrant(config, new URL(`${redirectUri}?${query}`), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
          ...(provedWithinS !== undefined && { maxAge: provedWithinS }),
        });
        const claims = z.parse(Claims, tokens.claims());
        return identityOf(claims, await emailOf(config, tokens.access_token, claims), settings);
      }),
    async signOutAddress() {
      const found = await attempt(async (config) =>
        config.serverMetadata().end_session_endpoint === undefined
          ? undefined
          : client.buildEndSessionUrl(config, { post_logout_redirect_uri: `${appUrl}${DOOR_PATH}` }).href,
      );
      return found.ok ? found.value : undefined;
    },
  };
}

async function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<client.Configuration> {
  // config.ts lets plain http through for this machine only.
  const execute = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
  try {
    return await client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
      execute: [client.enableNonRepudiationChecks, ...execute],
      timeout: ANSWER_S,
    });
  } catch (cause) {
    throw new ProviderAway('the provider does not say what it offers', { cause });
  }
}

class ProviderAway extends Error {
  override readonly name = 'ProviderAway';
}

type EmailClaims = Pick<Claims, 'email' | 'email_verified' | 'name'>;

/** Many providers put the address in their second answer only. */
async function emailOf(
  config: client.Configuration,
  accessToken: string,
  claims: Claims,
): Promise<EmailClaims> {
  if (claims.email !== undefined || config.serverMetadata().userinfo_endpoint === undefined) return claims;
  return z.parse(Claims, await client.fetchUserInfo(config, accessToken, claims.sub));
}

function identityOf(claims: Claims, said: EmailClaims, { secondStep }: OidcSettings): Identity {
  const steps = [...(claims.amr ?? []), ...(claims.acr === undefined ? [] : [claims.acr])];
  return {
    subject: claims.sub,
    // Exactly true: some providers write "true" for an address that anyone may type.
    verifiedEmail: said.email_verified === true ? said.email?.toLowerCase() : undefined,
    name: cleanLine(said.name ?? claims.name ?? '') || undefined,
    secondStepDone: steps.some((step) => secondStep.includes(step)),
    provedAt: claims.auth_time === undefined ? undefined : claims.auth_time * 1_000,
  };
}

function codeOfFailure(error: unknown): ProviderRefusal['code'] {
  // The person said no there, or may not use this.
  if (error instanceof client.AuthorizationResponseError) return 'provider-refused';
  if (error instanceof ProviderAway) return 'provider-away';
  if (error instanceof client.ResponseBodyError && error.status >= 500) return 'provider-away';
  return error instanceof client.ClientError && isAway(error) ? 'provider-away' : 'provider-wrong';
}

const isAway = ({ code, cause }: client.ClientError): boolean =>
  code === 'OAUTH_TIMEOUT' ||
  cause instanceof TypeError || // fetch failed
  (cause instanceof Response && cause.status >= 500);
