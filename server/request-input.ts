// The door for what a request brings: only application/json, only what the schema names, and every fault says which field.
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Context as RequestContext } from 'hono';
import * as z from 'zod/mini';
import { limits } from '#domain/kernel/limits.ts';
import { parseBoundedJson } from './bounded-json.ts';
import { Problem } from './errors.ts';
import { codeOf } from './operator-error.ts';

const FIELDS_MAX = 20;
const unpack = promisify(gunzip);

export async function readJson<T>(c: RequestContext, schema: z.ZodMiniType<T>): Promise<T> {
  return parseJson(await readJsonText(c), schema);
}

/** The exact text, for bodies that are signed. */
export async function readJsonText(c: RequestContext): Promise<string> {
  requireJsonType(c.req.header('content-type'));
  return wholeBody(c.req.text());
}

type Sent = { readonly bytes: Buffer; readonly gzip: boolean };

/** What a phone sent, perhaps packed. */
export async function readSent(request: Request): Promise<Sent> {
  requireJsonType(request.headers.get('content-type') ?? undefined);
  const bytes = Buffer.from(await wholeBody(request.arrayBuffer()));
  return { bytes, gzip: request.headers.get('content-encoding') === 'gzip' };
}

/** The text as the phone signed it. */
export async function unpackText({ bytes, gzip }: Sent): Promise<string> {
  if (!gzip) return bytes.toString('utf8');
  try {
    return (await unpack(bytes, { maxOutputLength: limits.bodyBytesMax })).toString('utf8');
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    throw new Problem(tooLarge ? 413 : 400, tooLarge ? 'too-large' : 'malformed');
  }
}

/** A sender that goes away in the middle breaks the connection as a lost database does: here one knows which it was. */
export async function wholeBody<T>(body: Promise<T>): Promise<T> {
  try {
    return await body;
  } catch (error) {
    throw codeOf(error) === 'ECONNRESET' ? new Problem(400, 'cut-off') : error;
  }
}

/** A form of another site can send every other type without asking (CSRF). */
export function requireJsonType(contentType: string | undefined): void {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new Problem(415, 'wrong-content-type');
}

export function parseJson<T>(text: string, schema: z.ZodMiniType<T>): T {
  let json: unknown;
  try {
    json = parseBoundedJson(text);
  } catch {
    throw new Problem(400, 'malformed');
  }
  return parseValue(json, schema);
}

function parseValue<T>(value: unknown, schema: z.ZodMiniType<T>): T {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), code: issue.code }));
  throw new Problem(422, 'invalid', { extra: { fields: fields.slice(0, FIELDS_MAX) } });
}

/** An id in the path; anything else is no address of ours. */
export function pathId(c: RequestContext, name = 'id'): string {
  const id = z.safeParse(z.uuid(), c.req.param(name));
  if (!id.success) throw new Problem(404, 'not-found');
  return id.data;
}

export function parseQuery<T>(c: RequestContext, schema: z.ZodMiniType<T>): T {
  return parseValue(c.req.query(), schema);
}
