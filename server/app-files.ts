import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Context as RequestContext } from 'hono';
import { ENCODINGS, chooseEncoding, type Encoding } from './content-encoding.ts';
import { bodyOf } from './large-body.ts';

// The built app, held in memory (about 3 MB): each file with its ETag and the compressed forms the build made.

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
const FALLBACK = '/200.html';
/** Files below carry a hash of their content in their name. */
const IMMUTABLE_FOLDER = '/_app/immutable/';

type Bytes = Uint8Array<ArrayBuffer>;

function isText(path: string): boolean {
  return /charset|svg/.test(TYPES[extname(path)] ?? '');
}

interface AppFile {
  bodies: Readonly<Record<Encoding, Bytes | undefined>> & { identity: Bytes };
  hash: string;
  type: string;
  cacheControl: string;
}

export interface AppFiles {
  byPath: ReadonlyMap<string, AppFile>;
  /** For the content security policy: hashes of the scripts that stand in the page itself. */
  inlineScriptHashes: readonly string[];
}

export async function readAppFiles(folder: string): Promise<AppFiles> {
  const contents = new Map<string, Bytes>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    contents.set(`/${relative(folder, file).split(sep).join('/')}`, new Uint8Array(await readFile(file)));
  }
  const byPath = new Map<string, AppFile>();
  for (const [path, body] of contents) {
    if (/\.(br|gz)$/.test(path)) continue;
    byPath.set(path, {
      bodies: {
        identity: body,
        // The build leaves out the manifest.
        br: contents.get(`${path}.br`) ?? (isText(path) ? brotliCompressSync(body) : undefined),
        gzip: contents.get(`${path}.gz`) ?? (isText(path) ? gzipSync(body) : undefined),
      },
      hash: createHash('sha256').update(body).digest('base64url').slice(0, 22),
      type: TYPES[extname(path)] ?? 'application/octet-stream',
      // Everything without a hash in its name is asked for again, and answered with 304.
      cacheControl: path.startsWith(IMMUTABLE_FOLDER) ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
  }
  return { byPath, inlineScriptHashes: hashInlineScripts(byPath.get(FALLBACK)?.bodies.identity) };
}

/** The file of a path, or the app itself for a page that the browser routes; undefined: not ours. */
export function answerAppFile(files: AppFiles, c: RequestContext): Response | undefined {
  const path = c.req.path;
  const file = files.byPath.get(path) ?? (isPage(c) ? files.byPath.get(FALLBACK) : undefined);
  if (!file) return undefined;
  const encoding = chooseEncoding(
    c.req.header('accept-encoding'),
    ENCODINGS.filter((name) => file.bodies[name]),
  );
  const body = file.bodies[encoding] ?? file.bodies.identity;
  const compressed = encoding !== 'identity';
  const etag = `"${file.hash}${compressed ? `-${encoding}` : ''}"`;
  const headers: Record<string, string> = {
    'content-type': file.type,
    'cache-control': file.cacheControl,
    vary: 'Accept-Encoding',
    etag,
  };
  if (matches(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
  if (compressed) headers['content-encoding'] = encoding;
  headers['content-length'] = String(body.byteLength);
  return c.body(c.req.method === 'HEAD' ? '' : bodyOf(body), 200, headers);
}

/** A path with an extension is a file that is missing: an old chunk must give 404 and never the page. */
function isPage(c: RequestContext): boolean {
  return extname(c.req.path) === '' && !c.req.path.startsWith('/_app/');
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  // A proxy that compresses may mark our tag as weak.
  return ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) ?? false;
}

function hashInlineScripts(page: Bytes | undefined): string[] {
  const html = Buffer.from(page ?? []).toString('utf8');
  return [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
}
