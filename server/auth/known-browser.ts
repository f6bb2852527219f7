// A browser in which a person signed in before is remembered by a cookie, and its attempts are counted apart: whoever tries
// that person's password from anywhere else, from however many places, does not stop him at his own desk.
// Source: OWASP, "Slow down online guessing attacks with device cookies". Each person has a cookie of his own in a shared
// browser; neither its name nor its value says who it is.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from '../context.ts';
import type { SecretKey } from '../keys.ts';
import { readCookie } from './cookie.ts';

type KnownContext = Pick<Context, 'keys' | 'ids' | 'appUrl'>;

const REMEMBERED_S = 180 * 24 * 3_600;
const NONCE_BYTES = 16;

/** The mark of this browser for this person, where it is one of ours. */
export function knownBrowser(
  { keys, appUrl }: KnownContext,
  email: string,
  headers: Headers,
): string | undefined {
  for (const key of keys.session) {
    const value = readCookie(headers, cookieName(appUrl, key, email));
    const [nonce, signature] = value?.split('.') ?? [];
    if (nonce === undefined || signature === undefined) continue;
    const expected = sign(key, email, nonce);
    const given = Buffer.from(signature, 'base64url');
    if (given.length === expected.length && timingSafeEqual(given, expected)) return nonce;
  }
  return undefined;
}

/** The cookie of a browser in which this person has just signed in. */
export function knownBrowserCookie({ keys, ids, appUrl }: KnownContext, email: string): string {
  const [key] = keys.session;
  const nonce = ids.token(NONCE_BYTES);
  const value = `${nonce}.${sign(key, email, nonce).toString('base64url')}`;
  const secure = appUrl.startsWith('https:') ? '; Secure' : '';
  return `${cookieName(appUrl, key, email)}=${value}; Max-Age=${REMEMBERED_S}; Path=/; HttpOnly; SameSite=Lax${secure}`;
}

function cookieName(appUrl: string, key: SecretKey, email: string): string {
  const who = createHmac('sha256', key.bytes).update(`known-name|${email}`).digest('hex').slice(0, 12);
  return `${appUrl.startsWith('https:') ? '__Host-' : ''}streekbalie-known-${who}`;
}

const sign = (key: SecretKey, email: string, nonce: string): Buffer =>
  createHmac('sha256', key.bytes).update(`known|${email}|${nonce}`).digest();
