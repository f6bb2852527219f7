import type { Context as RequestContext } from 'hono';
import { clientAddress } from '../client-address.ts';
import type { Context } from '../context.ts';
import type { From } from './service.ts';

/** Where a request to sign in comes from: the address to count by, the headers for better-auth. */
export const originOf = (c: RequestContext, { config }: Pick<Context, 'config'>): From => ({
  address: clientAddress(c, config),
  headers: c.req.raw.headers,
});
