import { Hono } from 'hono';
import type { Context } from './context.ts';
import { listen, type HttpServer } from './http-server.ts';
import { isMetricsToken } from './metrics.ts';

/** The figures on an address of their own, which no proxy shows to the world; with a token too where one is set. */
export async function serveMetrics(
  { metrics, config }: Pick<Context, 'metrics' | 'config'>,
  address: { readonly host: string; readonly port: number },
): Promise<HttpServer> {
  const app = new Hono().get('/metrics', async (c) => {
    const { token } = config.metrics;
    if (token !== undefined && !isMetricsToken(token, c.req.header('authorization')))
      return c.body(null, 401);
    return c.body(await metrics.text(), 200, { 'content-type': metrics.contentType });
  });
  const server = await listen(address, { host: 'METRICS_ADDRESS', port: 'METRICS_ADDRESS' });
  server.handle(app.fetch);
  return server;
}
