import { Hono } from 'hono';
import type { Context } from '../context.ts';
import { readPublicFacts } from './service.ts';

/** For everyone, signed in or not. */
export function publicRoutes(context: Pick<Context, 'db' | 'mail' | 'config'>): Hono {
  return new Hono().get('/public', async (c) => c.json(await readPublicFacts(context)));
}
