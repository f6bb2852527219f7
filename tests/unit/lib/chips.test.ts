import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { expect, it, vi } from 'vitest';
import { parseChipNumber, type ChipNumber } from '#domain/cards/chip-number.ts';
import { encodeRoster, fingerprintOf } from '#domain/cards/roster.ts';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { must } from '#domain/kernel/assert.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';
import { loadRoster, type RosterDownload } from '../../../src/lib/cards/roster-store.ts';
import { checkIn } from '../../../src/lib/checkins/check-in.ts';
import type { Phone } from '../../../src/lib/session/phone.ts';
import {
  offerRoster,
  rosterFile,
  testClock,
  testPhone,
  testPolicy,
  TEST_NOW,
} from '../../_support/phone-in-test.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

const NUMBERS = rosterFile([{ number: makeUitpasNumber('09000109591', '0') }]);
const CHIP = chip('04:78:4c:da:ee:38:80');
const KEY = new Uint8Array(32).fill(9);
const POLICY = testPolicy();

function chip(text: string): ChipNumber {
  const parsed = parseChipNumber(text);
  return must(parsed.ok ? parsed.value : undefined, 'a chip');
}

function chipFile(builtAt = TEST_NOW): Uint8Array<ArrayBuffer> {
  const fingerprint = fingerprintOf((k, b) => hmac(sha256, k, b), KEY, CHIP);
  const header = {
    v: 1 as const,
    rosterId: 'r1',
    version: 3,
    key: toBase64url(KEY),
    of: 'chip' as const,
    cardCount: 1,
    entitlement: false,
    builtAt,
    expiresAt: builtAt + 12 * 3_600_000,
  };
  return new Uint8Array(encodeRoster(header, [{ fingerprint, bits: 0 }]));
}

async function phoneThat(
  readsChips: boolean,
  clock = testClock(),
): Promise<{ phone: Phone; asked: string[] }> {
  const asked: string[] = [];
  const download: RosterDownload = (url) => {
    asked.push(url);
    const bytes = url.includes('of=chip') ? chipFile() : NUMBERS;
    return Promise.resolve({ bytes, etag: null });
  };
  const phone = await testPhone({ clock, download, policies: [POLICY], readsChips: () => readsChips });
  await offerRoster(phone);
  return { phone, asked };
}

const hold = (phone: Phone) =>
  checkIn(phone, { kind: 'chip', chip: CHIP }, { activityId: POLICY.activityId, way: 'nfc' });

it('the list of chips comes only to a phone that reads them', async () => {
  const { phone, asked } = await phoneThat(false);
  expect(asked).toEqual(['/roster']);
  expect(phone.roster('chip')).toBeUndefined();
  expect(await hold(phone)).toMatchObject({ kind: 'scanned', verdict: 'noted', doubt: 'no-roster' });
});

it('a chip on the list is a card like another, and the lists lie beside each other', async () => {
  const { phone, asked } = await phoneThat(true);
  expect(asked).toEqual(['/roster', '/roster?of=chip']);
  expect(await hold(phone)).toMatchObject({ kind: 'scanned', verdict: 'saved', masked: '' });
  expect((await loadRoster(phone.db, phone.device, TEST_NOW, 'chip'))?.header.of).toBe('chip');
  expect((await loadRoster(phone.db, phone.device, TEST_NOW, 'number'))?.header.of).toBe('number');

  await phone.refreshRoster();
  expect(asked).toHaveLength(2);
  await phone.db.contacts.update(phone.device.id, {
    rosterOffer: { id: 'r1', version: 4, url: '/roster', expiresAt: TEST_NOW },
  });
  await phone.refreshRoster();
  // From then on what changed, of each list apart.
  expect(asked.slice(2)).toEqual(expect.arrayContaining(['/roster?from=r1.3', '/roster?from=r1.3&of=chip']));
});

it('a file of numbers is not taken for one of chips', async () => {
  const download: RosterDownload = () => Promise.resolve({ bytes: NUMBERS, etag: null });
  const phone = await testPhone({ download, readsChips: () => true });
  await offerRoster(phone);
  expect(phone.roster()).toBeDefined();
  expect(phone.roster('chip')).toBeUndefined();
});

it('goes with its time, as the list of numbers does', async () => {
  const clock = testClock();
  const { phone } = await phoneThat(true, clock);
  clock.advance(12 * 3_600_000);
  expect(phone.roster('chip')).toBeUndefined();
  await vi.waitFor(async () => expect(await phone.db.meta.get('chips')).toBeUndefined());
  expect(await phone.db.blobs.get('chips')).toBeUndefined();
});
