import { Hono } from 'hono';
import type { Context } from '../context.ts';
import { readMailbox } from './mailbox.ts';

/** The development mailbox: everything a demo region would have mailed, newest first. */
export function mailboxRoutes(context: Pick<Context, 'db'>): Hono {
  return new Hono().get('/', async (c) => c.json({ letters: await readMailbox(context.db) }));
}
