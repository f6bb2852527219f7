import { Hono } from 'hono';
import * as z from 'zod/mini';
import type { Result } from '#domain/kernel/result.ts';
import { InvitationAcceptance, InvitationInput, InvitationLook } from '#domain/staff-api.ts';
import { authProblem, isAuthRefusal } from '../auth/problem.ts';
import { originOf } from '../auth/request-origin.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { pathId, readJson } from '../request-input.ts';
import {
  accept,
  invite,
  lookAtInvitation,
  withdrawInvitation,
  type InvitationRefusal,
} from './invitation-service.ts';
import {
  listStaff,
  makeStaffPasswordLink,
  removeStaffSecondStep,
  signOutPerson,
  withdrawRole,
  type StaffRefusal,
} from './service.ts';

const Empty = z.object({});
const DONE = { ok: true };

export function staffRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/staff', signedIn, async (c) => c.json(await listStaff(context, c.get('actor'))));
  app.post('/staff/invitations', signedIn, async (c) => {
    const input = await readJson(c, InvitationInput);
    return c.json(unwrap(await invite(context, c.get('actor'), input)), 201);
  });
  app.post('/staff/invitations/:id/withdraw', signedIn, async (c) => {
    await readJson(c, Empty);
    unwrap(await withdrawInvitation(context, c.get('actor'), pathId(c)));
    return c.json(DONE);
  });
  app.post('/staff/grants/:id/withdraw', signedIn, async (c) => {
    await readJson(c, Empty);
    unwrap(await withdrawRole(context, c.get('actor'), pathId(c)));
    return c.json(DONE);
  });
  app.post('/staff/:id/sign-out', signedIn, async (c) => {
    await readJson(c, Empty);
    unwrap(await signOutPerson(context, c.get('actor'), pathId(c)));
    return c.json(DONE);
  });
  app.post('/staff/:id/remove-second-step', signedIn, async (c) => {
    await readJson(c, Empty);
    unwrap(await removeStaffSecondStep(context, c.get('actor'), pathId(c)));
    return c.json(DONE);
  });
  app.post('/staff/:id/password-link', signedIn, async (c) => {
    await readJson(c, Empty);
    return c.json(unwrap(await makeStaffPasswordLink(context, signIn, c.get('actor'), pathId(c))), 201);
  });

  // For who holds the link: no session.
  app.post('/invitations/look', async (c) => {
    const { token } = await readJson(c, InvitationLook);
    return c.json(unwrap(await lookAtInvitation(context, token, originOf(c, context).address)));
  });
  app.post('/invitations/accept', async (c) => {
    const acceptance = await readJson(c, InvitationAcceptance);
    unwrap(await accept(context, signIn, acceptance, originOf(c, context)));
    return c.json(DONE);
  });
  return app;
}

const STATUS = {
  'not-found': 404,
  'own-role': 409,
  'last-administrator': 409,
  'beyond-reach': 409,
  'not-yours-to-give': 409,
  'invitation-over': 410,
  'other-region': 409,
  'name-missing': 422,
} as const;

function unwrap<T>(result: Result<T, StaffRefusal | InvitationRefusal>): T {
  if (result.ok) return result.value;
  const { error } = result;
  throw isAuthRefusal(error) ? authProblem(error) : new Problem(STATUS[error.code], error.code);
}
