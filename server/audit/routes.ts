import { Hono } from 'hono';
import { AuditQuery } from '#domain/audit-api.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { parseQuery } from '../request-input.ts';
import { readAudit, readAuditPeople } from './log-service.ts';

export function auditRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/audit', signedIn, async (c) =>
    c.json(await readAudit(context, c.get('actor'), parseQuery(c, AuditQuery))),
  );
  app.get('/audit/people', signedIn, async (c) => c.json(await readAuditPeople(context, c.get('actor'))));
  return app;
}
