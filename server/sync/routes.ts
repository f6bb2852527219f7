// POST /api/sync over HTTP: exact bytes in, exact bytes out, both signed. Gzip is unpacked with a limit, so that a bomb
// costs no more than the largest honest request.
import { Hono } from 'hono';
import type { Context } from '#server/context.ts';
import { Problem } from '#server/errors.ts';
import { readSent, unpackText } from '#server/request-input.ts';
import { SIGNATURE_HEADER } from '#domain/sync/exchange.ts';
import { sync, type PhoneRooms } from './service.ts';
import type { PhoneTurns } from '#server/phone-turns.ts';

/** Until a server that was put back is new again. */
const UPDATE_BACK_S = '60';

export function syncRoutes(context: Context, rooms: PhoneRooms, turns: PhoneTurns): Hono {
  const { db, keys, clock, ids, log, metrics } = context;
  const app = new Hono();
  app.post('/', async (c) => {
    // Before its turn: who sends byte by byte waits alone.
    const sent = await readSent(c.req.raw);
    const result = await turns(async () =>
      sync(
        { db, keys, clock, ids, log, rooms, count: metrics.commands },
        await unpackText(sent),
        c.req.header(SIGNATURE_HEADER) ?? '',
      ),
    );
    if (!result.ok) {
      const { status, code } = result.error;
      throw new Problem(status, code, status === 503 ? { headers: { 'retry-after': UPDATE_BACK_S } } : {});
    }
    const { status, body: text } = result.value;
    return c.body(text, status, {
      'content-type': status === 200 ? 'application/json' : 'application/problem+json',
      [SIGNATURE_HEADER]: result.value.signature,
    });
  });
  return app;
}
