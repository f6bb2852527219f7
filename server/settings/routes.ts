import { Hono } from 'hono';
import * as z from 'zod/mini';
import type { Result } from '#domain/kernel/result.ts';
import { limits } from '#domain/kernel/limits.ts';
import { tokenOf } from '#domain/kernel/plain-text.ts';
import { Day } from '#domain/passholders/person.ts';
import { MARGIN_KEYS } from '#domain/settings/margin-steps.ts';
import { SettingInput, WithdrawSettingInput } from '#domain/settings-api.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { parseQuery, readJson } from '../request-input.ts';
import {
  changeSetting,
  readMarginReach,
  readSettings,
  withdrawSetting,
  type SettingProblem,
} from './service.ts';

const PlaceQuery = z.object({
  nisCode: z.optional(tokenOf(limits.idMax)),
  organisationId: z.optional(z.uuid()),
});

const ReachQuery = z.object({ key: z.enum(MARGIN_KEYS), from: Day });

export function settingRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/settings', signedIn, async (c) => {
    const { nisCode = null, organisationId = null } = parseQuery(c, PlaceQuery);
    return c.json(unwrap(await readSettings(context, c.get('actor'), { nisCode, organisationId })));
  });
  app.get('/settings/margin-reach', signedIn, async (c) => {
    const { key, from } = parseQuery(c, ReachQuery);
    return c.json(await readMarginReach(context, c.get('actor'), key, from));
  });
  app.post('/settings', signedIn, async (c) => {
    const input = await readJson(c, SettingInput);
    return c.json(unwrap(await changeSetting(context, c.get('actor'), input)), 201);
  });
  app.post('/settings/withdraw', signedIn, async (c) => {
    const input = await readJson(c, WithdrawSettingInput);
    return c.json(unwrap(await withdrawSetting(context, c.get('actor'), input)), 201);
  });
  return app;
}

function unwrap<T>(result: Result<T, SettingProblem>): T {
  if (result.ok) return result.value;
  const { code, ...extra } = result.error;
  if (code === 'not-found') throw new Problem(404, code);
  throw new Problem(code === 'changed-meanwhile' || code === 'setting-withdrawn' ? 409 : 422, code, {
    extra,
  });
}
