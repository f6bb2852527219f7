import { createHmac } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeRoster, type Roster } from '#domain/cards/roster.ts';
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
  const before = await offer();
  const first = await fetchRoster(before.url, { 'accept-encoding': 'gzip, deflate, br' });
  const etag = first.headers.get('etag') ?? '';
  expect(first.headers.get('content-encoding')).toBe('br');
  const plain = new Uint8Array(await (await fetchRoster(before.url)).arrayBuffer());
  expect(new Uint8Array(brotliDecompressSync(new Uint8Array(await first.arrayBuffer())))).toEqual(plain);
  const zipped = await fetchRoster(before.url, { 'accept-encoding': 'gzip' });
  expect(new Uint8Array(gunzipSync(new Uint8Array(await zipped.arrayBuffer())))).toEqual(plain);
  expect((await fetchRoster(before.url, { 'if-none-match': etag })).status).toBe(304);

  await region.card();
  const after = await offer();
  expect(after.id).toBe(before.id);
  expect(after.version).toBeGreaterThan(before.version);
  expect((await fetchRoster(after.url, { 'if-none-match': etag })).status).toBe(200);
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
});
