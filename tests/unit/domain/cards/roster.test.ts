import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  decodeRoster,
  decodeRosterInStretches,
  encodeRoster,
  fingerprintOf,
  rosterBits,
  type Hmac,
  type RosterEntry,
  type RosterHeader,
} from '#domain/cards/roster.ts';
import { must } from '#domain/kernel/assert.ts';
import { concatBytes, toBase64url, utf8 } from '#domain/kernel/bytes.ts';

const hmac: Hmac = (key, bytes) => createHmac('sha256', key).update(bytes).digest();
const key = new Uint8Array(32).fill(7);
const header: RosterHeader = {
  v: 1,
  rosterId: 'r',
  version: 3,
  key: toBase64url(key),
  of: 'number',
  cardCount: 3,
  entitlement: true,
  builtAt: 0,
  expiresAt: 1,
};
const entries: RosterEntry[] = [
  { fingerprint: 0, bits: 0 },
  { fingerprint: 300, bits: 1 | 4 },
  { fingerprint: 2 ** 48 - 1, bits: 2 | 8 },
];
const file = encodeRoster(header, entries);

/** The file with another header before the same cards. */
const withHeader = (changed: object): Uint8Array => {
  const head = utf8(JSON.stringify({ ...header, ...changed }));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, head.length);
  const headLength = new DataView(file.buffer).getUint32(4);
  return concatBytes(utf8('SBR1'), length, head, file.slice(8 + headLength));
};

const code = (bytes: Uint8Array): string | undefined => {
  const decoded = decodeRoster(bytes);
  return decoded.ok ? undefined : decoded.error.code;
};

it('says of each card its state, and whether it is a group pass or entitled', () => {
  const decoded = decodeRoster(file);
  const roster = must(decoded.ok ? decoded.value : undefined, 'roster');
  const here = { known: true, membership: 'here' };
  expect(roster.find(0)).toEqual({ ...here, state: 'active', groupPass: false, entitled: false });
  expect(roster.find(300)).toEqual({ ...here, state: 'blocked', groupPass: false, entitled: true });
  expect(roster.find(2 ** 48 - 1)).toEqual({ ...here, state: 'replaced', groupPass: true, entitled: false });
  for (const stranger of [1, 299, 301, 2 ** 24, 2 ** 47])
    expect(roster.find(stranger)).toEqual({ known: false });
});

it('is the same read in stretches, with a pause between them, and is refused for damage in any of them', async () => {
  const cardCount = 50_000;
  const many = Array.from({ length: cardCount }, (_, i) => ({ fingerprint: i * 7, bits: i % 4 }));
  const bytes = encodeRoster({ ...header, cardCount }, many);
  let pauses = 0;
  const read = (from: Uint8Array): ReturnType<typeof decodeRosterInStretches> =>
    decodeRosterInStretches(from, () => Promise.resolve(void pauses++));
  const inStretches = await read(bytes);
  const whole = decodeRoster(bytes);
  expect(inStretches.ok && [...inStretches.value.cards()]).toEqual(whole.ok && [...whole.value.cards()]);
  expect(pauses).toBe(2);
  // In the second stretch a card that is no further than the one before it.
  const damaged = bytes.slice();
  damaged[bytes.length - cardCount / 2 - 20_000] = 0;
  expect(await read(damaged)).toMatchObject({ ok: false, error: { code: 'damaged' } });
});

it('says nothing of entitlement where no enrolled activity sells', () => {
  const decoded = decodeRoster(withHeader({ entitlement: false }));
  expect(decoded.ok && decoded.value.find(300)).not.toHaveProperty('entitled');
});

it('finds a card by its identifier, with the key of this roster only', () => {
  const fingerprint = fingerprintOf(hmac, key, '0900010959113');
  const decoded = decodeRoster(encodeRoster({ ...header, cardCount: 1 }, [{ fingerprint, bits: 0 }]));
  const roster = must(decoded.ok ? decoded.value : undefined, 'roster');
  expect(roster.fingerprint(hmac, '0900010959113')).toBe(fingerprint);
  expect(fingerprintOf(hmac, new Uint8Array(32), '0900010959113')).not.toBe(fingerprint);
});

it('a fingerprint is the first 48 bits of the digest', () => {
  const digest = Buffer.from(hmac(key, utf8('x')));
  expect(fingerprintOf(hmac, key, 'x')).toBe(digest.readUIntBE(0, 6));
});

it('packs state, entitlement and group pass into four bits; a deleted card is left out', () => {
  const bits = (state: 'active' | 'stock' | 'deleted', groupPass = false, entitled = false) =>
    rosterBits({ state, groupPass, entitled });
  expect(bits('active')).toBe(0);
  expect(bits('stock')).toBe(3);
  expect(bits('active', true, true)).toBe(12);
  expect(bits('deleted')).toBeUndefined();
});

it('refuses to encode fingerprints that do not rise', () => {
  const twice = [entries[1], entries[1]].map((entry) => must(entry, 'entry'));
  expect(() => encodeRoster({ ...header, cardCount: 2 }, twice)).toThrow('must rise');
});

describe('a file that is none, or damaged, is refused whole and never throws', () => {
  const cases: [what: string, bytes: Uint8Array, code: string][] = [
    ['nothing', new Uint8Array(), 'not-a-roster'],
    ['a web page', utf8('<!doctype html><html>'), 'not-a-roster'],
    ['cut inside the header', file.slice(0, 20), 'damaged'],
    ['cut inside the cards', file.slice(0, file.length - 3), 'damaged'],
    ['one byte more', concatBytes(file, new Uint8Array(1)), 'damaged'],
    ['fewer cards than the header says', withHeader({ cardCount: 4 }), 'damaged'],
    ['more cards than the header says', withHeader({ cardCount: 1 }), 'damaged'],
    ['a negative number of cards', withHeader({ cardCount: -1 }), 'damaged'],
    ['more cards than a file can hold', withHeader({ cardCount: 2 ** 50 }), 'damaged'],
    ['a number of cards that would take all memory', withHeader({ cardCount: 2 ** 31 }), 'damaged'],
    ['a key that is no key', withHeader({ key: 'not base64url' }), 'damaged'],
    ['a later version', withHeader({ v: 2 }), 'newer-version'],
  ];
  it.each(cases)('%s', (_what, bytes, expected) => {
    expect(code(bytes)).toBe(expected);
  });
});
