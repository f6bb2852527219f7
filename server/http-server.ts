import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { getRequestListener } from '@hono/node-server';
import type { Config } from './config.ts';
import { isLoopback } from './config.ts';
import { OperatorError, codeOf, reasonOf } from './operator-error.ts';

// The listening side. Slow senders are cut off by the time-outs; stopping waits for the answers under way.

const LIMITS = {
  headersTimeout: 10_000,
  // A phone gives up after 20 s (limits.syncTimeoutMs).
  requestTimeout: 30_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16_384,
};
const CONNECTIONS_MAX = 2_000;
const ANSWERS_UNDER_WAY_MS = 10_000;

/** `node` carries the socket, for who needs the address at the other end (client-address.ts). */
type Handler = (request: Request, node: object) => Response | Promise<Response>;

export type ListenAddress = Pick<Config, 'host' | 'port'> & Partial<Pick<Config, 'tls'>>;

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
): Promise<HttpServer> {
  let handler: Handler = answerStarting;
  const listener = getRequestListener((request, node) => handler(request, node), {
    overrideGlobalObjects: false,
  });
  const underWay = new Set<ServerResponse>();
  const server = await makeServer(config, (request, response) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
    if (!server.listening) response.shouldKeepAlive = false;
    void listener(request, response);
  });
  server.maxConnections = CONNECTIONS_MAX;

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

/** An IPv6 address stands in brackets. */
const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

async function makeServer(config: ListenAddress, listener: RequestListener): Promise<Server> {
  if (!config.tls) return createServer(LIMITS, listener);
  const { certFile, keyFile } = config.tls;
  try {
    const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
    return createTlsServer({ ...LIMITS, cert, key, minVersion: 'TLSv1.2' }, listener);
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
  for (const response of underWay) response.shouldKeepAlive = false;
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
