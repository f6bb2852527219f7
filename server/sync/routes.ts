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
import { makeTurnstile } from './turnstile.ts';

const unpack = promisify(gunzip);

/** Of ten connections to the database; a phone gives up after twenty seconds. */
const TURNS = { atOnce: 5, waitingMax: 100, waitMs: 8_000 };
const COME_BACK_S = 3;

export function syncRoutes(context: Context, rooms: PhoneRooms): Hono {
  const { db, keys, clock, ids, log } = context;
  const app = new Hono();
  const turnstile = makeTurnstile(TURNS);
  app.post('/', async (c) => {
    // Before the turnstile: who sends byte by byte waits alone.
    const sent = await readSent(c.req.raw);
    const turn = await turnstile.pass(async () =>
      sync(
        { db, keys, clock, ids, log, rooms },
        await unpackText(sent),
        c.req.header(SIGNATURE_HEADER) ?? '',
      ),
    );
    if (!turn) throw new Problem(503, 'busy', { headers: { 'retry-after': String(COME_BACK_S) } });
    const result = turn.value;
    if (!result.ok) throw new Problem(result.error.status, result.error.code);
    const { status, body: text } = result.value;
    return c.body(text, status, {
      'content-type': status === 200 ? 'application/json' : 'application/problem+json',
      [SIGNATURE_HEADER]: result.value.signature,
    });
  });
  return app;
}

type Sent = { readonly bytes: Buffer; readonly gzip: boolean };

async function readSent(request: Request): Promise<Sent> {
  requireJsonType(request.headers.get('content-type') ?? undefined);
  const bytes = Buffer.from(await wholeBody(request.arrayBuffer()));
  return { bytes, gzip: request.headers.get('content-encoding') === 'gzip' };
}

/** The text as the phone signed it. */
async function unpackText({ bytes, gzip }: Sent): Promise<string> {
  if (!gzip) return bytes.toString('utf8');
  try {
    return (await unpack(bytes, { maxOutputLength: limits.bodyBytesMax })).toString('utf8');
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    throw new Problem(tooLarge ? 413 : 400, tooLarge ? 'too-large' : 'malformed');
  }
}
