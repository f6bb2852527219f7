import { Hono } from 'hono';
import {
  AssociationAct,
  AssociationInput,
  MemberQuestion,
  RegisterMemberInput,
  RenewMembersInput,
  StopMemberInput,
} from '#domain/association-api.ts';
import type { Result } from '#domain/kernel/result.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { pathId, readJson } from '../request-input.ts';
import { readMemberPage, readMemberSheet, type MemberListProblem } from './member-list-service.ts';
import { registerMember, renewMembers, stopMember, type MemberProblem } from './member-service.ts';
import { listMemberships, type MembershipsProblem } from './person-service.ts';
import { actOnAssociation, makeAssociation, readAssociations, type AssociationProblem } from './service.ts';

export function associationRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/associations', signedIn, async (c) => c.json(await readAssociations(context, c.get('actor'))));
  app.post('/associations', signedIn, async (c) => {
    const input = await readJson(c, AssociationInput);
    return c.json(unwrap(await makeAssociation(context, c.get('actor'), input)), 201);
  });
  app.post('/associations/:id/acts', signedIn, async (c) => {
    const act = await readJson(c, AssociationAct);
    return c.json(unwrap(await actOnAssociation(context, c.get('actor'), pathId(c), act)));
  });
  // What is searched for is a name: in the body, not in an address.
  app.post('/associations/:id/members', signedIn, async (c) => {
    const question = await readJson(c, MemberQuestion);
    return c.json(unwrap(await readMemberPage(context, c.get('actor'), pathId(c), question)));
  });
  app.post('/associations/:id/members/sheet', signedIn, async (c) => {
    const question = await readJson(c, MemberQuestion);
    return c.json(unwrap(await readMemberSheet(context, c.get('actor'), pathId(c), question)));
  });
  app.post('/associations/:id/register', signedIn, async (c) => {
    const input = await readJson(c, RegisterMemberInput);
    return c.json(unwrap(await registerMember(context, c.get('actor'), pathId(c), input)), 201);
  });
  app.post('/associations/:id/renew', signedIn, async (c) => {
    const input = await readJson(c, RenewMembersInput);
    return c.json(unwrap(await renewMembers(context, c.get('actor'), pathId(c), input)));
  });
  app.post('/associations/:id/stop', signedIn, async (c) => {
    const input = await readJson(c, StopMemberInput);
    return c.json(unwrap(await stopMember(context, c.get('actor'), pathId(c), input)));
  });
  app.get('/passholders/:id/associations', signedIn, async (c) =>
    c.json(unwrap(await listMemberships(context, c.get('actor'), pathId(c)))),
  );
  return app;
}

function unwrap<T>(
  result: Result<T, AssociationProblem | MemberProblem | MemberListProblem | MembershipsProblem>,
): T {
  if (result.ok) return result.value;
  const { code, ...extra } = result.error;
  if (result.error.code === 'too-many-requests')
    throw new Problem(429, code, { headers: { 'retry-after': String(result.error.retryAfterS) } });
  if (code === 'not-found') throw new Problem(404, code);
  const isConflict = ['changed-meanwhile', 'member-changed-meanwhile', 'other-act-with-this-id'].includes(
    code,
  );
  throw new Problem(isConflict ? 409 : 422, code, { extra });
}
