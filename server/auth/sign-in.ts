// better-auth, tamed: e-mail and password only, our table names, our cookie, and no route of its own (routes.ts opens
// four of its endpoints). Origin, content type and rate are checked before it, for the whole API in one way (docs/adr/010).
import { createHmac, timingSafeEqual } from 'node:crypto';
import { betterAuth } from 'better-auth';
import type { Context } from '../context.ts';
import type { SecretKey } from '../keys.ts';
import { readCookie } from './cookie.ts';
import { tellOwner } from './change-notice.ts';
import { passwordLetter } from './letters.ts';
import { provenSession } from './proven-session.ts';
import { deleteOpenLinks, noteMailedLink, readHomeRegion } from './repository.ts';

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;

/** A session ends after this long without use ... */
const IDLE_S = 8 * HOUR_S;
/** ... and after this long whatever happens. */
export const SESSION_MS_MAX = 7 * 24 * HOUR_S * 1_000;
const RENEW_AFTER_S = 5 * MINUTE_S;
export const RESET_LINK_S = 30 * MINUTE_S;
export const PASSWORD_LENGTH_MIN = 12;

const COOKIE = 'streekbalie-session';
export const sessionCookieName = (appUrl: string): string =>
  appUrl.startsWith('https:') ? `__Host-${COOKIE}` : COOKIE;

export type SignInContext = Pick<Context, 'db' | 'keys' | 'appUrl' | 'mail' | 'clock' | 'ids' | 'log'>;
type BetterAuth = ReturnType<typeof createBetterAuth>;

export interface SignIn {
  /** The instance whose key signed the cookie of these headers; the newest where there is none. */
  for(headers: Headers): BetterAuth;
  readonly newest: BetterAuth;
}

/** One instance for each key of the purpose `session`: after a rotation the sessions under way go on. */
export function createSignIn(context: SignInContext): SignIn {
  const instances = context.keys.session.map((key) => ({ key, auth: createBetterAuth(context, key) }));
  const newest = instances[0]?.auth ?? createBetterAuth(context, context.keys.session[0]);
  const cookieName = sessionCookieName(context.appUrl);
  return {
    newest,
    for: (headers) => {
      const cookie = readCookie(headers, cookieName);
      if (cookie === undefined) return newest;
      return instances.find(({ key }) => isSignedBy(key, cookie))?.auth ?? newest;
    },
  };
}

/** The link with the token in the fragment: it reaches no server log and no referrer. */
export const passwordLink = (appUrl: string, token: string): string =>
  `${appUrl}/balie/wachtwoord#token=${token}`;

export const resetIdentifier = (token: string): string => `reset-password:${token}`;

function createBetterAuth(context: SignInContext, key: SecretKey) {
  const secure = context.appUrl.startsWith('https:');
  return betterAuth({
    appName: 'Streekbalie',
    baseURL: context.appUrl,
    basePath: '/api/auth',
    secret: secretOf(key),
    database: { db: context.db, type: 'postgres', transaction: true },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH_MIN,
      maxPasswordLength: 128,
      resetPasswordTokenExpiresIn: RESET_LINK_S,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: async ({ user, token }) => {
        const regionId = await readHomeRegion(context.db, user.id);
        if (regionId === undefined) return;
        const expiresAt = new Date(context.clock.now() + RESET_LINK_S * 1_000);
        await noteMailedLink(context.db, user.id, token, expiresAt);
        await context.mail.send(
          regionId,
          passwordLetter(user.email, passwordLink(context.appUrl, token), RESET_LINK_S / MINUTE_S),
        );
      },
      onPasswordReset: async ({ user }) => {
        await deleteOpenLinks(context.db, user.id);
        const regionId = await readHomeRegion(context.db, user.id);
        if (regionId !== undefined) await tellOwner(context, regionId, user.email, 'password-changed');
      },
    },
    session: {
      modelName: 'auth_session',
      fields: {
        userId: 'user_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
      expiresIn: IDLE_S,
      updateAge: RENEW_AFTER_S,
    },
    user: {
      modelName: 'auth_user',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    account: {
      modelName: 'auth_account',
      fields: {
        accountId: 'account_id',
        providerId: 'provider_id',
        userId: 'user_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    verification: {
      modelName: 'auth_verification',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
      storeIdentifier: 'hashed',
    },
    plugins: [provenSession],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    // Its messages hold e-mail addresses; what matters is in the audit.
    logger: { disabled: true },
    advanced: {
      database: { generateId: 'uuid', validateSchema: false },
      disableCSRFCheck: true,
      disableOriginCheck: true,
      ipAddress: { disableIpTracking: true },
      useSecureCookies: false,
      cookies: { session_token: { name: sessionCookieName(context.appUrl) } },
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure },
    },
  });
}

const secretOf = (key: SecretKey): string => Buffer.from(key.bytes).toString('base64url');

/** better-auth signs `token.signature` with HMAC-SHA-256, base64, URL-encoded. */
function isSignedBy(key: SecretKey, cookie: string): boolean {
  const value = decode(cookie);
  const dot = value.lastIndexOf('.');
  const signature = Buffer.from(value.slice(dot + 1), 'base64');
  const expected = createHmac('sha256', secretOf(key)).update(value.slice(0, dot)).digest();
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // no cookie of ours: no key will match
  }
}
