// The address a request came from, for counting attempts only; it is stored nowhere but hashed (attempts.ts).
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Context as RequestContext } from 'hono';
import type { Config } from './config.ts';

/** Behind a proxy of our own (TRUST_PROXY=1) the last entry of X-Forwarded-For; a client can write the earlier ones. */
export function clientAddress(c: RequestContext, config: Pick<Config, 'trustProxy'>): string {
  const node = c.env as { incoming?: IncomingMessage } | undefined; // what http-server.ts passes along
  const peer = node?.incoming?.socket.remoteAddress ?? 'unknown';
  const forwarded = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim();
  return countedAddress(config.trustProxy && forwarded ? forwarded : peer);
}

/** One line at home or in a hall has 2^64 addresses of version 6: they count as one. */
export function countedAddress(address: string): string {
  const [version4] = /\d+(\.\d+){3}$/.exec(address) ?? [];
  if (version4 !== undefined || !isIPv6(address)) return version4 ?? address;
  const [head = '', tail = ''] = address.split('%')[0]?.split('::') ?? [];
  const before = head.split(':').filter(Boolean);
  const after = tail.split(':').filter(Boolean);
  const groups = [
    ...before,
    ...Array.from({ length: 8 - before.length - after.length }, () => '0'),
    ...after,
  ];
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
