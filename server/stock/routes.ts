import { Hono } from 'hono';
import * as z from 'zod/mini';
import type { Result } from '#domain/kernel/result.ts';
import { CountInput, DeliveryInput, ReceiveInput, TransferInput, WriteOffInput } from '#domain/stock-api.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { parseQuery, pathId, readJson } from '../request-input.ts';
import { countCards } from './count-service.ts';
import { readStock } from './overview.ts';
import {
  checkDelivery,
  receiveCards,
  sendCards,
  takeDelivery,
  withdrawCards,
  writeOffCards,
  type StockProblem,
} from './service.ts';

const Empty = z.object({});
const OverviewQuery = z.object({ organisationId: z.optional(z.uuid()) });

export function stockRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/stock', signedIn, async (c) => {
    const { organisationId } = parseQuery(c, OverviewQuery);
    return c.json(await readStock(context, c.get('actor'), organisationId));
  });
  app.post('/stock/deliveries/check', signedIn, async (c) => {
    const input = await readJson(c, DeliveryInput);
    return c.json(unwrap(await checkDelivery(context, c.get('actor'), input)));
  });
  app.post('/stock/deliveries', signedIn, async (c) => {
    const input = await readJson(c, DeliveryInput);
    return c.json(unwrap(await takeDelivery(context, c.get('actor'), input)), 201);
  });
  app.post('/stock/transfers', signedIn, async (c) => {
    const input = await readJson(c, TransferInput);
    return c.json(unwrap(await sendCards(context, c.get('actor'), input)), 201);
  });
  app.post('/stock/transfers/:id/receive', signedIn, async (c) => {
    const { missing } = await readJson(c, ReceiveInput);
    return c.json(unwrap(await receiveCards(context, c.get('actor'), pathId(c), missing)));
  });
  app.post('/stock/transfers/:id/withdraw', signedIn, async (c) => {
    await readJson(c, Empty);
    return c.json(unwrap(await withdrawCards(context, c.get('actor'), pathId(c))));
  });
  app.post('/stock/write-offs', signedIn, async (c) => {
    const input = await readJson(c, WriteOffInput);
    return c.json(unwrap(await writeOffCards(context, c.get('actor'), input)));
  });
  app.post('/stock/counts', signedIn, async (c) => {
    const input = await readJson(c, CountInput);
    return c.json(unwrap(await countCards(context, c.get('actor'), input)), 201);
  });
  return app;
}

function unwrap<T>(result: Result<T, StockProblem>): T {
  if (result.ok) return result.value;
  const { code, ...extra } = result.error;
  if (code === 'not-found') throw new Problem(404, code);
  const isConflict = ['other-act-with-this-id', 'closed-already', 'stock-changed'].includes(code);
  throw new Problem(isConflict ? 409 : 422, code, { extra });
}
