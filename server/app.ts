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
import { Problem, answerErrors, problemResponse } from './errors.ts';
import { readReadiness } from './health.ts';
import type { Logger } from './logger.ts';
import { mailboxRoutes } from './mail/routes.ts';
import { phoneRooms } from './phone-rooms.ts';
import { refuseForeignOrigins, securityHeaders } from './security-headers.ts';
import { syncRoutes } from './sync/routes.ts';

/** The whole server as a function: main.ts listens with it, tests call `app.request()`. */
export function createApp(context: Context, files?: AppFiles): Hono {
  const app = new Hono();
  app.onError(answerErrors(context.log));
  app.use(logRequests(context.log));
  app.use(securityHeaders(context.appUrl, files?.inlineScriptHashes ?? []));

  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, NO_STORE));
  app.get('/readyz', async (c) => {
    const readiness = await readReadiness(context.db);
    return c.json(readiness, readiness.ready ? 200 : 503, NO_STORE);
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
  api.use(bodyLimit({ maxSize: limits.bodyBytesMax, onError: () => refuseTooLarge() }));
  api.use(compress());
  api.use(async (c, next) => {
    await next();
    // Also what is asked for again and again: a roster in the browser's own cache would outlive being wiped.
    c.header('cache-control', 'no-store');
  });

  // The rooms, in the order of the house. A room exports `xRoutes(context): Hono`.
  api.route('/', deskRoutes(context));
  api.route('/sync', syncRoutes(context, phoneRooms(context)));
  if (context.config.demo) api.route('/dev/mailbox', mailboxRoutes(context));
  return api;
}

const NO_STORE = { 'cache-control': 'no-store' };

function isApi(path: string): boolean {
  return path === '/api' || path.startsWith('/api/');
}

function refuseTooLarge(): never {
  throw new Problem(413, 'too-large');
}

/** The pattern of the route and not the address: an address may hold a one-time code. */
function logRequests(log: Logger): MiddlewareHandler {
  return async (c, next) => {
    const started = performance.now();
    await next();
    const ms = Math.round(performance.now() - started);
    log.info({ method: c.req.method, route: routePath(c), status: c.res.status, ms }, 'request');
  };
}
