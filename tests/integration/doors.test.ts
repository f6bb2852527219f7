// Every door of the server in the same way: the routes come from the app itself, so a new one is tried without being
// named here. What they answer to whom is in permissions.test.ts.
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '#server/app.ts';
import { EnrolLink } from '#domain/desk-api.ts';
import { must } from '#domain/kernel/assert.ts';
import { SyncResponse } from '#domain/sync/exchange.ts';
import { DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { PASSWORD, emailOf } from '#tests/_support/staffed-region.ts';
import { APP_URL } from '#tests/_support/test-context.ts';

let server: DeskWorld;
/** What the doors with a name in them lead to: things that are there. */
let existing: readonly { readonly door: string; readonly id: string; readonly token?: string }[];
let app: ReturnType<typeof createApp>;
let admin: DeskClient;
let routes: { method: string; path: string }[];

beforeAll(async () => {
  server = await openDeskWorld();
  app = createApp(server.context);
  existing = await makeThings();
  routes = app.routes
    .filter(({ method, path }) => method !== 'ALL' && (path.startsWith('/api') || path.endsWith('z')))
    .map(({ method, path }) => ({
      method,
      path:
        path.replace(/:\w+/g, thingBehind(path)?.id ?? crypto.randomUUID()) +
        (QUERIES[`${method} ${path}`] ?? ''),
    }));
  expect(routes.length).toBeGreaterThan(50);
});
afterAll(() => server.close());
const thingBehind = (path: string): (typeof existing)[number] | undefined =>
  existing.find(({ door }) => path.startsWith(door));
/** What a door wants to know before it answers. */
const QUERIES: Readonly<Record<string, string>> = {
  'GET /api/devices/:id/quarantine': '?reason=device-revoked',
};

async function makeThings(): Promise<typeof existing> {
  const { activityId } = await server.activity();
  const { passholderId } = await server.card();
  const phone = await server.phone([activityId]);
  const { changes, token } = SyncResponse.parse(await server.sync(phone));
  const organisationId = server.staffed.organisations.bib.organisationId;
  const made = await server.bib.post('/api/enrol-links', { organisationId, activityIds: [activityId] });
  await server.bib.post(`/api/activities/${activityId}/poster`, {});
  const importId = crypto.randomUUID();
  await server.bib.post('/api/uitdatabank/imports', {
    ...{ importId, organisationId, source: { kind: 'file', name: 'proef.json', total: 1 } },
  });
  return [
    { door: '/api/activities/', id: activityId },
    { door: '/api/devices/', id: phone.id },
    { door: '/api/enrol-links/', id: EnrolLink.parse(made.body).linkId },
    { door: '/api/passholders/', id: passholderId },
    { door: '/api/uitdatabank/imports/', id: importId },
    { door: '/api/roster/', id: must(changes.roster, 'a roster').id, token: must(token, 'a token').value },
  ];
}

beforeEach(async () => {
  admin = await new DeskClient(app).signIn(emailOf('admin'), PASSWORD);
});

/** It ends the session that knocks at the others. */
const SIGN_OUT = '/api/auth/sign-out';
const cookies = (): string => [...admin.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
const changing = (): typeof routes => routes.filter(({ method }) => method !== 'GET');

async function knock(
  { method, path }: { method: string; path: string },
  headers: Record<string, string> = {},
  body?: string,
): Promise<Response> {
  const token = thingBehind(path)?.token;
  const answer = await app.request(`${APP_URL}${path}`, {
    method,
    headers: {
      cookie: cookies(),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) await answer.body?.cancel();
  return answer;
}

/** A mark for each table; sessions are renewed by use and attempts are counted. */
async function contents(): Promise<Record<string, string>> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables
    where schemaname = 'public' and tablename not in ('attempt', 'auth_session')
  `.execute(server.context.db);
  const marks: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await sql<{ mark: string }>`
      select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as mark from ${sql.table(name)} t
    `.execute(server.context.db);
    marks[name] = rows[0]?.mark ?? '';
  }
  return marks;
}

it('reading changes nothing, whatever is read', async () => {
  const before = await contents();
  for (const method of ['GET', 'HEAD', 'OPTIONS'])
    for (const { path } of routes.filter((route) => !isNoted(route))) await knock({ method, path });
  expect(await contents()).toEqual(before);
});

/** Who reads what of a person, and who reads that, stands in the audit and there alone. */
const isNoted = ({ path }: { path: string }): boolean =>
  path === '/api/audit' || /^\/api\/passholders\/[\w-]{36}$/.test(path);

it('reading the file of a pass holder, or the log, leaves a mark in the audit, and nothing else', async () => {
  const before = await contents();
  for (const { path } of routes.filter((route) => route.method === 'GET' && isNoted(route)))
    expect((await knock({ method: 'GET', path })).status).toBe(200);
  const after = await contents();
  expect(after['audit_entry']).not.toBe(before['audit_entry']);
  expect({ ...after, audit_entry: '' }).toEqual({ ...before, audit_entry: '' });
});

it('what is read there exists: an answer about nothing would change nothing either', async () => {
  for (const { door } of existing) {
    const inside = routes.filter(({ method, path }) => method === 'GET' && path.startsWith(door));
    expect([door, inside.length > 0]).toEqual([door, true]);
    for (const route of inside) expect([route.path, (await knock(route)).status]).toEqual([route.path, 200]);
  }
});

it('every answer forbids to be kept, framed, guessed at or shown to another site', async () => {
  const last = (path: string): number => (path === SIGN_OUT ? 1 : 0);
  for (const route of routes.toSorted((a, b) => last(a.path) - last(b.path))) {
    const { headers } = await knock(
      route,
      { origin: APP_URL, 'content-type': 'application/json' },
      bodyOf(route),
    );
    const said = { route, ...Object.fromEntries(headers) };
    expect(said).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
    });
    expect(headers.get('cache-control')).toMatch(/no-store/);
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of ["frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"])
      expect(policy).toContain(part);
    for (const name of ['access-control-allow-origin', 'x-powered-by', 'server'])
      expect(headers.get(name)).toBeNull();
  }
});

it('signing out clears what the browser kept of the pages, and nothing of the phone', async () => {
  const answer = await knock({ method: 'POST', path: SIGN_OUT }, { origin: APP_URL });
  expect(answer.headers.get('clear-site-data')).toBe('"cache"');
});

const bodyOf = ({ method }: { method: string }): string | undefined => (method === 'GET' ? undefined : '{}');

describe('another site', () => {
  it('starts no change by a form, by an image or by a script', async () => {
    const before = await contents();
    for (const route of changing()) {
      const answer = await knock(
        route,
        { origin: 'https://evil.example', 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' },
        '{}',
      );
      expect([route, answer.status]).toEqual([route, 403]);
    }
    expect(await contents()).toEqual(before);
  });

  it('gets no permission to ask (CORS), and is not told which methods there are', async () => {
    for (const { path } of routes) {
      const answer = await app.request(`${APP_URL}${path}`, {
        method: 'OPTIONS',
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      });
      expect(answer.status).toBeGreaterThanOrEqual(403);
      for (const name of answer.headers.keys()) expect(name).not.toMatch(/^access-control|^allow$/);
    }
  });

  it('reads nothing with the cookies of somebody here', async () => {
    for (const route of routes.filter(({ method, path }) => method === 'GET' && path.startsWith('/api')))
      expect((await knock(route, { 'sec-fetch-site': 'same-site' })).status).toBe(403);
  });
});

it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
  'a change that comes as "%s" is refused: a form needs no permission to send it',
  async (type) => {
    // Signing out takes nothing, so there is nothing to read; where it comes from is checked before.
    for (const route of changing().filter(({ path }) => path !== SIGN_OUT)) {
      const answer = await knock(
        route,
        { origin: APP_URL, ...(type !== '' && { 'content-type': type }) },
        '{}',
      );
      expect([route, [403, 404, 415].includes(answer.status)]).toEqual([route, true]);
    }
  },
);

it('methods that nobody asked for do not exist', async () => {
  for (const { path } of routes)
    for (const method of ['PATCH', 'DELETE', 'TRACE', 'PROPFIND'])
      if (!routes.some((route) => route.path === path && route.method === method)) {
        const status = await knock({ method, path }, { origin: APP_URL }).then(
          (answer) => answer.status,
          () => 405, // the platform refuses TRACE before it leaves
        );
        expect([method, path, status >= 400]).toEqual([method, path, true]);
      }
});

it('what goes wrong is told without what is inside', async () => {
  const broken = createApp({ ...server.context, db: undefined as never });
  for (const { method, path } of routes) {
    const answer = await broken.request(`${APP_URL}${path}`, {
      method,
      headers: { cookie: cookies(), origin: APP_URL, 'content-type': 'application/json' },
      ...(method !== 'GET' && { body: '{}' }),
    });
    const text = await answer.text();
    expect(text).not.toMatch(/node_modules|\.ts:|select |undefined|TypeError|\bat /);
    // Whatever fails, nobody gets further by it.
    if (path.startsWith('/api') && path !== '/api/public') expect(answer.status).toBeGreaterThanOrEqual(400);
  }
});
