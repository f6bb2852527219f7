// The only fetch() of the app. Every answer is parsed, every request has a hard time-out, and each way of failing has
// its own error: a screen can say what happened. A captive portal's 200 with HTML is a failure, never an answer.
import { Problem } from '#domain/public-api.ts';
import * as z from 'zod/mini';

const TIMEOUT_MS = 15_000;
const STREAM_RETRY_MS = 10_000;

/** The server answered, and the answer is no: `problem.code` says why, `problem.fields` what to mend. */
export class ApiRefusal extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ApiRefusal';
    this.problem = problem;
  }
}

/** No answer that counts: no network, too slow, a sign-in page of someone's wifi, or a server in trouble. */
export class Unreachable extends Error {
  readonly why: 'no-network' | 'time-out' | 'captive-portal' | 'server-error' | 'unknown-answer';
  constructor(why: Unreachable['why'], options?: ErrorOptions) {
    super(`The server could not be reached: ${why}`, options);
    this.name = 'Unreachable';
    this.why = why;
  }
}

type Schema<T> = z.core.$ZodType<T>;
type Options = { signal?: AbortSignal; timeoutMs?: number; headers?: Record<string, string> };

export const api = {
  get: <T>(path: string, schema: Schema<T>, options?: Options): Promise<T> =>
    request('GET', path, undefined, schema, options),
  post: <T>(path: string, body: unknown, schema: Schema<T>, options?: Options): Promise<T> =>
    request('POST', path, body, schema, options),
  put: <T>(path: string, body: unknown, schema: Schema<T>, options?: Options): Promise<T> =>
    request('PUT', path, body, schema, options),
};

/**
 * One request with a hard time-out over all of it, whatever the answer: for answers that carry their own proof. `init.signal`
 * gives it up before.
 */
export async function fetchWithin<T>(
  path: string,
  timeoutMs: number,
  init: RequestInit,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  init.signal?.addEventListener('abort', abort, { once: true });
  if (init.signal?.aborted) abort();
  const timer = setTimeout(abort, timeoutMs);
  try {
    const response = await fetch(path, {
      ...init,
      signal: stop.signal,
      cache: 'no-store',
      redirect: 'error',
    });
    return await read(response);
  } catch (cause) {
    const isLate = stop.signal.aborted && !init.signal?.aborted;
    throw new Unreachable(isLate ? 'time-out' : 'no-network', { cause });
  } finally {
    clearTimeout(timer);
    init.signal?.removeEventListener('abort', abort);
  }
}

/** A stream of server-sent events under a token; ends when the server ends it or `signal` aborts. */
export async function fetchEvents(
  path: string,
  token: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` };
  const init: RequestInit = { headers, signal, cache: 'no-store', redirect: 'error', credentials: 'omit' };
  const response = await fetch(path, init);
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (!response.ok || !isStream || !response.body) {
    await response.body?.cancel();
    throw new Unreachable(response.status >= 500 ? 'server-error' : 'unknown-answer');
  }
  return response.body;
}

async function request<T>(
  method: string,
  path: string,
  body: unknown,
  schema: Schema<T>,
  { signal, timeoutMs = TIMEOUT_MS, headers = {} }: Options = {},
): Promise<T> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  signal?.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(abort, timeoutMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: stop.signal,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error', // our API never redirects; a portal does
    });
    text = await response.text();
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Unreachable(stop.signal.aborted ? 'time-out' : 'no-network', { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
  return read(response, text, schema);
}

function read<T>(response: Response, text: string, schema: Schema<T>): T {
  const type = response.headers.get('content-type') ?? '';
  if (!type.includes('json') && response.status !== 204)
    throw new Unreachable(response.status >= 500 ? 'server-error' : 'captive-portal');
  const value = jsonOf(text);
  if (value === undefined && text !== '') throw new Unreachable('captive-portal');
  if (response.ok) {
    const parsed = z.safeParse(schema, value);
    if (!parsed.success) throw new Unreachable('unknown-answer', { cause: parsed.error });
    return parsed.data;
  }
  if (response.status >= 500) throw new Unreachable('server-error', { cause: value });
  throw new ApiRefusal(problemOf(value));
}

function problemOf(value: unknown): Problem {
  const problem = z.safeParse(Problem, value);
  if (problem.success) return problem.data;
  throw new Unreachable('unknown-answer', { cause: value });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON text means that
  }
}

export type StreamListener<T> = { readonly onOpen: () => void; readonly onEvent: (event: T) => void };

/**
 * Server-sent events. `onOpen` also runs after each reconnection: what happened in between is not told again, so the
 * listener reads anew. Events that do not parse are left alone: a later version of the server may know more topics.
 */
export function openEventStream<T>(
  path: string,
  eventName: string,
  schema: Schema<T>,
  { onOpen, onEvent }: StreamListener<T>,
): () => void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    source = new EventSource(path);
    source.addEventListener('open', onOpen);
    source.addEventListener(eventName, (message: MessageEvent<string>) => {
      const event = z.safeParse(schema, jsonOf(message.data));
      if (event.success) onEvent(event.data);
    });
    // The browser reconnects by itself after a cut, but gives up after an answer that is no stream.
    source.addEventListener('error', () => {
      if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, STREAM_RETRY_MS);
    });
  };
  open();
  return () => {
    clearTimeout(retry);
    source?.close();
  };
}

/**
 * The same, one stream for all tabs of this browser: it allows a server six connections at once, so a stream for each
 * tab would leave none to ask anything. The tab that holds the lock listens and tells the others; when it is closed
 * the next one takes over. Outside a secure context there are no locks, and each tab has its own.
 */
export function openSharedEventStream<T>(
  path: string,
  eventName: string,
  schema: Schema<T>,
  listener: StreamListener<T>,
): () => void {
  if (!('locks' in navigator)) return openEventStream(path, eventName, schema, listener);
  const others = new BroadcastChannel(path);
  others.onmessage = ({ data }: MessageEvent<T | 'open'>) =>
    data === 'open' ? listener.onOpen() : listener.onEvent(data);
  const done = new AbortController();
  const listen = (): Promise<void> =>
    new Promise((resolve) => {
      if (done.signal.aborted) return resolve();
      const close = openEventStream(path, eventName, schema, {
        onOpen: () => {
          others.postMessage('open');
          listener.onOpen();
        },
        onEvent: (event) => {
          others.postMessage(event);
          listener.onEvent(event);
        },
      });
      done.signal.addEventListener('abort', () => {
        close();
        resolve();
      });
    });
  navigator.locks.request(path, { signal: done.signal }, listen).catch((error: unknown) => {
    if (!done.signal.aborted) throw error;
  });
  return () => {
    done.abort();
    others.close();
  };
}
