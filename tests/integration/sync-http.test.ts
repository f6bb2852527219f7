// POST /api/sync as a phone, a stranger and a vandal see it.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Hono } from 'hono';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { periodOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import {
  PROTOCOL,
  PROTOCOL_OLDEST,
  SIGNATURE_HEADER,
  SyncRequest,
  SyncResponse,
  requestText,
  responseText,
} from '#domain/sync/exchange.ts';
import { createApp } from '#server/app.ts';
import { isSignedBy } from '#server/devices/device-signatures.ts';
import { VERSION } from '#server/version.ts';
import { EVENING, REGION_ID, openRegion, type TestRegion } from '#tests/_support/region.ts';
import { openTestContext, type TestServer } from '#tests/_support/test-context.ts';
import { TestPhone } from '#tests/_support/test-phone.ts';
import { untilTold } from '#tests/_support/feed-horizon.ts';

const MINUTE = 60_000;
let server: TestServer;
let region: TestRegion;
let app: Hono;
let activityId: string;
let phone: TestPhone;

beforeEach(async () => {
  server = await openTestContext(EVENING + 30 * MINUTE);
  region = await openRegion(server.context.config.databaseUrl ?? '');
  app = createApp(server.context);
  activityId = await region.activity();
  phone = new TestPhone();
  await region.enrol(phone, [activityId]);
});
afterEach(async () => {
  expect(await region.brokenLaws()).toEqual([]);
  await region.close();
  await server.close();
});

type Sent = { body: string; signature: string };

const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
  app.request('/api/sync', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

const send = ({ body, signature }: Sent, headers: Record<string, string> = {}) =>
  post(body, { [SIGNATURE_HEADER]: signature, ...headers });

async function exchange(
  by: TestPhone,
  over: Parameters<TestPhone['request']>[1] = {},
  from = 1,
): Promise<SyncResponse> {
  const runs = by.commands.length >= from ? [by.run(from)] : [];
  const response = await send(by.request(runs, over));
  expect(response.status).toBe(200);
  const text = await response.text();
  const [key] = server.context.keys.receiptSigning;
  expect(
    isSignedBy(key.publicJwk, responseText(by.id, text), response.headers.get(SIGNATURE_HEADER) ?? ''),
  ).toBe(true);
  return SyncResponse.parse(JSON.parse(text));
}

async function problemOf(response: Response): Promise<[number, string]> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const { code } = (await response.json()) as { code: string };
  return [response.status, code];
}

const stored = async (): Promise<number> =>
  (await region.db.selectFrom('command').select('seq').execute()).length;

describe('an honest phone', () => {
  it('gets receipt, ruling, activities, roster and a token in one signed answer', async () => {
    const { number } = await region.card();
    const made = phone.checkIn({ activityId, number }, EVENING + MINUTE);
    const answer = await exchange(phone);
    expect(answer).toMatchObject({
      state: 'active',
      wipe: false,
      receipts: [{ from: 1, to: 1 }],
      rulings: [{ n: 1, outcome: 'accepted', points: 1, seqs: [[1, 1]] }],
      highWater: { seq: 1 },
      gaps: [],
      changes: {
        activities: [{ activityId, title: 'Jeugdboekenweek' }],
        roster: { version: expect.any(Number) as number },
      },
    });
    expect(answer.token?.value).toMatch(/^[\w-]{40,}$/);
    expect(made.seq).toBe(1);
  });

  it('hears nothing twice: the next answer is nearly empty', async () => {
    const first = await exchange(phone);
    const { roster } = first.changes;
    const next = await exchange(phone, {
      cursor: first.cursor,
      roster: roster ? { id: roster.id, version: roster.version } : null,
    });
    expect(next.changes).toEqual({});
    expect(next.token).toBeNull();
    expect(JSON.stringify(next).length).toBeLessThan(500);
  });

  it('hears of visits on other phones, and later that its own ruling was followed', async () => {
    const other = new TestPhone();
    await region.enrol(other, [activityId], 'Inkom 2');
    const { number } = await region.card();
    const late = phone.checkIn({ activityId, number }, EVENING + 20 * MINUTE);
    const mine = await exchange(phone);
    other.checkIn({ activityId, number }, EVENING + 10 * MINUTE);
    await untilTold(region.db);
    const theirs = await exchange(other);
    expect(theirs.changes.visits?.[0]?.items[0]?.slice(2, 4)).toEqual([phone.id, late.id]);
    expect(theirs.changes.devices).toContainEqual({ id: phone.id, name: 'Inkom 1' });
    await untilTold(region.db);
    const followed = await exchange(phone, { cursor: mine.cursor }, 2);
    expect(followed.rulings).toMatchObject([
      { n: 2, outcome: 'duplicate', because: { device: other.id }, points: 0, seqs: [[1, 1]] },
    ]);
  });

  it('may pack its request', async () => {
    phone.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    const { body, signature } = phone.request([phone.run()]);
    const response = await post(gzipSync(body), {
      [SIGNATURE_HEADER]: signature,
      'content-encoding': 'gzip',
    });
    expect(response.status).toBe(200);
    expect(await stored()).toBe(1);
  });

  it('is told what it still owes, once its signed head says so', async () => {
    for (let i = 0; i < 5; i++)
      phone.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    const response = await send(phone.request([phone.run(1, 2)]));
    expect(SyncResponse.parse(await response.json()).gaps).toEqual([[3, 5]]);
  });

  it('after a restored backup hears everything of the current periods again', async () => {
    const other = new TestPhone();
    await region.enrol(other, [activityId], 'Inkom 2');
    other.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    await exchange(other);
    const { cursor } = await exchange(phone);
    expect((await exchange(phone, { cursor })).changes.visits).toBeUndefined();
    await region.db.updateTable('region').set({ feed_epoch: 'epoch-2' }).execute();
    expect((await exchange(phone, { cursor })).changes.visits).toHaveLength(1);
  });

  it('hears of more visits of one transaction than an answer holds: a restore writes them all in one', async () => {
    const count = 2 * limits.feedItemsMax + 500;
    await sql`
      insert into visit (region_id, command_id, activity_id, account_id, period_key, at, slot, device_id, issuer_id, points, uitpas_number)
      select ${REGION_ID}, gen_random_uuid(), ${activityId}, gen_random_uuid(), ${periodOf('DAY', EVENING).key}, ${EVENING}, 1,
        ${randomUUID()}, ${region.organisationId}, 0, '0900000095902'
      from generate_series(1, ${count})
    `.execute(region.db);
    await untilTold(region.db);
    const heard = new Set<string>();
    let cursor: string | null = null;
    for (let more = true, rounds = 0; more && rounds < 5; rounds++) {
      const answer: SyncResponse = await exchange(phone, { cursor });
      for (const [, , , commandId] of answer.changes.visits?.flatMap(({ items }) => items) ?? [])
        heard.add(commandId);
      ({ cursor, more } = answer);
    }
    expect(heard.size).toBe(count);
    expect((await exchange(phone, { cursor })).changes.visits).toBeUndefined();
  });
});

describe('a revoked phone', () => {
  it('is told so in a signed answer, must wipe, and its late scans wait in quarantine', async () => {
    phone.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    await region.db.updateTable('device').set({ state: 'revoked', revoked_after_seq: 0 }).execute();
    const answer = await exchange(phone);
    expect(answer).toMatchObject({
      state: 'revoked',
      wipe: true,
      token: null,
      rulings: [{ outcome: 'quarantined', code: 'device-revoked' }],
    });
    expect(answer.receipts).toHaveLength(1);
    expect(answer.changes).toEqual({ roster: null, activities: [], devices: [], deviceName: 'Inkom 1' });
  });
});

describe('nothing is stored of', () => {
  afterEach(async () => expect(await stored()).toBe(0));

  const scan = async (): Promise<void> => {
    phone.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
  };

  it('a request with a changed body', async () => {
    await scan();
    const { body, signature } = phone.request([phone.run()]);
    expect(
      await problemOf(await send({ body: body.replace('"sentAt":0', '"sentAt":1'), signature })),
    ).toEqual([401, 'not-this-device']);
  });

  it('a request signed by another phone', async () => {
    await scan();
    const { body } = phone.request([phone.run()]);
    const stranger = new TestPhone('westhoek', phone.id);
    expect(await problemOf(await send({ body, signature: stranger.request([]).signature }))).toEqual([
      401,
      'not-this-device',
    ]);
  });

  it('a request for another region', async () => {
    await scan();
    expect(await problemOf(await send(phone.request([phone.run()], { region: 'elders' })))).toEqual([
      401,
      'not-this-device',
    ]);
  });

  it('a phone that nobody approved', async () => {
    await scan();
    await region.db.updateTable('device').set({ state: 'pending' }).execute();
    expect(await problemOf(await send(phone.request([phone.run()])))).toEqual([403, 'not-approved']);
  });

  it('a replayed request', async () => {
    const sent = phone.request([]);
    expect((await send(sent)).status).toBe(200);
    expect(await problemOf(await send(sent))).toEqual([409, 'replayed-request']);
  });

  it('half a body, no body, another type, another protocol', async () => {
    await scan();
    const { body, signature } = phone.request([phone.run()]);
    expect(await problemOf(await send({ body: body.slice(0, 200), signature }))).toEqual([400, 'malformed']);
    expect(await problemOf(await send({ body: '', signature }))).toEqual([400, 'malformed']);
    expect(
      await problemOf(await post(body, { 'content-type': 'text/plain', [SIGNATURE_HEADER]: signature })),
    ).toEqual([415, 'wrong-content-type']);
    expect(
      await problemOf(await send({ body: body.replace('"protocol":1', '"protocol":2'), signature })),
    ).toEqual([503, 'protocol-unknown']);
  });

  it('a bomb: a thousand times its size when unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(limits.bodyBytesMax * 20, 0x20));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await problemOf(await post(bomb, { 'content-encoding': 'gzip' }))).toEqual([413, 'too-large']);
    expect(await problemOf(await post(Buffer.from('no gzip'), { 'content-encoding': 'gzip' }))).toEqual([
      400,
      'malformed',
    ]);
  });

  it('too much: a body beyond the limit, more commands than a batch holds', async () => {
    expect((await send({ body: ' '.repeat(limits.bodyBytesMax + 1), signature: '' })).status).toBe(413);
    for (let i = 0; i <= limits.batchCommandsMax; i++) phone.append(phone.id, '{}', '{}');
    const half = Math.floor(phone.commands.length / 2);
    const sent = phone.request([phone.run(1, half), phone.run(half + 1)]);
    expect(await problemOf(await send(sent))).toEqual([413, 'too-many-commands']);
  });

  it('hostile values: __proto__, huge and fractional numbers, depth', async () => {
    const hostile = [
      '{"__proto__":{"protocol":1}}',
      '[]',
      'null',
      '1e400',
      `{"protocol":1,"runs":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
      phone.request([], { requestNo: 1.5 }).body,
      phone.request([], { requestNo: -1 }).body,
      phone.request([], { requestNo: 2 ** 60 }).body,
    ];
    for (const body of hostile) {
      const signature = phone.sign(new TextEncoder().encode(`streekbalie-request-1\n${phone.id}\n${body}`));
      expect(await problemOf(await send({ body, signature }))).toEqual([400, 'malformed']);
    }
  });
});

describe('a poisoned command', () => {
  it('is kept with a refusal and delays nobody', async () => {
    const { number, passholderId } = await region.card();
    phone.append(phone.id, 'not json \u0000 \uD800', '{"__proto__":1}');
    phone.make('check-in', { activityId, number, way: 'camera' }, Number.MAX_SAFE_INTEGER, {});
    phone.make('something-new', { any: 'thing' }, EVENING, { v: 9 });
    phone.checkIn({ activityId, number }, EVENING + MINUTE);
    const answer = await exchange(phone);
    expect(answer.highWater.seq).toBe(4);
    const outcomes = answer.rulings.flatMap(({ outcome, code, seqs }) =>
      seqs.map(([seq]) => [seq, code ?? outcome]),
    );
    expect(outcomes).toContainEqual([1, 'malformed']);
    expect(outcomes).toContainEqual([3, 'unknown-kind']);
    expect(await region.balance(passholderId)).toBe(1);
  });

  it('that the database could not keep is seen before: the whole run stays one transaction', async () => {
    const { number, passholderId } = await region.card();
    phone.checkIn({ activityId, number: '\u0000' }, EVENING);
    phone.checkIn({ activityId, chip: '04\uD800' }, EVENING);
    phone.make('check-in\u0000', { activityId, number, way: 'camera' }, EVENING, {});
    const anchor = { serverTime: EVENING, syncNo: limits.seqMax + 1, monoMs: null };
    phone.checkIn({ activityId, number }, EVENING, { anchor });
    phone.checkIn({ activityId, number }, EVENING + MINUTE);
    const answer = await exchange(phone);
    expect(answer.sendSignatures).toEqual([]);
    expect(answer.highWater.seq).toBe(5);
    expect(answer.rulings).toMatchObject([
      { code: 'malformed', seqs: [[1, 4]] },
      { outcome: 'accepted', seqs: [[5, 5]] },
    ]);
    expect(await region.balance(passholderId)).toBe(1);
  });
});

describe('a phone with an old app', () => {
  it('is told so in the signed answer, and its scans are taken all the same', async () => {
    const { number, passholderId } = await region.card();
    phone.checkIn({ activityId, number }, EVENING + MINUTE);
    const { body } = phone.request([]);
    const { report } = SyncRequest.parse(JSON.parse(body));
    const answer = await exchange(phone, { report: { ...report, appVersion: '0.0.9' } });
    expect(answer.changes.app).toBe('too-old');
    expect(answer.rulings).toMatchObject([{ outcome: 'accepted', points: 1 }]);
    expect(await region.balance(passholderId)).toBe(1);
    expect(
      (await exchange(phone, { report: { ...report, appVersion: VERSION } }, 2)).changes.app,
    ).toBeUndefined();
  });

  it('of a protocol that is not taken any more gets a signed no, and nothing is stored', async () => {
    phone.checkIn({ activityId }, EVENING);
    const { body } = phone.request([phone.run()]);
    const old = JSON.stringify({ ...JSON.parse(body), protocol: PROTOCOL_OLDEST - 1, of: 'long ago' });
    const signature = phone.sign(requestText(phone.id, old));
    const response = await send({ body: old, signature });
    expect(response.status).toBe(426);
    const text = await response.clone().text();
    expect(await problemOf(response)).toEqual([426, 'app-too-old']);
    const [key] = server.context.keys.receiptSigning;
    const proof = response.headers.get(SIGNATURE_HEADER) ?? '';
    expect(isSignedBy(key.publicJwk, responseText(phone.id, text), proof)).toBe(true);
    expect(await stored()).toBe(0);
    // To the phone itself only: nobody else gets the server to sign anything.
    expect(
      await problemOf(await send({ body: old, signature: phone.sign(requestText(phone.id, '')) })),
    ).toEqual([401, 'not-this-device']);
  });

  it('of a protocol that comes later is asked to come back: this server is older than the app', async () => {
    const { body } = phone.request([]);
    const later = JSON.stringify({ ...JSON.parse(body), protocol: PROTOCOL + 1 });
    const signature = phone.sign(requestText(phone.id, later));
    const answer = await send({ body: later, signature });
    expect(answer.headers.get('retry-after')).toBe('60');
    expect(await problemOf(answer)).toEqual([503, 'protocol-unknown']);
  });
});
