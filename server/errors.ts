import type { Context as RequestContext } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from './logger.ts';
import { codeOf } from './operator-error.ts';

// Every error leaves as application/problem+json (RFC 9457). The `code` is for programs: the phone turns it into
// a sentence of its own language; `detail` is for the person who reads an API answer.

export interface ProblemOptions {
  detail?: string;
  headers?: Record<string, string>;
  /** Further members of the answer, such as the faulty fields. */
  extra?: Record<string, unknown>;
}

/** Thrown by routes for what HTTP must say; services give a Result instead. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly options: ProblemOptions;

  constructor(status: ContentfulStatusCode, code: string, options: ProblemOptions = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.options = options;
  }
}

/** The one error handler of the app. */
export function answerErrors(log: Logger) {
  return (error: unknown, c: RequestContext): Response => {
    const problem = toProblem(error);
    // Busy, stopping, full: said on purpose, to anybody who asks, and the figures count it. What was not foreseen is a fault.
    if (problem.status >= 500 && problem !== error)
      log.error({ err: error, code: problem.code }, 'request failed');
    return problemResponse(c, problem);
  };
}

export function problemResponse(c: RequestContext, problem: Problem): Response {
  const { detail, headers = {}, extra = {} } = problem.options;
  const body = {
    ...extra,
    type: `urn:streekbalie:problem:${problem.code}`,
    title: problem.code,
    status: problem.status,
    code: problem.code,
    ...(detail === undefined ? {} : { detail }),
  };
  return c.json(body, problem.status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...headers,
  });
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException) {
    return new Problem(error.status as ContentfulStatusCode, HTTP_CODES[error.status] ?? 'refused');
  }
  if (codeOf(error) === DISK_FULL) return diskFull();
  if (isDatabaseAway(error)) {
    return new Problem(503, 'database-away', {
      // Perhaps it was stored, and only the answer to the commit was lost.
      detail: 'The database does not answer at this moment. Try again.',
      headers: { 'retry-after': '2' },
    });
  }
  return new Problem(500, 'internal', { detail: 'Something went wrong here.' });
}

/** As PostgreSQL says it. */
const DISK_FULL = '53100';

/** Nothing was stored, and nothing acknowledged; reading goes on. */
export const diskFull = (): Problem =>
  new Problem(503, 'disk-full', {
    detail: 'The disk of the server is full. Nothing was stored. Try again later.',
    headers: { 'retry-after': '30' },
  });

const HTTP_CODES: Readonly<Record<number, string>> = {
  400: 'malformed',
  401: 'not-signed-in',
  403: 'not-allowed',
  404: 'not-found',
  413: 'too-large',
  415: 'wrong-content-type',
};

const DATABASE_AWAY =
  /^(08|53|57P|25P03|ECONN|EPIPE$|ENOENT$|ETIMEDOUT$|EHOSTUNREACH$|ENETUNREACH$|ENOTFOUND$|EAI_AGAIN$)/;

/** Connection lost, starting, stopping, out of space or of connections: the same request may succeed later. */
function isDatabaseAway(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return DATABASE_AWAY.test(code);
  return (
    error instanceof Error &&
    /Connection terminated|timeout exceeded when trying to connect/.test(error.message)
  );
}
