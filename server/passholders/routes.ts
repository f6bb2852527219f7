import { Hono } from 'hono';
import * as z from 'zod/mini';
import { ListQuestion } from '#domain/bulk-api.ts';
import {
  ActInput,
  ArrivalInput,
  CheckCardInput,
  DuplicateInput,
  InszCheckInput,
  InszInput,
  MergeInput,
  MergePreviewInput,
  PictureInput,
  RegisterInput,
  SearchInput,
} from '#domain/passholder-api.ts';
import type { Result } from '#domain/kernel/result.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { pathId, readJson } from '../request-input.ts';
import { lookAtArrival } from './arrival-service.ts';
import { copyPassholder } from './copy-service.ts';
import { checkCard, readCounter, type CounterRefusal } from './counter-service.ts';
import { askOtherDesk, findDuplicates, type DuplicateRefusal } from './duplicate-service.ts';
import { checkInsz, writeInsz, type InszRefusal } from './insz-service.ts';
import { listChoices, readListPage, readListSheet, type ListRefusal } from './kansenstatuut-service.ts';
import { mergePassholders, previewMerge, type MergeAccounts, type MergeProblem } from './merge-service.ts';
import { setPicture, type PictureRefusal } from './picture-service.ts';
import {
  actOnPassholder,
  readPassholderFile,
  registerPassholder,
  type ActRefusal,
  type ReadRefusal,
} from './service.ts';
import { createPassholderSearch, listOwnPlaces, type SearchRefusal } from './search-service.ts';

const Empty = z.object({});

export function passholderRoutes(
  context: Context & { readonly mergeAccounts: MergeAccounts },
  signIn: SignIn,
): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);
  const search = createPassholderSearch(context);

  app.post('/passholders/register', signedIn, async (c) => {
    const input = await readJson(c, RegisterInput);
    return c.json(unwrap(await registerPassholder(context, c.get('actor'), input)), 201);
  });
  app.get('/organisations/:id/counter', signedIn, async (c) =>
    c.json(unwrap(await readCounter(context, c.get('actor'), pathId(c)))),
  );
  app.post('/passholders/check-card', signedIn, async (c) => {
    const input = await readJson(c, CheckCardInput);
    return c.json(unwrap(await checkCard(context, c.get('actor'), input)));
  });
  app.post('/passholders/arrivals', signedIn, async (c) => {
    const input = await readJson(c, ArrivalInput);
    return c.json(unwrap(await lookAtArrival(context, c.get('actor'), input)));
  });
  // A name is in the body: an address ends up in logs and histories.
  app.post('/passholders/search', signedIn, async (c) => {
    const input = await readJson(c, SearchInput);
    return c.json(unwrap(await search(c.get('actor'), input)));
  });
  app.post('/passholders/duplicates', signedIn, async (c) => {
    const input = await readJson(c, DuplicateInput);
    return c.json(unwrap(await findDuplicates(context, c.get('actor'), input)));
  });
  app.post('/passholders/duplicates/ask', signedIn, async (c) => {
    const input = await readJson(c, DuplicateInput);
    return c.json(unwrap(await askOtherDesk(context, c.get('actor'), input)));
  });
  app.get('/passholders/places', signedIn, async (c) => c.json(await listOwnPlaces(context, c.get('actor'))));
  app.get('/passholders/:id', signedIn, async (c) =>
    c.json(unwrap(await readPassholderFile(context, c.get('actor'), pathId(c)))),
  );
  app.post('/passholders/:id/copy', signedIn, async (c) => {
    await readJson(c, Empty);
    return c.json(unwrap(await copyPassholder(context, c.get('actor'), pathId(c))));
  });
  app.post('/passholders/:id/merge/preview', signedIn, async (c) => {
    const input = await readJson(c, MergePreviewInput);
    return c.json(unwrap(await previewMerge(context, c.get('actor'), pathId(c), input)));
  });
  app.post('/passholders/:id/merge', signedIn, async (c) => {
    const input = await readJson(c, MergeInput);
    return c.json(unwrap(await mergePassholders(context, c.get('actor'), pathId(c), input)));
  });
  app.post('/passholders/:id/insz', signedIn, async (c) => {
    const input = await readJson(c, InszInput);
    return c.json(unwrap(await writeInsz(context, c.get('actor'), pathId(c), input)));
  });
  app.post('/passholders/:id/insz/check', signedIn, async (c) => {
    const input = await readJson(c, InszCheckInput);
    return c.json(unwrap(await checkInsz(context, c.get('actor'), pathId(c), input)));
  });
  app.put('/passholders/:id/picture', signedIn, async (c) => {
    const input = await readJson(c, PictureInput);
    return c.json(unwrap(await setPicture(context, c.get('actor'), pathId(c), input)));
  });
  app.post('/passholders/:id/acts', signedIn, async (c) => {
    const input = await readJson(c, ActInput);
    return c.json(unwrap(await actOnPassholder(context, c.get('actor'), pathId(c), input)));
  });
  app.get('/kansenstatuut/choices', signedIn, async (c) =>
    c.json(await listChoices(context, c.get('actor'))),
  );
  app.post('/kansenstatuut/list', signedIn, async (c) => {
    const question = await readJson(c, ListQuestion);
    return c.json(unwrap(await readListPage(context, c.get('actor'), question)));
  });
  app.post('/kansenstatuut/sheet', signedIn, async (c) => {
    const question = await readJson(c, ListQuestion);
    return c.json(unwrap(await readListSheet(context, c.get('actor'), question)));
  });
  return app;
}

function unwrap<T>(
  result: Result<
    T,
    | ActRefusal
    | ReadRefusal
    | CounterRefusal
    | SearchRefusal
    | ListRefusal
    | DuplicateRefusal
    | InszRefusal
    | MergeProblem
    | PictureRefusal
  >,
): T {
  if (result.ok) return result.value;
  const { code, ...extra } = result.error;
  if (result.error.code === 'too-many-requests')
    throw new Problem(429, code, { headers: { 'retry-after': String(result.error.retryAfterS) } });
  switch (code) {
    case 'not-found':
      throw new Problem(404, code);
    case 'search-too-slow':
      throw new Problem(503, code);
    case 'changed-meanwhile':
    case 'other-act-with-this-id':
      throw new Problem(409, code, { extra });
    default:
      throw new Problem(422, code, { extra });
  }
}
