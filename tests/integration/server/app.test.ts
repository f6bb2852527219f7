// What every answer carries and what no request may do, whatever room it goes to.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '#domain/kernel/limits.ts';
import { readAppFiles } from '#server/app-files.ts';
import { createApp } from '#server/app.ts';
import type { TestServer } from '#tests/_support/test-context.ts';
import { APP_URL, openTestContext } from '#tests/_support/test-context.ts';

const PAGE =
  '<!doctype html><script>start()</script><script type="module" src="/_app/immutable/a.js"></script>';
const SCRIPT = 'export const answer = 42;'.repeat(100);

let server: TestServer;
let folder: string;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  server = await openTestContext(Date.UTC(2026, 10, 20));
  folder = await mkdtemp(join(tmpdir(), 'streekbalie-app-'));
  await write('200.html', PAGE);
  await write('_app/immutable/a.js', SCRIPT);
  await write('_app/immutable/a.js.br', brotliCompressSync(SCRIPT));
  await write('_app/immutable/a.js.gz', gzipSync(SCRIPT));
  await write('manifest.webmanifest', '{"name":"Streekbalie"}');
  app = createApp(server.context, await readAppFiles(folder));
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, content: string | Uint8Array): Promise<void> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

describe('health', () => {
  test('the process, and the database with its schema', async () => {
    expect((await app.request('/healthz')).status).toBe(200);
    expect(await (await app.request('/readyz')).json()).toEqual({ ready: true });
  });

  test('a database that is away: healthy, not ready, and 503 with a reason to try again', async () => {
    const away = await openTestContext(Date.UTC(2026, 10, 20));
    const cut = createApp({ ...away.context, stopping: new AbortController().signal });
    await away.close();
    expect((await cut.request('/healthz')).status).toBe(200);
    const ready = await cut.request('/readyz');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ ready: false, reason: 'database-away' });
  });
});

describe('headers', () => {
  test.each(['/', '/api/nothing', '/healthz', '/_app/immutable/a.js'])('of %s', async (path) => {
    const { headers } = await app.request(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-[\w+/=]+';/);
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).not.toContain("'unsafe-eval'");
    expect(policy).toContain(
      "require-trusted-types-for 'script'; trusted-types svelte-trusted-html streekbalie",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toMatch(/max-age=63072000; includeSubDomains/);
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('x-powered-by')).toBe(null);
  });

  test('answers of the API are kept by nobody', async () => {
    expect((await app.request('/api/nothing')).headers.get('cache-control')).toBe('no-store');
  });
});

describe('problems', () => {
  test('are problem+json, also for an unknown door', async () => {
    const answer = await app.request('/api/nothing');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ code: 'not-found', status: 404 });
  });

  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a frame without origin', { origin: 'null' }],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
  ])('a change started by %s is refused', async (_, headers) => {
    const answer = await app.request('/api/sync', { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'foreign-origin' });
  });

  test.each(['cross-site', 'same-site'])('data is not given to a page that is %s', async (site) => {
    const answer = await app.request('/api/public', { headers: { 'sec-fetch-site': site } });
    expect(answer.status).toBe(403);
  });

  test.each(['same-origin', 'none'])(
    'a page of ours, or a person who types the address (%s)',
    async (site) => {
      expect((await app.request('/api/public', { headers: { 'sec-fetch-site': site } })).status).not.toBe(
        403,
      );
    },
  );

  test('a change from our own address passes that door', async () => {
    const answer = await app.request('/api/nothing', {
      method: 'POST',
      headers: { origin: APP_URL },
      body: '{}',
    });
    expect(answer.status).toBe(404);
  });

  test('a body beyond the limit is refused, announced or not', async () => {
    const body = 'x'.repeat(limits.bodyBytesMax + 1);
    const announced = await app.request('/api/sync', {
      method: 'POST',
      body,
      headers: { 'content-length': String(body.length) },
    });
    expect(announced.status).toBe(413);
    const streamed = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(body));
        controller.close();
      },
    });
    const init = {
      method: 'POST',
      body: streamed,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    };
    expect((await app.request(new Request('http://localhost/api/sync', init as RequestInit))).status).toBe(
      413,
    );
  });
});

describe('files of the app', () => {
  test('a hashed file is kept for ever and comes compressed', async () => {
    const answer = await app.request('/_app/immutable/a.js', { headers: { 'accept-encoding': 'gzip, br' } });
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-encoding')).toBe('br');
    expect(answer.headers.get('vary')).toBe('Accept-Encoding');
    expect(brotliDecompressSync(await answer.arrayBuffer()).toString()).toBe(SCRIPT);
  });

  test('who takes no compression gets none', async () => {
    const answer = await app.request('/_app/immutable/a.js', { headers: { 'accept-encoding': 'br;q=0' } });
    expect(answer.headers.get('content-encoding')).toBe(null);
    expect(await answer.text()).toBe(SCRIPT);
  });

  test('the page is asked for each time and answered with 304 while it is the same', async () => {
    const first = await app.request('/');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const etag = first.headers.get('etag') ?? '';
    const again = await app.request('/', { headers: { 'if-none-match': `W/${etag}` } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  });

  test.each(['/', '/scan', '/balie/kaarten'])('%s is the app itself', async (path) => {
    const answer = await app.request(path);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe(PAGE);
  });

  test.each(['/_app/immutable/of-last-month.js', '/favicon.ico', '/api/balie', '/../package.json'])(
    '%s is never answered with the page',
    async (path) => {
      expect((await app.request(path)).status).toBe(404);
    },
  );

  test('only reading', async () => {
    expect((await app.request('/', { method: 'POST' })).status).toBe(404);
    const head = await app.request('/', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
  });
});
