import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { codeOf } from './operator-error.ts';

export type { Logger };

// No personal data in the log: requests appear as method, route pattern and status, never as address, query or
// body; errors of the database without their message, which may quote a row. The list below is a second net.
const NEVER_LOGGED = [
  'email',
  'name',
  'password',
  'token',
  'authorization',
  'cookie',
  'uitpasNumber',
  'insz',
];

/** To the standard output, unless another place is given. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: NEVER_LOGGED.flatMap((word) => [word, `*.${word}`]), censor: '[redacted]' },
    serializers: { err: describeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** What an operator needs of an error, without what it may quote. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = codeOf(error);
  const fromDatabase = code !== undefined && /^[0-9A-Z]{5}$/.test(code);
  return {
    type: error.name,
    code,
    constraint: 'constraint' in error ? error.constraint : undefined,
    message: fromDatabase ? undefined : error.message,
    // The first line of a stack repeats the message.
    stack: error.stack?.split('\n').filter((line) => line.startsWith('    at ')),
  };
}
