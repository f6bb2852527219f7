import type { MiddlewareHandler } from 'hono';
import { Problem } from './errors.ts';

// What every answer carries, and what no request from another site may do (ADR 013).

const HSTS = 'max-age=63072000; includeSubDomains';

/** Who may make trusted values: Svelte for its own templates, and ours for the address of a script (lib/own-script.ts). */
const TRUSTED_TYPES = 'svelte-trusted-html streekbalie-own-script';

/** Styles that libraries write in a tag, each by the hash of its text. */
const LIBRARY_STYLES = [
  // SvelteKit: the region that reads page changes aloud.
  "'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='",
  // bits-ui: `display: contents;` around what floats.
  "'sha256-iaOezIDcQIoxCULa6FBKKuLUu09R7kG+Mlu+JVfU3Rw='",
].join(' ');

/** Off for us and for whatever is ever framed, except for what the product uses. */
const FEATURES_USED = [
  'camera',
  'clipboard-write',
  'fullscreen',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
];
const FEATURES_OFF = [
  'accelerometer',
  'autoplay',
  'browsing-topics',
  'clipboard-read',
  'display-capture',
  'encrypted-media',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'otp-credentials',
  'payment',
  'picture-in-picture',
  'serial',
  'storage-access',
  'usb',
  'window-management',
  'xr-spatial-tracking',
];
const PERMISSIONS = [
  ...FEATURES_USED.map((feature) => `${feature}=(self)`),
  ...FEATURES_OFF.map((feature) => `${feature}=()`),
].join(', ');

export function securityHeaders(appUrl: string, inlineScriptHashes: readonly string[]): MiddlewareHandler {
  const headers: Record<string, string> = {
    'content-security-policy': contentSecurityPolicy(inlineScriptHashes),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'origin-agent-cluster': '?1',
    'permissions-policy': PERMISSIONS,
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-permitted-cross-domain-policies': 'none',
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
    "script-src-attr 'none'",
    "style-src 'self'",
    `style-src-attr 'unsafe-hashes' ${LIBRARY_STYLES}`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${TRUSTED_TYPES}`,
  ].join('; ');
}

/**
 * A browser names where a request comes from. What another site starts here changes nothing, and is not answered with
 * data either: no page of ours asks the API from elsewhere, and a sibling address is elsewhere too.
 */
export function refuseForeignOrigins(appUrl: string): MiddlewareHandler {
  return async (c, next) => {
    const origin = c.req.header('origin');
    const own = origin === undefined || origin === appUrl || isHost(origin, c.req.header('host'));
    // `none`: typed by a person. Absent: a browser without these headers, or a program.
    const site = c.req.header('sec-fetch-site') ?? 'none';
    if (!own || !['same-origin', 'none'].includes(site)) throw new Problem(403, 'foreign-origin');
    await next();
  };
}

function isHost(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
