import { Hono } from 'hono';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { routePath } from 'hono/route';
import { limits } from '#domain/kernel/limits.ts';
import { answerAppFile } from './app-files.ts';
import type { AppFiles } from './app-files.ts';
import type { Context } from './context.ts';
import { deskRoutes } from './desk-routes.ts';
import { Problem, answerErrors, diskFull, problemResponse } from './errors.ts';
import { readReadiness } from './health.ts';
import { mailboxRoutes } from './mail/routes.ts';
import { isMetricsToken } from './metrics.ts';
import { phoneRooms } from './phone-rooms.ts';
import { refuseForeignOrigins, securityHeaders } from './security-headers.ts';
import { syncRoutes } from './sync/routes.ts';
import { makePhoneTurns } from './phone-turns.ts';

/** The whole server as a function: main.ts listens with it, tests call `app.request()`. */
export function createApp(context: Context, files?: AppFiles): Hono {
  const app = new Hono();
  app.onError(answerErrors(context.log));
  app.use(logRequests(context));
  app.use(securityHeaders(context.appUrl, files?.inlineScriptHashes ?? []));

  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, NO_STORE));
  app.get('/readyz', async (c) => {
    const readiness = await readReadiness(context);
    return c.json(readiness, readiness.ready ? 200 : 503, NO_STORE);
  });

  app.get('/metrics', async (c) => {
    const { token } = context.config.metrics;
    if (token === undefined) throw new Problem(404, 'not-found');
    if (!isMetricsToken(token, c.req.header('authorization'))) throw new Problem(401, 'not-signed-in');
    return c.body(await context.metrics.text(), 200, {
      ...NO_STORE,
      'content-type': context.metrics.contentType,
    });
  });

  app.route('/api', createApi(context));

  app.notFound((c) => {
    const isRead = c.req.method === 'GET' || c.req.method === 'HEAD';
    const answer = files && isRead && !isApi(c.req.path) ? answerAppFile(files, c) : undefined;
    return answer ?? problemResponse(c, new Problem(404, 'not-found'));
  });
  return app;
}

function createApi(context: Context): Hono {
  const api = new Hono();
  api.use(refuseForeignOrigins(context.appUrl));
  api.use(async (c, next) => {
    if (!READING.includes(c.req.method) && !context.hasRoom()) throw diskFull();
    await next();
  });
  api.use(bodyLimit({ maxSize: limits.bodyBytesMax, onError: () => refuseTooLarge() }));
  api.use(compress());
  api.use(async (c, next) => {
    await next();
    // Also what is asked for again and again: a roster in the browser's own cache would outlive being wiped.
    c.header('cache-control', 'no-store');
  });

  // The rooms, in the order of the house. A room exports `xRoutes(context): Hono`.
  const turns = makePhoneTurns();
  api.route('/', deskRoutes(context, turns));
  api.route('/sync', syncRoutes(context, phoneRooms(context), turns));
  if (context.config.demo) api.route('/dev/mailbox', mailboxRoutes(context));
  return api;
}

/** Anyone may invent another one; each would be a row of its own in the figures. */
const KNOWN_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'];
const READING = ['GET', 'HEAD', 'OPTIONS'];
const NO_STORE = { 'cache-control': 'no-store' };

function isApi(path: string): boolean {
  return path === '/api' || path.startsWith('/api/');
}

function refuseTooLarge(): never {
  throw new Problem(413, 'too-large');
}

/** The pattern of the route and not the address: an address may hold a one-time code. */
function logRequests({ log, metrics }: Pick<Context, 'log' | 'metrics'>): MiddlewareHandler {
  return async (c, next) => {
    const started = performance.now();
    await next();
    const ms = performance.now() - started;
    const { method } = c.req;
    const route = routePath(c);
    log.info({ method, route, status: c.res.status, ms: Math.round(ms) }, 'request');
    metrics.request(KNOWN_METHODS.includes(method) ? method : 'other', route, c.res.status, ms / 1_000);
  };
}
