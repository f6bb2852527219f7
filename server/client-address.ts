// The address a request came from, for counting attempts only; it is stored nowhere but hashed (attempts.ts).
import type { IncomingMessage } from 'node:http';
import type { Context as RequestContext } from 'hono';
import type { Config } from './config.ts';

/** Behind a proxy of our own (TRUST_PROXY=1) the last entry of X-Forwarded-For; a client can write the earlier ones. */
export function clientAddress(c: RequestContext, config: Pick<Config, 'trustProxy'>): string {
  const node = c.env as { incoming?: IncomingMessage } | undefined; // what http-server.ts passes along
  const peer = node?.incoming?.socket.remoteAddress ?? 'unknown';
  const forwarded = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim();
  return config.trustProxy && forwarded ? forwarded : peer;
}
