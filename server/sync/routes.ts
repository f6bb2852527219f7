// POST /api/sync over HTTP: exact bytes in, exact bytes out, both signed. Gzip is unpacked with a limit, so that a bomb
// costs no more than the largest honest request.
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Hono } from 'hono';
import type { Context } from '#server/context.ts';
import { Problem } from '#server/errors.ts';
import { requireJsonType, wholeBody } from '#server/request-input.ts';
import { limits } from '#domain/kernel/limits.ts';
import { SIGNATURE_HEADER } from '#domain/sync/exchange.ts';
import { sync, type PhoneRooms } from './service.ts';

const unpack = promisify(gunzip);

export function syncRoutes(context: Context, rooms: PhoneRooms): Hono {
  const { db, keys, clock, ids, log } = context;
  const app = new Hono();
  app.post('/', async (c) => {
    const body = await readBody(c.req.raw);
    const result = await sync(
      { db, keys, clock, ids, log, rooms },
      body,
      c.req.header(SIGNATURE_HEADER) ?? '',
    );
    if (!result.ok) throw new Problem(result.error.status, result.error.code);
    const { status, body: text } = result.value;
    return c.body(text, status, {
      'content-type': status === 200 ? 'application/json' : 'application/problem+json',
      'cache-control': 'no-store',
      [SIGNATURE_HEADER]: result.value.signature,
    });
  });
  return app;
}

/** The text as the phone signed it. */
async function readBody(request: Request): Promise<string> {
  requireJsonType(request.headers.get('content-type') ?? undefined);
  const sent = Buffer.from(await wholeBody(request.arrayBuffer()));
  if (request.headers.get('content-encoding') !== 'gzip') return sent.toString('utf8');
  try {
    return (await unpack(sent, { maxOutputLength: limits.bodyBytesMax })).toString('utf8');
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    throw new Problem(tooLarge ? 413 : 400, tooLarge ? 'too-large' : 'malformed');
  }
}
