import type { MiddlewareHandler } from 'hono';
import { Problem } from './errors.ts';

// What every answer carries, and what no request from another site may do.

const HSTS = 'max-age=63072000; includeSubDomains';
const READING_METHODS = ['GET', 'HEAD', 'OPTIONS'];

export function securityHeaders(appUrl: string, inlineScriptHashes: readonly string[]): MiddlewareHandler {
  const headers: Record<string, string> = {
    'content-security-policy': contentSecurityPolicy(inlineScriptHashes),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(self), microphone=(), geolocation=(), payment=(), usb=()',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(appUrl.startsWith('https:') ? { 'strict-transport-security': HSTS } : {}),
  };
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
  };
}

function contentSecurityPolicy(inlineScriptHashes: readonly string[]): string {
  return [
    "default-src 'none'",
    // The scanner decodes in WebAssembly.
    `script-src 'self' 'wasm-unsafe-eval' ${inlineScriptHashes.join(' ')}`.trim(),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
  ].join('; ');
}

/** A browser names where a request comes from: what another site starts here changes nothing. */
export function refuseForeignOrigins(appUrl: string): MiddlewareHandler {
  return async (c, next) => {
    if (!READING_METHODS.includes(c.req.method)) {
      const origin = c.req.header('origin');
      const own = origin === undefined || origin === appUrl || isHost(origin, c.req.header('host'));
      if (!own || c.req.header('sec-fetch-site') === 'cross-site') throw new Problem(403, 'foreign-origin');
    }
    await next();
  };
}

function isHost(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
