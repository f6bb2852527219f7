import { Hono } from 'hono';
import * as z from 'zod/mini';
import { limits } from '#domain/kernel/limits.ts';
import type { Result } from '#domain/kernel/result.ts';
import {
  EventSourceInput,
  ImportInput,
  ImportPiece,
  OrganiserChoice,
  ROW_SHOWS,
  TakeOver,
} from '#domain/uitdatabank-api.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { parseQuery, pathId, readJson } from '../request-input.ts';
import {
  addPiece,
  chooseOrganiser,
  fetchNext,
  getImport,
  listMadeImports,
  makeImport,
  type ImportRefusal,
} from './service.ts';
import { changeSource, getSource } from './source-service.ts';
import { callOffRow, readShownRows, storeSome, takeOver } from './store-service.ts';

const IMPORT = '/uitdatabank/imports/:id';
const Nothing = z.object({});
const RowsQuery = z.object({
  show: z._default(z.enum(ROW_SHOWS), 'all'),
  after: z._default(z.coerce.number().check(z.int(), z.minimum(-1), z.maximum(limits.importEventsMax)), -1),
});
const RowNumber = z.coerce.number().check(z.int(), z.minimum(0), z.maximum(limits.importEventsMax));

export function uitdatabankRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/uitdatabank/source', signedIn, async (c) => c.json(await getSource(context, c.get('actor'))));
  app.put('/uitdatabank/source', signedIn, async (c) =>
    c.json(unwrap(await changeSource(context, c.get('actor'), await readJson(c, EventSourceInput)))),
  );
  app.get('/uitdatabank/imports', signedIn, async (c) =>
    c.json(await listMadeImports(context, c.get('actor'))),
  );
  app.post('/uitdatabank/imports', signedIn, async (c) =>
    c.json(unwrap(await makeImport(context, c.get('actor'), await readJson(c, ImportInput))), 201),
  );
  app.get(IMPORT, signedIn, async (c) => c.json(unwrap(await getImport(context, c.get('actor'), pathId(c)))));
  app.get(`${IMPORT}/rows`, signedIn, async (c) =>
    c.json(unwrap(await readShownRows(context, c.get('actor'), pathId(c), parseQuery(c, RowsQuery)))),
  );
  app.post(`${IMPORT}/pieces`, signedIn, async (c) =>
    c.json(unwrap(await addPiece(context, c.get('actor'), pathId(c), await readJson(c, ImportPiece)))),
  );
  app.post(`${IMPORT}/fetch`, signedIn, async (c) => {
    await readJson(c, Nothing);
    return c.json(unwrap(await fetchNext(context, c.get('actor'), pathId(c))));
  });
  app.post(`${IMPORT}/organisers`, signedIn, async (c) =>
    c.json(
      unwrap(await chooseOrganiser(context, c.get('actor'), pathId(c), await readJson(c, OrganiserChoice))),
    ),
  );
  app.post(`${IMPORT}/store`, signedIn, async (c) => {
    await readJson(c, Nothing);
    return c.json(unwrap(await storeSome(context, c.get('actor'), pathId(c))));
  });
  app.post(`${IMPORT}/rows/:row/call-off`, signedIn, async (c) => {
    await readJson(c, Nothing);
    const row = z.safeParse(RowNumber, c.req.param('row'));
    if (!row.success) throw new Problem(404, 'not-found');
    return c.json(unwrap(await callOffRow(context, c.get('actor'), pathId(c), row.data)));
  });
  app.post('/activities/:id/take-over', signedIn, async (c) =>
    c.json(unwrap(await takeOver(context, c.get('actor'), pathId(c), await readJson(c, TakeOver)))),
  );
  return app;
}

const STATUS: Partial<Record<ImportRefusal['code'], 404 | 409>> = {
  'not-found': 404,
  'changed-meanwhile': 409,
  'other-act-with-this-id': 409,
};

function unwrap<T>(result: Result<T, ImportRefusal>): T {
  if (result.ok) return result.value;
  const { error } = result;
  if (error.code === 'too-many-requests')
    throw new Problem(429, error.code, { headers: { 'retry-after': String(error.retryAfterS) } });
  throw new Problem(STATUS[error.code] ?? 422, error.code);
}
