import { Hono } from 'hono';
import * as z from 'zod/mini';
import { ActivityInput, CancelOccurrence, type DeskActivity } from '#domain/desk-api.ts';
import { lineOf } from '#domain/kernel/plain-text.ts';
import type { Result } from '#domain/kernel/result.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { parseQuery, pathId, readJson } from '../request-input.ts';
import { ACTIVITY_TIMES, type ActivityTime } from './activity-time.ts';
import {
  cancelOccurrence,
  createActivity,
  editActivity,
  getActivity,
  listActivities,
  listNamedCardSystems,
} from './service.ts';
import type { ActivityRefusal } from './write-activity.ts';

const ListQuery = z.object({
  organisationId: z.optional(z.uuid()),
  nisCode: z.optional(z.string().check(z.regex(/^\d{5}$/))),
  from: z.optional(z.iso.date()),
  until: z.optional(z.iso.date()),
  q: z._default(lineOf(80), ''),
  when: z._default(z.enum(ACTIVITY_TIMES), 'all' satisfies ActivityTime),
  page: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000)), 1),
});

export function activityRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/activities', signedIn, async (c) => {
    const { q: text, from: fromDay, until: untilDay, ...query } = parseQuery(c, ListQuery);
    return c.json(await listActivities(context, c.get('actor'), { ...query, fromDay, untilDay, text }));
  });
  app.get('/activities/:id', signedIn, async (c) =>
    c.json(unwrap(await getActivity(context, c.get('actor'), pathId(c)))),
  );
  app.post('/activities', signedIn, async (c) =>
    c.json(unwrap(await createActivity(context, c.get('actor'), await readJson(c, ActivityInput))), 201),
  );
  app.put('/activities/:id', signedIn, async (c) =>
    c.json(unwrap(await editActivity(context, c.get('actor'), pathId(c), await readJson(c, ActivityInput)))),
  );
  app.post('/activities/:id/occurrences/:occurrenceId/cancel', signedIn, async (c) => {
    const input = await readJson(c, CancelOccurrence);
    const [activityId, occurrenceId] = [pathId(c), pathId(c, 'occurrenceId')];
    return c.json(unwrap(await cancelOccurrence(context, c.get('actor'), activityId, occurrenceId, input)));
  });
  app.get('/card-systems', signedIn, async (c) =>
    c.json(await listNamedCardSystems(context, c.get('actor'))),
  );
  return app;
}

const STATUS = { 'not-found': 404, 'changed-meanwhile': 409, 'occurrence-over': 409 } as const;

function unwrap(result: Result<DeskActivity, ActivityRefusal>): DeskActivity {
  if (result.ok) return result.value;
  const { code, path } = result.error;
  if (code === 'not-found' || code === 'changed-meanwhile' || code === 'occurrence-over')
    throw new Problem(STATUS[code], code);
  throw new Problem(422, 'invalid', { extra: { fields: path === undefined ? [] : [{ path, code }] } });
}
