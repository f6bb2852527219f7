// What is tried against the limits: guessing card numbers and enrol codes, requests of a million parts, depth without end,
// names that are code elsewhere. Each is sent as an attacker would send it.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { limits } from '#domain/kernel/limits.ts';
import { requestText } from '#domain/sync/exchange.ts';
import { countedAddress } from '#server/client-address.ts';
import { DeskClient, type Answer } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { TestPhone } from '#tests/_support/test-phone.ts';

const MINUTE = 60_000;

let world: DeskWorld;
let activityId: string;
beforeAll(async () => {
  world = await openDeskWorld();
  ({ activityId } = await world.activity());
});
afterAll(() => world.close());

describe('a paper list is no way to go through a card system', () => {
  const enter = (by: DeskClient, numbers: readonly string[]): Promise<Answer> =>
    by.post('/api/paper-lists', {
      requestId: crypto.randomUUID(),
      activityId,
      reason: 'geen stroom',
      rows: numbers.map((number) => ({ number, at: world.context.clock.now() - MINUTE })),
    });
  const invented = (count: number, from: number): string[] =>
    Array.from({ length: count }, (_, i) => makeUitpasNumber(String(from + i).padStart(11, '8'), '0'));

  it('numbers that lead nowhere stop the next list of this person, and of nobody else', async () => {
    const admin = await world.client('admin');
    expect((await enter(admin, invented(limits.paperListRowsMax, 1_000))).status).toBe(200);
    const next = await enter(admin, invented(1, 5_000));
    expect(next).toMatchObject({ status: 429, code: 'too-many-requests' });
    expect(Number(next.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await enter(world.bib, invented(1, 6_000))).status).toBe(200);
  });

  it('nor do ten such lists at once get past that; real cards cost nothing of it', async () => {
    const desk = await world.client('bib');
    const { number } = await world.card();
    const atOnce = (of: (i: number) => readonly string[]): Promise<Answer[]> =>
      Promise.all(Array.from({ length: 10 }, (_, i) => enter(desk, of(i))));
    const honest = Array.from({ length: 20 }, () => number);
    expect((await atOnce(() => honest)).map(({ status }) => status)).toEqual(Array(10).fill(200));
    const answers = await atOnce((i) => invented(150, 20_000 + i * 1_000));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(2);
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(8);
  });

  it('a day of real cards has an end too', async () => {
    const desk = await world.client('desk');
    const { number } = await world.card();
    const list = Array.from({ length: limits.paperListRowsMax }, () => number);
    for (let i = 0; i < 10; i += 1) expect((await enter(desk, list)).status).toBe(200);
    expect((await enter(desk, [number])).status).toBe(429);
  });
});

describe('enrol codes', () => {
  const guess = (address: string, code = 'ABCD-EFGH'): Promise<Answer> =>
    new DeskClient(world.app, address).post('/api/enrol', {
      protocol: 1,
      code,
      publicKey: new TestPhone().publicKey,
      name: 'Inkom',
      platform: 'test',
      appVersion: 'test',
    });

  it('a thousand guesses from many addresses leave little for each, and shut nobody out', async () => {
    for (let address = 0; address < 50; address += 1)
      for (let i = 0; i < 20; i += 1) await guess(`203.0.113.${address}`);
    // From here on three tries for an address that is new.
    const late = [1, 2, 3, 4].map(() => '198.51.100.1');
    const statuses: number[] = [];
    for (const address of late) statuses.push((await guess(address)).status);
    expect(statuses).toEqual([404, 404, 404, 429]);

    const { organisationId } = world.staffed.organisations.bib;
    const link = await world.bib.post('/api/enrol-links', { organisationId, activityIds: [activityId] });
    const { code } = link.body as { code: string };
    expect((await guess('198.51.100.2', code)).status).toBe(200);
  });

  it('a line with 2^64 addresses of version 6 counts as one', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 25; i += 1) statuses.push((await guess(`2001:db8:1:2::${i.toString(16)}`)).status);
    expect(statuses.at(-1)).toBe(429);
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['unknown', 'unknown'],
  ])('%s counts as %s', (address, counted) => expect(countedAddress(address)).toBe(counted));
});

describe('requests without measure', () => {
  const send = async (body: string, headers: Record<string, string> = {}): Promise<[number, number]> => {
    const phone = await world.phone([activityId]);
    const started = performance.now();
    const bytes = headers['content-encoding'] ? new Uint8Array(gzipSync(body)) : body;
    const answer = await world.app.request('/api/sync', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'streekbalie-signature': phone.sign(requestText(phone.id, body)),
        ...headers,
      },
      body: bytes,
    });
    return [answer.status, performance.now() - started];
  };
  const stored = async (): Promise<number> =>
    (await world.context.db.selectFrom('command').select('seq').execute()).length;

  const million = `{"protocol":1,"runs":[{"commands":[${'[],'.repeat(1_000_000)}[]]}]}`;
  const deep = '['.repeat(limits.bodyBytesMax - 100);
  it.each([
    ['a million commands', million, {}, 413],
    ['a million commands, packed', million, { 'content-encoding': 'gzip' }, 413],
    ['as many commands as fit', `{"runs":[{"commands":[${'[],'.repeat(600_000)}[]]}]}`, {}, 400],
    ['as many, packed', `{"runs":[${'{},'.repeat(600_000)}{}]}`, { 'content-encoding': 'gzip' }, 400],
    ['two million brackets deep', deep, {}, 400],
    ['two million brackets, closed', '['.repeat(1_000_000) + ']'.repeat(1_000_000), {}, 400],
    ['a key of two million letters', `{"${'a'.repeat(limits.bodyBytesMax - 100)}":1}`, {}, 400],
    ['a number of two million digits', '9'.repeat(limits.bodyBytesMax - 100), {}, 400],
  ])('%s: refused quickly, and nothing is stored', async (_, body, headers, status) => {
    const before = await stored();
    const [answered, ms] = await send(body, headers);
    expect(answered).toBe(status);
    expect(ms).toBeLessThan(5_000);
    expect(await stored()).toBe(before);
  });

  it('packed in a way that nobody agreed on is no JSON', async () => {
    const answer = await world.app.request('/api/sync', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'br' },
      body: 'x',
    });
    expect(answer.status).toBe(400);
  });

  it('the desk refuses depth and length the same way', async () => {
    const nested = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`;
    expect(await world.bib.post('/api/activities', nested)).toMatchObject({ status: 400, code: 'malformed' });
    expect(await world.bib.post('/api/cards/look-up', `{"number":"${'1'.repeat(1_000_000)}"}`)).toMatchObject(
      {
        status: 422,
      },
    );
  });
});

describe('names that are code elsewhere', () => {
  const poisoned = [
    '{"__proto__":{"polluted":true},"name":"Naam"}',
    '{"constructor":{"prototype":{"polluted":true}},"name":"Naam"}',
    '{"name":"Naam","toString":"x","hasOwnProperty":1}',
  ];

  it.each(poisoned)('%s changes no object of the server', async (body) => {
    expect((await world.bib.post('/api/account/name', body)).status).toBe(200);
    expect(await world.bib.get('/api/activities?__proto__[polluted]=1&constructor=2')).toMatchObject({
      status: 200,
    });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect((await world.bib.get('/api/me')).body).toMatchObject({ name: 'Naam' });
  });

  it('fields that nobody asked for are not taken', async () => {
    const { userId } = await mine();
    const body = { name: 'Naam', role: 'region-admin', regionId: 2, userId: crypto.randomUUID() };
    await world.bib.post('/api/account/name', body);
    expect(await mine()).toMatchObject({ userId, role: 'organisation-admin', region: 1 });
  });

  it('of a key that comes twice every part of the server reads the same one', async () => {
    await world.bib.post('/api/account/name', '{"name":"Eerste","name":"Tweede"}');
    expect((await world.bib.get('/api/me')).body).toMatchObject({ name: 'Tweede' });
  });

  const mine = async (): Promise<{ userId: string; role: string; region: number }> => {
    const { db } = world.context;
    const row = await db
      .selectFrom('role_grant')
      .innerJoin('auth_user', 'auth_user.id', 'role_grant.user_id')
      .select(['role_grant.user_id', 'role_grant.role', 'role_grant.region_id'])
      .where('auth_user.email', '=', 'bib@test.invalid')
      .executeTakeFirstOrThrow();
    return { userId: row.user_id, role: row.role, region: row.region_id };
  };
});
