import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { OperatorError, reasonOf } from './operator-error.ts';

// The settings, read once from the environment. Everything that is missing or wrong is told at once.

/**
 * `start` runs anywhere with a demo region; `serve` is production: nothing is guessed, nothing is generated. `operate`
 * is a command beside either of them: it takes the same settings and listens nowhere.
 */
export type Mode = 'start' | 'serve' | 'operate';

export interface Config {
  mode: Mode;
  port: number;
  host: string;
  /** Where people and phones reach us; undefined in `start`: the address we listen on. */
  appUrl: string | undefined;
  dataDir: string;
  /** Undefined: the embedded server in dataDir. */
  databaseUrl: string | undefined;
  /** Whether an empty database may become the demo region. */
  demo: boolean;
  keyFile: string;
  tls: { certFile: string; keyFile: string } | undefined;
  mail: { smtpUrl: string; from: string } | undefined;
  /** A reverse proxy of our own stands in front: its X-Forwarded-For names the client. */
  trustProxy: boolean;
  /** Where staff may sign in with the account of their own organisation (OpenID Connect). */
  oidc: OidcSettings | undefined;
  /** Who may read the figures: a token on the public address, an address of their own, both or nobody. */
  metrics: { token: string | undefined; address: { host: string; port: number } | undefined };
  /** Activities may be fetched over plain http and from machines of the own network: for trying out, never in `serve`. */
  importFromAnywhere: boolean;
  /** A statement that takes longer is logged; 0: none. */
  slowQueryMs: number;
  /** How long the server says "not ready" before it closes its door, for a load balancer to notice. */
  drainMs: number;
  logLevel: string;
}

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** What the button says. */
  name: string;
  /** Values of `amr` or `acr` that count as our second step. */
  secondStep: readonly string[];
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const flag = z.enum(['0', '1'], { error: 'must be 1 or 0' }).transform((value) => value === '1');
const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be a number from ${min} to ${max}`,
    })
    .transform(Number);
/** A database behind a socket has no host before the path: `postgresql://user:word@/name?host=/run/postgresql`. */
const url = (schemes: string[]) =>
  z.string().refine((text) => isAddress(withHost(text), schemes), {
    error: `must be an address that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
  });

const Settings = z.object({
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  APP_URL: url(['http:', 'https:']).optional(),
  DATA_DIR: z.string().optional(),
  DATABASE_URL: url(['postgres:', 'postgresql:']).optional(),
  /** A secret as a container gives it: in a file, not in the environment. */
  DATABASE_PASSWORD_FILE: z.string().optional(),
  DEMO: flag.optional(),
  DEMO_PUBLIC: flag.optional(),
  KEY_FILE: z.string().optional(),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  SMTP_URL: url(['smtp:', 'smtps:']).optional(),
  MAIL_FROM: z.string().optional(),
  TRUST_PROXY: flag.optional(),
  OIDC_ISSUER: url(['http:', 'https:']).optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().max(40, { error: 'must be a short name, for a button' }).optional(),
  OIDC_SECOND_STEP: z.string().optional(),
  METRICS_ADDRESS: z
    .string()
    .refine((text) => hostAndPortOf(text) !== undefined, {
      error: 'must be a host and a port up to 65535, such as 127.0.0.1:9464 or [::1]:9464',
    })
    .optional(),
  METRICS_TOKEN: z.string().min(24, { error: 'must be at least 24 characters' }).optional(),
  IMPORT_FROM_ANYWHERE: flag.optional(),
  SLOW_QUERY_MS: wholeNumber(0, 3_600_000).default(500),
  DRAIN_S: wholeNumber(0, 300).default(0),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).optional(),
});
type Settings = z.infer<typeof Settings>;

export type Environment = Readonly<Record<string, string | undefined>>;

export function readConfig(mode: Mode, environment: Environment): Config {
  // An empty variable is one that is not set: compose files and shells write them so.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Settings.safeParse(given);
  if (!parsed.success) {
    throw wrongSettings(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  }
  const settings = parsed.data;
  const demo = mode === 'start' && (settings.DEMO ?? settings.DATABASE_URL === undefined);
  const faults = [...faultsOfPairs(settings, demo), ...(mode === 'serve' ? faultsOfServe(settings) : [])];
  if (faults.length > 0) throw wrongSettings(faults);

  const dataDir = resolve(settings.DATA_DIR ?? 'data');
  return {
    mode,
    port: settings.PORT,
    host: settings.HOST,
    appUrl: settings.APP_URL === undefined ? undefined : new URL(settings.APP_URL).origin,
    dataDir,
    databaseUrl: databaseUrlOf(settings),
    demo,
    keyFile: settings.KEY_FILE ?? resolve(dataDir, 'keys.json'),
    tls:
      settings.TLS_CERT && settings.TLS_KEY
        ? { certFile: settings.TLS_CERT, keyFile: settings.TLS_KEY }
        : undefined,
    mail:
      settings.SMTP_URL && settings.MAIL_FROM
        ? { smtpUrl: settings.SMTP_URL, from: settings.MAIL_FROM }
        : undefined,
    trustProxy: settings.TRUST_PROXY ?? false,
    oidc: oidcOf(settings),
    metrics: { token: settings.METRICS_TOKEN, address: metricsAddress(settings) },
    importFromAnywhere: settings.IMPORT_FROM_ANYWHERE ?? false,
    slowQueryMs: settings.SLOW_QUERY_MS,
    drainMs: settings.DRAIN_S * 1_000,
    logLevel: settings.LOG_LEVEL ?? (mode === 'serve' ? 'info' : 'warn'),
  };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

function faultsOfPairs(settings: Settings, demo: boolean): string[] {
  const faults: string[] = [];
  if ((settings.TLS_CERT === undefined) !== (settings.TLS_KEY === undefined)) {
    faults.push('TLS_CERT and TLS_KEY belong together: set both or none');
  }
  if (settings.SMTP_URL !== undefined && settings.MAIL_FROM === undefined) {
    faults.push('MAIL_FROM is needed with SMTP_URL: the address that mail comes from');
  }
  faults.push(...faultsOfOidc(settings));
  const metrics = metricsAddress(settings);
  if (metrics && !isLoopback(metrics.host) && settings.METRICS_TOKEN === undefined) {
    faults.push('METRICS_TOKEN is needed when METRICS_ADDRESS is open to other machines');
  }
  if (demo && !isLoopback(settings.HOST) && settings.DEMO_PUBLIC !== true) {
    faults.push(
      `HOST ${settings.HOST} would show the demo sign-ins to other machines: set DEMO_PUBLIC=1 if that is meant`,
    );
  }
  return faults;
}

const OIDC_NEEDED = {
  OIDC_ISSUER: 'the address of the provider, which begins with https://',
  OIDC_CLIENT_ID: 'the name under which the provider knows this server',
  OIDC_CLIENT_SECRET: 'the secret that the provider gave with it',
  OIDC_NAME: 'what the button on the sign-in page says',
} as const;
const OIDC_NAMES = Object.keys(OIDC_NEEDED) as (keyof typeof OIDC_NEEDED)[]; // the keys of the object above

function faultsOfOidc(settings: Settings): string[] {
  const wanted = settings.OIDC_SECOND_STEP !== undefined || OIDC_NAMES.some((name) => settings[name]);
  const missing = wanted ? OIDC_NAMES.filter((name) => settings[name] === undefined) : [];
  const faults = missing.map((name) => `${name} is missing: ${OIDC_NEEDED[name]}`);
  if (settings.OIDC_ISSUER !== undefined) {
    const { protocol, hostname } = new URL(settings.OIDC_ISSUER);
    if (protocol !== 'https:' && !isLoopback(hostname)) faults.push('OIDC_ISSUER must begin with https://');
  }
  return faults;
}

function oidcOf(settings: Settings): OidcSettings | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId } = settings;
  const { OIDC_CLIENT_SECRET: clientSecret, OIDC_NAME: name } = settings;
  if (!issuer || !clientId || !clientSecret || !name) return undefined;
  const secondStep = (settings.OIDC_SECOND_STEP ?? '').split(/[\s,]+/).filter((value) => value !== '');
  return { issuer, clientId, clientSecret, name, secondStep };
}

function databaseUrlOf({ DATABASE_URL, DATABASE_PASSWORD_FILE }: Settings): string | undefined {
  if (DATABASE_URL === undefined || DATABASE_PASSWORD_FILE === undefined) return DATABASE_URL;
  try {
    const url = new URL(withHost(DATABASE_URL));
    url.password = encodeURIComponent(readFileSync(DATABASE_PASSWORD_FILE, 'utf8').trim());
    return withHost(DATABASE_URL) === DATABASE_URL ? url.href : url.href.replace('@localhost/', '@/');
  } catch (error) {
    throw wrongSettings([`DATABASE_PASSWORD_FILE cannot be used (${reasonOf(error)})`]);
  }
}

const metricsAddress = ({ METRICS_ADDRESS }: Settings): { host: string; port: number } | undefined =>
  METRICS_ADDRESS === undefined ? undefined : hostAndPortOf(METRICS_ADDRESS);

function faultsOfServe(settings: Settings): string[] {
  const faults: string[] = [];
  if (settings.APP_URL === undefined) {
    faults.push(
      'APP_URL is missing: the address that people and phones use, such as https://uitpas.example.be',
    );
  } else {
    const { protocol, hostname } = new URL(settings.APP_URL);
    if (protocol !== 'https:' && !isLoopback(hostname)) {
      faults.push('APP_URL must begin with https://: phones allow no camera and no offline use without it');
    }
  }
  if (settings.DATA_DIR === undefined)
    faults.push('DATA_DIR is missing: the folder for keys and the database');
  if (settings.IMPORT_FROM_ANYWHERE === true)
    faults.push('IMPORT_FROM_ANYWHERE=1 does not go with serve: activities come from a public https address');
  if (settings.DEMO === true) faults.push('DEMO=1 does not go with serve: use npm start for a demo region');
  return faults;
}

function wrongSettings(faults: readonly string[]): OperatorError {
  return new OperatorError(
    faults.length === 1
      ? `A setting is wrong: ${faults[0]}.`
      : `Settings are wrong:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
  );
}

/** `127.0.0.1:9464` or `[::1]:9464`: an address of IPv6 has colons of its own. */
const HOST_AND_PORT = /^(?:\[([\da-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/;
function hostAndPortOf(text: string): { host: string; port: number } | undefined {
  const [, inBrackets, plain, port] = HOST_AND_PORT.exec(text) ?? [];
  const host = inBrackets ?? plain;
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}

/** A socket has no host; `URL` takes a person's name only with one. */
const withHost = (text: string): string => text.replace('@/', '@localhost/');

const isAddress = (text: string, schemes: readonly string[]): boolean =>
  URL.canParse(text) && schemes.includes(new URL(text).protocol);
