import { createHmac } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { decodeRoster, RosterWriter, type Roster } from '#domain/cards/roster.ts';
import { applyDelta, decodeDelta, isRosterDelta } from '#domain/cards/roster-delta.ts';
import { fingerprintFromText } from '#domain/cards/fingerprint-text.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { RosterOffer } from '#domain/sync/exchange.ts';
import { createApp } from '#server/app.ts';
import { fingerprinterOf, rosterOfferOf } from '#server/cards/roster-service.ts';
import { tokenHash } from '#server/devices/device-token.ts';
import { EVENING, REGION_ID, openRegion, type TestRegion } from '#tests/_support/region.ts';
import { TestPhone } from '#tests/_support/test-phone.ts';
import { openTestContext, type TestServer } from '#tests/_support/test-context.ts';

const HOUR = 3_600_000;
const TOKEN = 'a-token-of-a-phone-that-is-long-enough';
let server: TestServer;
let region: TestRegion;
let activityId: string;
const phone = new TestPhone();

beforeAll(async () => {
  server = await openTestContext(EVENING);
  region = await openRegion(server.context.config.databaseUrl ?? '');
  activityId = await region.activity({ cardSystems: ['uitpas-westhoek'] });
  await region.enrol(phone, [activityId]);
  await server.context.db
    .updateTable('device')
    .set({ token_hash: tokenHash(TOKEN), token_expires_at: EVENING + limits.accessTokenMs })
    .execute();
});
afterEach(() => server.setNow(EVENING));
afterAll(async () => {
  await region.close();
  await server.close();
});

const offer = async (): Promise<RosterOffer> => {
  const { clock } = server.context;
  const found = await rosterOfferOf(server.context, REGION_ID, [activityId], clock.now());
  if (!found) throw new Error('no roster on offer');
  return found;
};
const fetchRoster = (url: string, headers: Record<string, string> = {}) =>
  createApp(server.context).request(url, { headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
const hmac = (key: Uint8Array, bytes: Uint8Array) => createHmac('sha256', key).update(bytes).digest();

async function download(): Promise<Roster> {
  const response = await fetchRoster((await offer()).url);
  expect(response.status).toBe(200);
  // Not even privately: what the browser keeps by itself is not wiped with the phone's own copy.
  expect(response.headers.get('cache-control')).toBe('no-store');
  const roster = decodeRoster(new Uint8Array(await response.arrayBuffer()));
  if (!roster.ok) throw new Error(roster.error.code);
  return roster.value;
}

test('holds the cards of the scope with their state, and nobody else', async () => {
  const active = await region.card();
  const blocked = await region.card({ state: 'blocked' });
  const replaced = await region.card({ state: 'replaced' });
  const deleted = await region.card({ state: 'deleted' });
  const elsewhere = await region.card({ system: 'testregio' });
  const roster = await download();
  const find = (number: string) => roster.find(roster.fingerprint(hmac, number));
  expect(find(active.number)).toEqual({ known: true, state: 'active', groupPass: false, membership: 'here' });
  expect(find(blocked.number)).toMatchObject({ state: 'blocked' });
  expect(find(replaced.number)).toMatchObject({ state: 'replaced' });
  expect(find(deleted.number)).toEqual({ known: false });
  expect(find(elsewhere.number)).toEqual({ known: false });
  expect(roster.header).toMatchObject({ cardCount: 3, entitlement: false, of: 'number', builtAt: EVENING });
});

test('a blocked card is refused at the door, also when the membership is blocked with it', async () => {
  const card = await region.card({ state: 'blocked' });
  await server.context.db
    .updateTable('membership')
    .set({ status: 'blocked' })
    .where('passholder_id', '=', card.passholderId)
    .execute();
  const roster = await download();
  expect(roster.find(roster.fingerprint(hmac, card.number))).toMatchObject({ state: 'blocked' });
});

test('a holder who is a member here is known by the card of another system too', async () => {
  const card = await region.card({ system: 'testregio' });
  await server.context.db
    .insertInto('membership')
    .values({
      region_id: REGION_ID,
      passholder_id: card.passholderId,
      card_system_id: 'uitpas-westhoek',
      status: 'active',
      kansenstatuut_until: null,
      kansenstatuut_suspended_until: null,
    })
    .execute();
  const roster = await download();
  expect(roster.find(roster.fingerprint(hmac, card.number))).toMatchObject({
    known: true,
    membership: 'here',
  });
});

test('expires twelve hours after the last enrolled occurrence, and is not offered after that', async () => {
  expect((await offer()).expiresAt).toBe(EVENING + 4 * HOUR + limits.rosterAfterOccurrenceMs);
  const late = EVENING + 4 * HOUR + limits.rosterAfterOccurrenceMs;
  expect(await rosterOfferOf(server.context, REGION_ID, [activityId], late)).toBeNull();
  const nextMonth = await region.activity({ startsAt: EVENING + 720 * HOUR, endsAt: EVENING + 722 * HOUR });
  const far = await rosterOfferOf(server.context, REGION_ID, [nextMonth], EVENING);
  expect(far?.expiresAt).toBeLessThanOrEqual(EVENING + limits.rosterMaxAgeMs);
  expect(far?.expiresAt).toBeGreaterThan(EVENING + 48 * HOUR);
});

test('a change of a card is a new version under the same id; ETag and compression are honoured', async () => {
  const before = await settledOffer();
  const first = await fetchRoster(before.url, { 'accept-encoding': 'gzip, deflate, br' });
  const etag = first.headers.get('etag') ?? '';
  expect(first.headers.get('content-encoding')).toBe('br');
  const plain = new Uint8Array(await (await fetchRoster(before.url)).arrayBuffer());
  expect(new Uint8Array(brotliDecompressSync(new Uint8Array(await first.arrayBuffer())))).toEqual(plain);
  const zipped = await fetchRoster(before.url, { 'accept-encoding': 'br;q=0, gzip' });
  expect(new Uint8Array(gunzipSync(new Uint8Array(await zipped.arrayBuffer())))).toEqual(plain);
  expect((await fetchRoster(before.url, { 'if-none-match': etag })).status).toBe(304);

  await region.card();
  const after = await offerAfter(before.version);
  expect(after.id).toBe(before.id);
  expect((await fetchRoster(after.url, { 'if-none-match': etag })).status).toBe(200);
});

/** With the newest change in: from then on the file stays the same. */
const settledOffer = async (): Promise<RosterOffer> => {
  const { rows } = await region.pool.query<{ newest: string }>(
    `select (1 + greatest((select max(tx::text::bigint) from card), (select max(tx::text::bigint) from roster_break)))::text as newest`,
  );
  await expect.poll(async () => (await offer()).version, { timeout: 30_000 }).toBe(Number(rows[0]?.newest));
  return offer();
};

/** Another transaction that is still under way, of any test on this database server, holds the version back. */
const offerAfter = async (version: number): Promise<RosterOffer> => {
  await expect.poll(async () => (await offer()).version, { timeout: 30_000 }).toBeGreaterThan(version);
  return offer();
};

const bytesOf = (roster: Roster): Uint8Array => {
  const writer = new RosterWriter(roster.header);
  writer.add(roster.cards());
  return writer.finish();
};

/** What a phone with `had` gets now, whole or as a change. */
async function follow(
  app: ReturnType<typeof createApp>,
  had: Roster,
): Promise<{ roster: Roster; bytes: number }> {
  const { id, url, expiresAt } = await offer();
  const { rosterId, version } = had.header;
  const response = await app.request(`${url}?from=${rosterId}.${version}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(response.status).toBe(200);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const delta = decodeDelta(bytes);
  const next = delta.ok ? applyDelta(had, delta.value, { rosterId: id, expiresAt }) : decodeRoster(bytes);
  if (!next.ok) throw new Error(next.error.code);
  return { roster: next.value, bytes: isRosterDelta(bytes) ? bytes.length : Number.POSITIVE_INFINITY };
}

test('cards come, change, leave and are renamed: each change is told alone, and gives what the whole file gives', async () => {
  const { db } = server.context;
  // One process goes on, the other one begins anew at each step and knows only the database.
  const lasting = createApp(server.context);
  let phone = await download();
  const card = await region.card();
  const other = await region.card({ system: 'testregio' });
  const steps: (() => Promise<unknown>)[] = [
    () => region.card(),
    () => db.updateTable('card').set({ state: 'blocked' }).where('uitpas_number', '=', card.number).execute(),
    () => db.updateTable('card').set({ state: 'deleted' }).where('uitpas_number', '=', card.number).execute(),
    () => db.updateTable('card').set({ state: 'active' }).where('uitpas_number', '=', card.number).execute(),
    () => db.deleteFrom('membership').where('passholder_id', '=', card.passholderId).execute(),
    () => joins(card.passholderId),
    () => joins(other.passholderId),
    () =>
      db
        .updateTable('membership')
        .set({ status: 'blocked' })
        .where('passholder_id', '=', card.passholderId)
        .execute(),
    () => region.cards(40),
  ];
  for (const [index, step] of steps.entries()) {
    await step();
    await offerAfter(phone.header.version);
    const fresh = await follow(createApp(server.context), phone);
    const { roster, bytes } = await follow(lasting, phone);
    const whole = await download();
    // A transaction of any other database of the cluster may move the version on between one look and the next.
    const asOne = (one: Roster): string =>
      Buffer.from(bytesOf(one))
        .toString('latin1')
        .replace(/"version":\d+/, '"version":0');
    expect(asOne(roster), `step ${index}`).toEqual(asOne(whole));
    expect(asOne(fresh.roster), `step ${index}, another process`).toEqual(asOne(whole));
    if (index > 0) expect(bytes, `step ${index}`).toBeLessThan(400);
    phone = roster;
  }
});

const joins = (passholderId: string) =>
  server.context.db
    .insertInto('membership')
    .values({
      region_id: REGION_ID,
      passholder_id: passholderId,
      card_system_id: 'uitpas-westhoek',
      status: 'active',
      kansenstatuut_until: null,
      kansenstatuut_suspended_until: null,
    })
    .execute();

test('the whole file is the answer where the change cannot be told', async () => {
  const app = createApp(server.context);
  const { number } = await region.card();
  const phone = await download();
  const ask = async (from: string): Promise<boolean> => {
    const response = await app.request(`${(await offer()).url}?from=${from}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    return isRosterDelta(new Uint8Array(await response.arrayBuffer()));
  };
  const { rosterId, version } = phone.header;
  expect(await ask(`${rosterId}.${version}`)).toBe(true);
  for (const from of [
    `another.${version}`,
    `${rosterId}.${version + 1_000_000}`,
    rosterId,
    `${rosterId}.-1`,
    '',
  ])
    expect(await ask(from), from).toBe(false);
  // A deleted row leaves nothing behind that could be told.
  await server.context.db.deleteFrom('card').where('uitpas_number', '=', number).execute();
  // The version may also move on for a transaction of another database of the cluster, before this one is in.
  await expect.poll(() => ask(`${rosterId}.${version}`), { timeout: 30_000 }).toBe(false);
  const { roster } = await follow(app, phone);
  expect(roster.find(roster.fingerprint(hmac, number))).toEqual({ known: false });
});

test('half a day later the same cards have a new name, and a phone follows without the whole file', async () => {
  const far = await region.activity({ startsAt: EVENING + 720 * HOUR, endsAt: EVENING + 722 * HOUR });
  const enrolled = new TestPhone();
  await region.enrol(enrolled, [far], 'Inkom 2');
  const token = `${TOKEN}-of-another`;
  await server.context.db
    .updateTable('device')
    .set({ token_hash: tokenHash(token), token_expires_at: EVENING + 240 * HOUR })
    .where('device_id', '=', enrolled.id)
    .execute();
  const get = async (query = '') => {
    const found = await rosterOfferOf(server.context, REGION_ID, [far], server.context.clock.now());
    const response = await createApp(server.context).request(`${found?.url ?? ''}${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { id: found?.id, bytes: new Uint8Array(await response.arrayBuffer()) };
  };
  await settledOffer();
  const first = await get();
  const roster = decodeRoster(first.bytes);
  if (!roster.ok) throw new Error(roster.error.code);
  const from = `?from=${roster.value.header.rosterId}.${roster.value.header.version}`;
  server.setNow(EVENING + 13 * HOUR);
  const second = await get(from);
  expect(second.id).not.toBe(first.id);
  expect(isRosterDelta(second.bytes)).toBe(true);
  server.setNow(EVENING + 90 * HOUR);
  expect(isRosterDelta((await get(from)).bytes)).toBe(false);
});

test('visits of others carry the fingerprint that the roster uses', async () => {
  const { number } = await region.card();
  const roster = await download();
  const text = (await fingerprinterOf(server.context, REGION_ID, [activityId]))(number);
  expect(fingerprintFromText(text)).toBe(roster.fingerprint(hmac, number));
});

test('needs the token of an active phone, and only for its own roster', async () => {
  const { url } = await offer();
  expect((await fetchRoster(url, { authorization: '' })).status).toBe(401);
  expect((await fetchRoster(url, { authorization: `Bearer ${TOKEN}x` })).status).toBe(401);
  expect((await fetchRoster('/api/roster/another')).status).toBe(404);
  server.setNow(EVENING + limits.accessTokenMs);
  expect((await fetchRoster(url)).status).toBe(401);
  server.setNow(EVENING);
  const setState = (state: 'active' | 'revoked') =>
    server.context.db.updateTable('device').set({ state }).where('device_id', '=', phone.id).execute();
  await setState('revoked');
  expect((await fetchRoster(url)).status).toBe(401);
  expect((await fetchRoster(`${url}?from=x.1`)).status).toBe(401);
  await setState('active');
});

test('chips are a file of their own, under another key; a chip taken off a card is known no more', async () => {
  const { db } = server.context;
  const app = createApp(server.context);
  const { number } = await region.card({ state: 'blocked' });
  const withChip = (chip: string | null) =>
    db.updateTable('card').set({ chip_number: chip }).where('uitpas_number', '=', number).execute();
  const get = async (query: string): Promise<Uint8Array> => {
    const response = await app.request(`${(await offer()).url}${query}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    return new Uint8Array(await response.arrayBuffer());
  };
  const whole = async (of: 'chip' | 'number'): Promise<Roster> => {
    const decoded = decodeRoster(await get(`?of=${of}`));
    if (!decoded.ok) throw new Error(decoded.error.code);
    return decoded.value;
  };
  const before = (await offer()).version;
  await withChip('04784CDAEE3880');
  await offerAfter(before);
  const [chips, numbers] = [await whole('chip'), await whole('number')];
  expect(chips.header).toMatchObject({ of: 'chip', cardCount: 1, rosterId: numbers.header.rosterId });
  expect(chips.header.key).not.toBe(numbers.header.key);
  expect(chips.find(chips.fingerprint(hmac, '04784CDAEE3880'))).toMatchObject({
    known: true,
    state: 'blocked',
  });
  expect(chips.find(chips.fingerprint(hmac, number))).toEqual({ known: false });

  const from = `&from=${chips.header.rosterId}.${chips.header.version}`;
  expect(isRosterDelta(await get(`?of=chip${from}`))).toBe(true);
  await withChip(null);
  await offerAfter(chips.header.version);
  const after = decodeRoster(await get(`?of=chip${from}`));
  expect(after.ok && after.value.header.cardCount).toBe(0);
});

test('a phone of another region cannot have it, nor a change of it', async () => {
  const { db } = server.context;
  const { url, id, version } = await offer();
  const token = `${TOKEN}-of-elsewhere`;
  const elsewhere = new TestPhone();
  await db
    .insertInto('region')
    .values({ region_id: 2, slug: 'elders', name: 'Elders', feed_epoch: 'e' })
    .execute();
  await db
    .insertInto('organisation')
    .values({
      region_id: 2,
      organisation_id: region.organisationId,
      name: 'Elders',
      kind: 'organiser',
      nis_code: null,
    })
    .execute();
  await region.enrol(elsewhere, []);
  await db
    .updateTable('device')
    .set({ region_id: 2, token_hash: tokenHash(token), token_expires_at: EVENING + HOUR })
    .where('device_id', '=', elsewhere.id)
    .execute();
  for (const query of ['', `?from=${id}.${version}`, '?of=chip'])
    expect((await fetchRoster(`${url}${query}`, { authorization: `Bearer ${token}` })).status).toBe(404);
});
