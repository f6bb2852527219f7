// Activities out of UiTdatabank, from a file and from a real HTTP server, into a real database.
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DeskActivity } from '#domain/desk-api.ts';
import { must } from '#domain/kernel/assert.ts';
import { EventImport, EventSource, ImportRows } from '#domain/uitdatabank-api.ts';
import { tidyUp } from '#server/housekeeping.ts';
import { fetchPage, isPrivate, sourceUrlOf } from '#server/uitdatabank/fetch-page.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import {
  anEvent,
  multiple,
  organiserAddress,
  permanent,
  searchPage,
  single,
  type MadeEvent,
} from '#tests/_support/uitdatabank-events.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let world: DeskWorld;
let now: number;
let admin: DeskClient;

beforeAll(async () => {
  world = await openDeskWorld();
  now = world.context.clock.now();
  admin = await world.client('admin');
});
afterAll(() => world.close());

const imports = '/api/uitdatabank/imports';
const bibId = (): string => world.staffed.organisations.bib.organisationId;

async function begin(source: unknown, desk = world.bib): Promise<string> {
  const importId = randomUUID();
  const made = await desk.post(imports, { importId, organisationId: bibId(), source });
  expect([made.status, made.code]).toEqual([201, undefined]);
  return importId;
}

async function upload(events: readonly unknown[], desk = world.bib): Promise<EventImport> {
  const importId = await begin({ kind: 'file', name: 'agenda.json', total: events.length }, desk);
  for (let start = 0; start < events.length; start += 100) {
    const texts = events
      .slice(start, start + 100)
      .map((event) => (typeof event === 'string' ? event : JSON.stringify(event)));
    expect((await desk.post(`${imports}/${importId}/pieces`, { start, texts })).status).toBe(200);
  }
  return EventImport.parse((await desk.get(`${imports}/${importId}`)).body);
}

async function store(importId: string, desk = world.bib): Promise<EventImport> {
  for (;;) {
    const answer = EventImport.parse((await desk.post(`${imports}/${importId}/store`, {})).body);
    if (answer.rows.new + answer.rows.changed === 0) return answer;
  }
}

const rowsOf = async (importId: string, show = 'all', desk = world.bib) =>
  ImportRows.parse((await desk.get(`${imports}/${importId}/rows?show=${show}`)).body).rows;

async function activityOf(event: MadeEvent): Promise<DeskActivity> {
  const { activity_id: activityId } = await world.context.db
    .selectFrom('uitdatabank_event')
    .select('activity_id')
    .where('event_id', '=', event['@id'].slice(-36))
    .executeTakeFirstOrThrow();
  return DeskActivity.parse((await world.bib.get(`/api/activities/${activityId}`)).body);
}

const edit = (activity: DeskActivity, over: Record<string, unknown>): Promise<Answer> =>
  world.bib.put(`/api/activities/${activity.activityId}`, {
    ...activity,
    occurrences: activity.schedule.kind === 'dates' ? activity.occurrences : [],
    ...over,
  });

const countActivities = async (): Promise<number> =>
  (await world.context.db.selectFrom('activity').select('activity_id').execute()).length;

describe('from a file', () => {
  it('is looked over first, and only then stored', async () => {
    const before = await countActivities();
    const evening = anEvent(now);
    const open = anEvent(now, { name: { nl: 'Open leeszaal' }, ...permanent() });
    const broken = anEvent(now, { name: { nl: '<script>alert(1)</script>' } });
    const looked = await upload([
      evening,
      open,
      broken,
      'geen json {',
      '',
      anEvent(now, single(now - DAY_MS)),
    ]);
    expect(looked).toMatchObject({ state: 'ready', read: 6, total: 6, rows: { new: 2, bad: 4, stored: 0 } });
    expect((await rowsOf(looked.importId)).map(({ state, code }) => [state, code])).toEqual([
      ['new', null],
      ['new', null],
      ['bad', 'html'],
      ['bad', 'malformed'],
      ['bad', 'too-large'],
      ['bad', 'over'],
    ]);
    expect(await countActivities()).toBe(before);

    expect(await store(looked.importId)).toMatchObject({ rows: { new: 0, stored: 2, bad: 4 } });
    expect(await countActivities()).toBe(before + 2);
    const made = await activityOf(evening);
    expect(made).toMatchObject({
      title: 'Lezing over de polder',
      place: 'Zaal De Vesten, Ieper',
      organisationName: 'Bibliotheek Ieper',
      points: 1,
      kind: { name: 'Lezing of congres' },
      priceClasses: [
        { label: 'Basistarief', cents: 750 },
        { label: 'Jongeren', cents: 400 },
      ],
      imported: { differs: [] },
    });
    expect(made.occurrences).toHaveLength(1);
    const hours = await activityOf(open);
    expect(hours.schedule).toMatchObject({ kind: 'opening-hours', untilDay: null });
    expect(hours.occurrences.length).toBeGreaterThan(100);
  });

  it('the same file again changes nothing, sent twice and stored twice', async () => {
    const events = [anEvent(now), anEvent(now)];
    const first = await upload(events);
    const texts = events.map((event) => JSON.stringify(event));
    await world.bib.post(`${imports}/${first.importId}/pieces`, { start: 0, texts });
    await store(first.importId);
    await store(first.importId);
    const before = await countActivities();
    const again = await upload(events);
    expect(again.rows).toMatchObject({ new: 0, changed: 0, unchanged: 2 });
    expect(await countActivities()).toBe(before);
  });

  it('the same event twice in one file is one activity', async () => {
    const event = anEvent(now);
    expect((await upload([event, event])).rows).toMatchObject({ new: 1, bad: 1 });
  });

  it('two imports of the same events at the same moment make each activity once', async () => {
    const events = Array.from({ length: 12 }, () => anEvent(now));
    const before = await countActivities();
    const [a, b] = [await upload(events), await upload(events, admin)];
    await Promise.all([store(a.importId), store(b.importId, admin), store(a.importId)]);
    expect(await countActivities()).toBe(before + 12);
  });

  it('five thousand events: each piece within its bounds', { timeout: 120_000 }, async () => {
    const events = Array.from({ length: 5_000 }, (_, i) => anEvent(now, { name: { nl: `Avond ${i}` } }));
    const looked = await upload(events);
    expect(looked).toMatchObject({ state: 'ready', read: 5_000, rows: { new: 5_000 } });
    expect(
      (
        await world.bib.post(imports, {
          ...{ importId: randomUUID(), organisationId: bibId() },
          source: { kind: 'file', name: 'te groot', total: 10_001 },
        })
      ).status,
    ).toBe(422);
    const [first] = await rowsOf(looked.importId);
    expect(first?.title).toBe('Avond 0');
  });

  it('a piece beyond the end, of another import or too deep is refused', async () => {
    const importId = await begin({ kind: 'file', name: 'x', total: 1 });
    expect((await world.bib.post(`${imports}/${importId}/fetch`, {})).code).toBe('source-not-set');
    const late = await world.bib.post(`${imports}/${importId}/pieces`, { start: 1, texts: ['{}'] });
    expect([late.status, late.code]).toEqual([422, 'too-many-events']);
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    expect((await world.bib.post(`${imports}/${importId}/pieces`, { start: 0, texts: [deep] })).status).toBe(
      200,
    );
    expect((await rowsOf(importId))[0]).toMatchObject({ state: 'bad', code: 'malformed' });
  });
});

describe('whose it is', () => {
  const unknown = (over: Record<string, unknown> = {}) =>
    anEvent(now, {
      organizer: { '@id': organiserAddress(randomUUID()), name: { nl: 'Vrienden van de Bib' } },
      ...over,
    });

  it('somebody chooses for an organiser that is not known, and the next import knows it', async () => {
    const event = unknown();
    const looked = await upload([event, unknown({ organizer: event['organizer'] })]);
    expect(looked.rows).toMatchObject({ organiser: 2, new: 0 });
    const [organiser] = looked.organisers;
    expect(organiser).toMatchObject({ name: 'Vrienden van de Bib', count: 2 });
    const chosen = await world.bib.post(`${imports}/${looked.importId}/organisers`, {
      ...{ key: organiser?.key, organisationId: bibId() },
    });
    expect(EventImport.parse(chosen.body)).toMatchObject({ rows: { organiser: 0, new: 2 }, organisers: [] });
    await store(looked.importId);
    expect((await activityOf(event)).organisationName).toBe('Bibliotheek Ieper');
    expect((await upload([unknown({ organizer: event['organizer'] })])).rows.new).toBe(1);
  });

  it('an organiser that somebody chose is not taken over by an import that was looked over before', async () => {
    const event = unknown();
    const first = await upload([event], admin);
    const second = await upload([unknown({ organizer: event['organizer'] })]);
    const key = first.organisers[0]?.key;
    const museumId = world.staffed.organisations.museum.organisationId;
    await admin.post(`${imports}/${first.importId}/organisers`, { key, organisationId: museumId });
    await world.bib.post(`${imports}/${second.importId}/organisers`, { key, organisationId: bibId() });
    expect((await rowsOf(second.importId))[0]).toMatchObject({ state: 'bad', code: 'not-yours' });
  });

  it('an event without an organiser asks for this import only', async () => {
    const looked = await upload([anEvent(now, { organizer: undefined })]);
    expect(looked.organisers).toEqual([{ key: '', name: '', count: 1 }]);
    const chosen = { key: '', organisationId: bibId() };
    const answer = await world.bib.post(`${imports}/${looked.importId}/organisers`, chosen);
    expect(EventImport.parse(answer.body).rows.new).toBe(1);
    expect((await upload([anEvent(now, { organizer: undefined })])).rows.organiser).toBe(1);
  });

  it('what is of another organisation is not stored by who may not write there', async () => {
    const museum = anEvent(now, { organizer: { name: { nl: 'Museum Ieper' } } });
    const looked = await upload([museum]);
    expect((await rowsOf(looked.importId))[0]).toMatchObject({ state: 'bad', code: 'not-yours' });
    const choice = await world.bib.post(`${imports}/${looked.importId}/organisers`, {
      ...{ key: 'x', organisationId: world.staffed.organisations.museum.organisationId },
    });
    expect(choice.status).toBe(403);
    expect((await store((await upload([museum], admin)).importId, admin)).rows.stored).toBe(1);
  });
});

describe('the next time', () => {
  it('what changed there is taken over, what changed here stays and is shown, field by field', async () => {
    const event = anEvent(now);
    await store((await upload([event])).importId);
    const made = await activityOf(event);
    const ours = { title: 'Onze lezing', kindId: '0.50.6.0.0', points: 3 };
    expect((await edit(made, ours)).status).toBe(200);

    const there = { ...event, name: { nl: 'Debat over de polder' }, priceInfo: [] };
    const looked = await upload([there]);
    const [row] = await rowsOf(looked.importId, 'kept');
    expect(row).toMatchObject({
      ...{ state: 'changed', take: ['prices'], kept: ['title', 'kind'] },
      ...{ here: { title: 'Onze lezing' }, there: { title: 'Debat over de polder' } },
    });
    await store(looked.importId);
    const after = await activityOf(event);
    expect(after).toMatchObject({
      ...{ title: 'Onze lezing', kind: { name: 'Film' }, points: 3, priceClasses: [] },
      imported: { differs: ['title', 'kind'], there: { title: 'Debat over de polder' } },
    });
    expect((await upload([there])).rows).toMatchObject({ unchanged: 1, changed: 0 });

    const path = `/api/activities/${after.activityId}/take-over`;
    expect((await world.bib.post(path, { field: 'title', version: after.version - 1 })).code).toBe(
      'changed-meanwhile',
    );
    const taken = await world.bib.post(path, { field: 'title', version: after.version });
    expect(DeskActivity.parse(taken.body)).toMatchObject({
      title: 'Debat over de polder',
      imported: { differs: ['kind'] },
    });
  });

  it('a date more there keeps the ids of the others, and an evening that was called off here', async () => {
    const day = Math.ceil(now / DAY_MS) * DAY_MS;
    const starts = [day + 2 * DAY_MS, day + 3 * DAY_MS];
    const event = anEvent(now, multiple(starts));
    await store((await upload([event])).importId);
    const made = await activityOf(event);
    const first = must(made.occurrences[0], 'a moment');
    await world.bib.post(`/api/activities/${made.activityId}/occurrences/${first.occurrenceId}/cancel`, {
      ...{ because: 'ziek', version: made.version },
    });
    const looked = await upload([{ ...event, ...multiple([...starts, day + 4 * DAY_MS]) }]);
    expect((await rowsOf(looked.importId))[0]).toMatchObject({ state: 'changed', take: ['when'], kept: [] });
    await store(looked.importId);
    const after = await activityOf(event);
    expect(after.occurrences).toHaveLength(3);
    expect(after.occurrences[0]).toMatchObject({
      occurrenceId: first.occurrenceId,
      cancelledBecause: 'ziek',
    });
  });

  it('what is withdrawn there is proposed, and called off only when somebody says so', async () => {
    const [event, hours] = [anEvent(now), anEvent(now, permanent())];
    await store((await upload([event, hours])).importId);
    const gone = { workflowStatus: 'DELETED' };
    const cancelled = { status: { type: 'Unavailable', reason: { nl: 'zaal onder water' } } };
    const looked = await upload([{ ...event, ...cancelled }, { ...hours, ...gone }, anEvent(now, gone)]);
    expect(looked).toMatchObject({ callOff: 2, rows: { unchanged: 2, bad: 1 } });
    await store(looked.importId);
    expect((await activityOf(event)).occurrences[0]?.cancelledBecause).toBeUndefined();

    for (const row of [0, 1])
      expect((await world.bib.post(`${imports}/${looked.importId}/rows/${row}/call-off`, {})).status).toBe(
        200,
      );
    expect((await activityOf(event)).occurrences[0]?.cancelledBecause).toBe('zaal onder water');
    const closed = await activityOf(hours);
    expect(
      closed.occurrences.filter(({ endsAt, cancelledBecause }) => endsAt > now && !cancelledBecause),
    ).toEqual([]);
    expect(closed.schedule).toMatchObject({ kind: 'opening-hours', untilDay: expect.any(String) as unknown });
    const again = await world.bib.post(`${imports}/${looked.importId}/rows/0/call-off`, {});
    expect([again.status, again.code]).toEqual([422, 'nothing-to-call-off']);
  });

  it('the rights are those of who stores: what somebody else looked over is judged anew', async () => {
    const looked = await upload([anEvent(now, { organizer: { name: { nl: 'Museum Ieper' } } })], admin);
    expect(looked.rows.new).toBe(1);
    const before = await countActivities();
    expect((await store(looked.importId)).rows).toMatchObject({ bad: 1, stored: 0 });
    expect(await countActivities()).toBe(before);
  });
});

describe('from an address', () => {
  let there: Server;
  let address: string;
  let events: MadeEvent[] = [];
  let answer: (query: URLSearchParams) => { status?: number; headers?: Record<string, string>; body: string };
  const asked: { url: string; key: string | undefined }[] = [];

  beforeAll(async () => {
    there = createServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://there.test');
      asked.push({ url: request.url ?? '', key: String(request.headers['x-api-key']) });
      const { status = 200, headers = {}, body } = answer(searchParams);
      response.writeHead(status, { 'content-type': 'application/ld+json', ...headers }).end(body);
    });
    await new Promise<void>((resolve) => there.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(there.address() as AddressInfo).port}/events?organizerId=1`;
  });
  afterAll(() => new Promise((resolve) => there.close(resolve)));
  beforeEach(() => {
    asked.length = 0;
    answer = (query) => ({
      body: JSON.stringify(searchPage(events, Number(query.get('start')), Number(query.get('limit')))),
    });
  });

  const setSource = (url: string, key?: string | null) =>
    admin.put('/api/uitdatabank/source', { url, ...(key !== undefined && { key }) });
  const fetchOnce = (importId: string) => world.bib.post(`${imports}/${importId}/fetch`, {});

  it('page by page, with a key that nobody sees again', async () => {
    expect(
      (
        await world.bib.post(imports, {
          importId: randomUUID(),
          organisationId: bibId(),
          source: { kind: 'address' },
        })
      ).code,
    ).toBe('source-not-set');
    const set = await setSource(address, 'een-geheime-sleutel');
    expect(EventSource.parse(set.body)).toEqual({ url: address, hasKey: true, mayChange: true });
    expect((await world.bib.get('/api/uitdatabank/source')).body).toEqual({
      url: '',
      hasKey: true,
      mayChange: false,
    });

    events = Array.from({ length: 120 }, () => anEvent(now));
    const importId = await begin({ kind: 'address' });
    const states: string[] = [];
    for (let page = 0; page < 3; page += 1)
      states.push(EventImport.parse((await fetchOnce(importId)).body).state);
    expect(states).toEqual(['reading', 'reading', 'ready']);
    expect(asked.map(({ url }) => new URL(url, address).searchParams.get('start'))).toEqual([
      '0',
      '50',
      '100',
    ]);
    expect(asked[0]).toMatchObject({
      key: 'een-geheime-sleutel',
      url: expect.stringContaining('organizerId=1') as unknown,
    });
    // Asked again it asks nobody.
    await fetchOnce(importId);
    expect(asked).toHaveLength(3);
    expect(await store(importId)).toMatchObject({ rows: { stored: 120 } });

    const kept = await world.context.db.selectFrom('uitdatabank_source').selectAll().execute();
    const audit = await world.context.db.selectFrom('audit_entry').select('detail').execute();
    for (const text of [
      JSON.stringify(kept),
      JSON.stringify(audit),
      Buffer.from(kept[0]?.sealed ?? '').toString(),
    ])
      expect(text).not.toContain('geheime');
  });

  it('a key stays with the machine it was given for', async () => {
    await setSource(address, 'een-geheime-sleutel');
    expect((await setSource(`${address}&q=x`)).body).toMatchObject({ hasKey: true });
    expect((await setSource('https://search.uitdatabank.be/events')).body).toMatchObject({ hasKey: false });
    expect((await setSource('')).body).toEqual({ url: null, hasKey: false, mayChange: true });
  });

  it('fewer events than it said: what is there is all', async () => {
    await setSource(address);
    const two = [anEvent(now), anEvent(now)];
    answer = (query) => ({
      body: JSON.stringify({ ...searchPage(two, Number(query.get('start'))), totalItems: 60 }),
    });
    const importId = await begin({ kind: 'address' });
    await fetchOnce(importId);
    expect(EventImport.parse((await fetchOnce(importId)).body)).toMatchObject({
      state: 'ready',
      read: 2,
      total: 2,
    });
  });

  it.each<[string, () => ReturnType<typeof answer>, string]>([
    [
      'a redirect',
      () => ({ status: 302, headers: { location: 'http://169.254.169.254/' }, body: '' }),
      'source-redirects',
    ],
    ['a wrong key', () => ({ status: 403, body: '{}' }), 'source-refuses'],
    ['a page that is none', () => ({ body: '<html>inloggen</html>' }), 'source-answer'],
    ['no total', () => ({ body: '{"member": []}' }), 'source-answer'],
    ['something packed', () => ({ headers: { 'content-encoding': 'gzip' }, body: 'x' }), 'source-answer'],
    ['brackets without end', () => ({ body: '['.repeat(100_000) }), 'source-answer'],
    ['an error there', () => ({ status: 500, body: 'x' }), 'source-answer'],
    ['more than a page', () => ({ body: ' '.repeat(9 * 1024 * 1024) }), 'source-too-large'],
    ['more events than fit', () => ({ body: '{"totalItems": 10001, "member": []}' }), 'too-many-events'],
  ])('%s: a sentence, and nothing is stored', async (_, said, code) => {
    await setSource(address);
    answer = said;
    const importId = await begin({ kind: 'address' });
    const got = await fetchOnce(importId);
    expect([got.status, got.code]).toEqual([422, code]);
    expect(EventImport.parse((await world.bib.get(`${imports}/${importId}`)).body)).toMatchObject({
      read: 0,
    });
  });

  it('nobody there', async () => {
    await setSource('http://127.0.0.1:1/events');
    expect((await fetchOnce(await begin({ kind: 'address' }))).code).toBe('source-away');
  });

  it('only a public https address, unless a trial says otherwise', async () => {
    const asks = (url: string) => sourceUrlOf(url, false)?.href;
    expect(asks('https://search.uitdatabank.be/events')).toBe('https://search.uitdatabank.be/events');
    for (const url of [
      'http://search.uitdatabank.be/events',
      'https://user:word@search.uitdatabank.be/',
      'https://127.0.0.1/events',
      'https://0x7f.1/events',
      'https://[::1]/events',
      'https://[::ffff:10.0.0.1]/events',
      'https://169.254.169.254/latest/meta-data',
      'file:///etc/passwd',
      'geen adres',
    ])
      expect([url, asks(url)]).toEqual([url, undefined]);
    for (const ip of [
      '10.1.2.3',
      '172.31.0.1',
      '192.168.1.1',
      '100.64.0.1',
      '::1',
      'fe80::1',
      'fc00::1',
      '2002:7f00:1::',
    ])
      expect([ip, isPrivate(ip)]).toEqual([ip, true]);
    for (const ip of ['193.191.1.1', '2a02:1800::1']) expect([ip, isPrivate(ip)]).toEqual([ip, false]);

    // A name that leads home, as a lookup finds it: refused at the connection.
    const asking = { key: undefined, start: 0, anywhere: false, stopping: world.context.stopping };
    const { port } = new URL(address);
    expect(await fetchPage({ ...asking, url: `https://localhost:${port}/events` })).toEqual({
      ok: false,
      error: { code: 'source-address' },
    });
    expect((await setSource('ftp://x')).code).toBe('source-address');
  });
});

// Last: sessions go too.
it('an import goes after a month with its rows, what it stored stays', async () => {
  const event = anEvent(now);
  const { importId } = await store((await upload([event])).importId);
  world.setNow(now + 32 * DAY_MS);
  await tidyUp(world.context);
  const { db } = world.context;
  const left = async (table: 'uitdatabank_import' | 'uitdatabank_row') =>
    db.selectFrom(table).select('import_id').where('import_id', '=', importId).execute();
  expect([...(await left('uitdatabank_import')), ...(await left('uitdatabank_row'))]).toEqual([]);
  const linked = db.selectFrom('uitdatabank_event').select('activity_id');
  expect(await linked.where('event_id', '=', event['@id'].slice(-36)).execute()).toHaveLength(1);
});
