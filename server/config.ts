import { resolve } from 'node:path';
import { z } from 'zod';
import { OperatorError } from './operator-error.ts';

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
  logLevel: string;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const flag = z.enum(['0', '1'], { error: 'must be 1 or 0' }).transform((value) => value === '1');
/** A database behind a socket has no host before the path: `postgresql://user:word@/name?host=/run/postgresql`. */
const url = (schemes: string[]) =>
  z.string().refine((text) => isAddress(text.replace('@/', '@localhost/'), schemes), {
    error: `must be an address that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
  });

const Settings = z.object({
  PORT: z
    .string()
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, {
      error: 'must be a number from 0 to 65535',
    })
    .transform(Number)
    .default(3000),
  HOST: z.string().default('127.0.0.1'),
  APP_URL: url(['http:', 'https:']).optional(),
  DATA_DIR: z.string().optional(),
  DATABASE_URL: url(['postgres:', 'postgresql:']).optional(),
  DEMO: flag.optional(),
  DEMO_PUBLIC: flag.optional(),
  KEY_FILE: z.string().optional(),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  SMTP_URL: url(['smtp:', 'smtps:']).optional(),
  MAIL_FROM: z.string().optional(),
  TRUST_PROXY: flag.optional(),
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
    databaseUrl: settings.DATABASE_URL,
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
  if (demo && !isLoopback(settings.HOST) && settings.DEMO_PUBLIC !== true) {
    faults.push(
      `HOST ${settings.HOST} would show the demo sign-ins to other machines: set DEMO_PUBLIC=1 if that is meant`,
    );
  }
  return faults;
}

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

const isAddress = (text: string, schemes: readonly string[]): boolean =>
  URL.canParse(text) && schemes.includes(new URL(text).protocol);
