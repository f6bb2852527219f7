import { Hono } from 'hono';
import * as z from 'zod/mini';
import type { Result } from '#domain/kernel/result.ts';
import { SIGNATURE_HEADER } from '#domain/sync/exchange.ts';
import { BringRescue } from '#domain/desk-api.ts';
import { CarriedRequest, type RescueRefusal } from '#domain/sync/rescue.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { parseJson, parseQuery, readJson, readSent, unpackText } from '../request-input.ts';
import type { PhoneTurns } from '../phone-turns.ts';
import { bringRescue, carryRescue, readRescues, type RescueContext } from './service.ts';

const ListQuery = z.object({ organisationId: z.optional(z.uuid()) });

export function rescueRoutes(
  context: Context & RescueContext,
  signIn: SignIn,
  turns: PhoneTurns,
): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/rescue', signedIn, async (c) => {
    const { organisationId } = parseQuery(c, ListQuery);
    return c.json(await readRescues(context, c.get('actor'), organisationId));
  });
  app.post('/rescue', signedIn, async (c) => {
    const { bundle } = await readJson(c, BringRescue);
    return c.json(unwrap(await bringRescue(context, c.get('actor'), bundle)));
  });

  // A phone's side: no session.
  app.post('/rescue/carried', async (c) => {
    const sent = await readSent(c.req.raw);
    const answer = await turns(async () => {
      const text = await unpackText(sent);
      const request = parseJson(text, CarriedRequest);
      return carryRescue(context, text, request, c.req.header(SIGNATURE_HEADER) ?? '');
    });
    if (!answer.ok) throw new Problem(401, answer.error.code);
    const { body, signature } = answer.value;
    return c.body(body, 200, { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature });
  });
  return app;
}

function unwrap<T>(result: Result<T, { readonly code: RescueRefusal }>): T {
  if (result.ok) return result.value;
  throw new Problem(422, result.error.code);
}
