import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { countedAddress } from './client-address.ts';
import type { Config } from './config.ts';
import { isLoopback } from './config.ts';
import { OperatorError, codeOf, reasonOf } from './operator-error.ts';

// The listening side. Slow senders are cut off by the time-outs; stopping waits for the answers under way.

const LIMITS = { keepAliveTimeout: 10_000, maxHeaderSize: 16_384 };
const CONNECTIONS_MAX = 2_000;
/** Of the first greetings of TLS; Node waits two minutes. */
const HANDSHAKE_MS_MAX = 10_000;

/** What one client may hold: who asks for much and takes nothing of the answer would keep every connection for ever. */
type Patience = {
  /** Until all headers are there. */
  readonly headersMs: number;
  /** Until the whole request is there. */
  readonly requestMs: number;
  /** Between two looks at who takes too long to ask. */
  readonly lookEveryMs: number;
  /** Without a byte either way; a quiet event stream says something each 25 seconds. */
  readonly silenceMs: number;
  /** For one answer that has an end: the list of cards over a poor network takes minutes. */
  readonly answerMs: number;
  /** From one address: a hall full of phones, and a quarter of all. */
  readonly ofOneAddressMax: number;
  /** A proxy, or who is on this machine, speaks for many. */
  readonly speaksForMany: (address: string) => boolean;
};
export const PATIENCE: Patience = {
  headersMs: 10_000,
  // A phone gives up after 20 s (limits.syncTimeoutMs).
  requestMs: 30_000,
  lookEveryMs: 2_000,
  silenceMs: 60_000,
  answerMs: 15 * 60_000,
  ofOneAddressMax: CONNECTIONS_MAX / 4,
  speaksForMany: isLoopback,
};
const ANSWERS_UNDER_WAY_MS = 10_000;

/** `node` carries the socket, for who needs the address at the other end (client-address.ts). */
type Handler = (request: Request, node: object) => Response | Promise<Response>;

export type ListenAddress = Pick<Config, 'host' | 'port'> & Partial<Pick<Config, 'tls' | 'trustProxy'>>;

/** Which settings say where: to be named when it cannot be. */
type SettingNames = { readonly host: string; readonly port: string };

export interface HttpServer {
  /** What one types in a browser on this machine. */
  url: string;
  /** Takes the place of the answer "starting". */
  handle(handler: Handler): void;
  /** No new requests; resolves after the last answer, at most 10 s; cutShort ends the wait. */
  stop(cutShort: AbortSignal): Promise<void>;
}

/** Listens before the database is there, so that a port in use is known at once and `/healthz` answers. */
export async function listen(
  config: ListenAddress,
  names: SettingNames = { host: 'HOST', port: 'PORT' },
  patience: Patience = PATIENCE,
): Promise<HttpServer> {
  let handler: Handler = answerStarting;
  const listener = getRequestListener(
    async (request, node) => {
      const answer = await handler(request, node);
      if (!isEventStream(answer)) endAfter(node.outgoing, patience.answerMs);
      return answer;
    },
    { overrideGlobalObjects: false },
  );
  const underWay = new Set<ServerResponse>();
  const answering = new WeakMap<Socket, ServerResponse>();
  const isAnswering = (socket: Socket): boolean => answering.get(socket)?.writableFinished === false;
  const server = await makeServer(config, patience, (request, response) => {
    // No browser and no proxy asks anew before it has its answer; a thousand questions in one packet would be made ready at once.
    if (isAnswering(request.socket)) return void request.socket.destroy();
    answering.set(request.socket, response);
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
    if (!server.listening) response.shouldKeepAlive = false;
    void listener(request, response);
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.setTimeout(patience.silenceMs);
  if (!config.trustProxy) shareConnections(server, patience);

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure(error, config, names)));
    server.listen(config.port, config.host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  const name = isLoopback(config.host) ? 'localhost' : inUrl(config.host);

  return {
    url: `${config.tls ? 'https' : 'http'}://${name}:${port}`,
    handle: (next) => {
      handler = next;
    },
    stop: (cutShort) => stop(server, underWay, cutShort),
  };
}

/** It ends with the right to it (event-stream.ts). */
const isEventStream = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') ?? false;

function shareConnections(server: Server, { ofOneAddressMax, speaksForMany }: Patience): void {
  const held = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const peer = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
    if (speaksForMany(peer)) return;
    const address = countedAddress(peer);
    const before = held.get(address) ?? 0;
    if (before >= ofOneAddressMax) return void socket.destroy();
    held.set(address, before + 1);
    socket.once('close', () => {
      const left = (held.get(address) ?? 1) - 1;
      if (left > 0) held.set(address, left);
      else held.delete(address);
    });
  });
}

function endAfter(answer: Writable, ms: number): void {
  const timer = setTimeout(() => answer.destroy(), ms).unref();
  answer.once('close', () => clearTimeout(timer));
}

/** An IPv6 address stands in brackets. */
const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

async function makeServer(
  config: ListenAddress,
  { headersMs, requestMs, lookEveryMs }: Patience,
  listener: RequestListener,
): Promise<Server> {
  const limits = {
    ...LIMITS,
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: lookEveryMs,
  };
  if (!config.tls) return createServer(limits, listener);
  const { certFile, keyFile } = config.tls;
  try {
    const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
    return createTlsServer(
      { ...limits, cert, key, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MS_MAX },
      listener,
    );
  } catch (error) {
    throw new OperatorError(`TLS_CERT and TLS_KEY cannot be used (${reasonOf(error)}).`);
  }
}

function listenFailure(
  error: unknown,
  config: Pick<Config, 'host' | 'port'>,
  { host, port }: SettingNames,
): OperatorError {
  const sentences: Record<string, string> = {
    EADDRINUSE: `Port ${config.port} is in use by another program: stop that one, or set ${port} to another one.`,
    EACCES: `Port ${config.port} may not be used by this user: set ${port} to one above 1023.`,
    EADDRNOTAVAIL: `${host} ${config.host} is no address of this machine.`,
    ENOTFOUND: `${host} ${config.host} is no address of this machine.`,
  };
  return new OperatorError(
    sentences[codeOf(error) ?? ''] ??
      `The server cannot listen on ${config.host}:${config.port} (${reasonOf(error)}).`,
  );
}

async function stop(
  server: Server,
  underWay: ReadonlySet<ServerResponse>,
  cutShort: AbortSignal,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // A client that goes on asking over the same connection would keep it, and this process, alive.
  for (const response of underWay) {
    response.shouldKeepAlive = false;
    // Its headers may have said otherwise already.
    response.once('close', () => server.closeIdleConnections());
  }
  const cut = (): void => server.closeAllConnections();
  const timer = setTimeout(cut, ANSWERS_UNDER_WAY_MS);
  cutShort.addEventListener('abort', cut);
  if (cutShort.aborted) cut();
  await closed;
  clearTimeout(timer);
  cutShort.removeEventListener('abort', cut);
}

function answerStarting(request: Request): Response {
  const isHealth = new URL(request.url).pathname === '/healthz';
  return Response.json(isHealth ? { status: 'ok' } : { ready: false, reason: 'starting' }, {
    status: isHealth ? 200 : 503,
    headers: { 'cache-control': 'no-store', 'retry-after': '1' },
  });
}
