import { Hono } from 'hono';
import { AuditQuery, AuditSubjectInput } from '#domain/audit-api.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { parseQuery, readJson } from '../request-input.ts';
import { findAuditSubject, readAudit, readAuditPeople } from './log-service.ts';

export function auditRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/audit', signedIn, async (c) =>
    c.json(await readAudit(context, c.get('actor'), parseQuery(c, AuditQuery))),
  );
  app.get('/audit/people', signedIn, async (c) => c.json(await readAuditPeople(context, c.get('actor'))));
  app.post('/audit/subject', signedIn, async (c) => {
    const found = await findAuditSubject(context, c.get('actor'), await readJson(c, AuditSubjectInput));
    if (found.ok) return c.json(found.value);
    if (found.error.code === 'number-wrong') throw new Problem(422, 'number-wrong');
    throw new Problem(429, found.error.code, { headers: { 'retry-after': String(found.error.retryAfterS) } });
  });
  return app;
}
