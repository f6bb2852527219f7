import { Hono } from 'hono';
import * as z from 'zod/mini';
import { CheckVoucherInput, CloseInput, CorrectInput, MoveInput, VoucherInput } from '#domain/cash-api.ts';
import type { Result } from '#domain/kernel/result.ts';
import { requireSession, type DeskEnv } from '../auth/session.ts';
import type { SignIn } from '../auth/sign-in.ts';
import { Day } from '#domain/passholders/person.ts';
import type { Context } from '../context.ts';
import { Problem } from '../errors.ts';
import { parseQuery, pathId, readJson } from '../request-input.ts';
import { readJournal } from './journal.ts';
import {
  checkVoucherCode,
  makeVoucher,
  readReceipt,
  readVouchers,
  stopVoucher,
  type CashRefusal,
} from './service.ts';
import { closeDay, correctPayment, moveChange, type TillRefusal } from './till-service.ts';

const Empty = z.object({});
const DayQuery = z.object({ day: z.optional(Day) });

export function cashRoutes(context: Context, signIn: SignIn): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();
  const signedIn = requireSession(context, signIn);

  app.get('/cash/entries/:id', signedIn, async (c) =>
    c.json(unwrap(await readReceipt(context, c.get('actor'), pathId(c)))),
  );
  app.post('/cash/entries/:id/correct', signedIn, async (c) => {
    const input = await readJson(c, CorrectInput);
    return c.json(unwrap(await correctPayment(context, c.get('actor'), pathId(c), input)), 201);
  });
  app.get('/tills/:id', signedIn, async (c) => {
    const { day } = parseQuery(c, DayQuery);
    return c.json(unwrap(await readJournal(context, c.get('actor'), pathId(c), day)));
  });
  app.post('/tills/:id/close', signedIn, async (c) => {
    const input = await readJson(c, CloseInput);
    return c.json(unwrap(await closeDay(context, c.get('actor'), pathId(c), input)), 201);
  });
  app.post('/tills/:id/change', signedIn, async (c) => {
    const input = await readJson(c, MoveInput);
    return c.json(unwrap(await moveChange(context, c.get('actor'), pathId(c), input)), 201);
  });
  app.get('/vouchers', signedIn, async (c) => c.json(await readVouchers(context, c.get('actor'))));
  // A code is worth money: in the body, never in an address.
  app.post('/vouchers/check', signedIn, async (c) => {
    const input = await readJson(c, CheckVoucherInput);
    return c.json(unwrap(await checkVoucherCode(context, c.get('actor'), input)));
  });
  app.post('/vouchers', signedIn, async (c) => {
    const input = await readJson(c, VoucherInput);
    return c.json(unwrap(await makeVoucher(context, c.get('actor'), input)), 201);
  });
  app.post('/vouchers/:id/end', signedIn, async (c) => {
    await readJson(c, Empty);
    return c.json(unwrap(await stopVoucher(context, c.get('actor'), pathId(c))));
  });
  return app;
}

function unwrap<T>(result: Result<T, CashRefusal | TillRefusal>): T {
  if (result.ok) return result.value;
  const { code, ...extra } = result.error;
  if (result.error.code === 'too-many-requests')
    throw new Problem(429, code, { headers: { 'retry-after': String(result.error.retryAfterS) } });
  if (code === 'not-found') throw new Problem(404, code);
  throw new Problem(CONFLICTS.includes(code) ? 409 : 422, code, { extra });
}

/** Somebody else was first. */
const CONFLICTS: readonly string[] = [
  'voucher-code-taken',
  'voucher-ended-already',
  'closed-already',
  'corrected-already',
  'till-changed',
  'other-act-with-this-id',
];
