import { Hono } from 'hono';
import { BulkActInput, BulkInput, ExportQuestion, RowsQuestion } from '#domain/bulk-api.ts';
import type { Result } from '#domain/kernel/result.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { pathId, readJson } from '../request-input.ts';
import { readExport } from './export.ts';
import {
  actOnList,
  getList,
  listOwnLists,
  makeList,
  readListRows,
  type BulkContext,
  type BulkProblem,
} from './service.ts';

export function bulkRoutes(context: Context & BulkContext, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/bulk/lists', signedIn, async (c) => c.json(await listOwnLists(context, c.get('actor'))));
  app.post('/bulk/lists', signedIn, async (c) => {
    const input = await readJson(c, BulkInput);
    return c.json(unwrap(await makeList(context, c.get('actor'), input)), 201);
  });
  app.get('/bulk/lists/:id', signedIn, async (c) =>
    c.json(unwrap(await getList(context, c.get('actor'), pathId(c)))),
  );
  app.post('/bulk/lists/:id/act', signedIn, async (c) => {
    const { act } = await readJson(c, BulkActInput);
    return c.json(unwrap(await actOnList(context, c.get('actor'), pathId(c), act)));
  });
  // Asked with a body, as everything that names people.
  app.post('/bulk/lists/:id/rows', signedIn, async (c) => {
    const question = await readJson(c, RowsQuestion);
    return c.json(unwrap(await readListRows(context, c.get('actor'), pathId(c), question)));
  });
  app.post('/bulk/lists/:id/people', signedIn, async (c) => {
    const question = await readJson(c, ExportQuestion);
    return c.json(unwrap(await readExport(context, c.get('actor'), pathId(c), question)));
  });
  return app;
}

function unwrap<T>(result: Result<T, BulkProblem>): T {
  if (result.ok) return result.value;
  const { code, ...extra } = result.error;
  if (result.error.code === 'too-many-requests')
    throw new Problem(429, code, { headers: { 'retry-after': String(result.error.retryAfterS) } });
  if (code === 'not-found') throw new Problem(404, code);
  const isConflict =
    code === 'other-act-with-this-id' || code === 'list-is-over' || code === 'list-has-begun';
  throw new Problem(isConflict ? 409 : 422, code, { extra });
}
