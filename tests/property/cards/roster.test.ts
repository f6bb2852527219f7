import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  decodeRoster,
  encodeRoster,
  fingerprintOf,
  type Hmac,
  type Roster,
  type RosterEntry,
} from '#domain/cards/roster.ts';
import { must } from '#domain/kernel/assert.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';

const hmac: Hmac = (key, bytes) => createHmac('sha256', key).update(bytes).digest();
const key = new Uint8Array(32).fill(3);
const STATES = ['active', 'blocked', 'replaced', 'stock'] as const;

const fingerprint = fc.oneof(
  fc.maxSafeNat().map((n) => n % 2 ** 48),
  fc.nat(300),
  fc.constantFrom(2 ** 24 - 1, 2 ** 24, 2 ** 32, 2 ** 48 - 1),
);
const cards = fc
  .uniqueArray(fc.record({ fingerprint, bits: fc.nat(15) }), {
    selector: (card) => card.fingerprint,
    maxLength: 60,
  })
  .map((list) => list.sort((a, b) => a.fingerprint - b.fingerprint));

const fileOf = (entries: readonly RosterEntry[]): Uint8Array =>
  encodeRoster(
    {
      v: 1,
      rosterId: 'r',
      version: 1,
      key: toBase64url(key),
      of: 'number',
      cardCount: entries.length,
      entitlement: true,
      builtAt: 0,
      expiresAt: 1,
    },
    entries,
  );

function rosterOf(entries: readonly RosterEntry[]): Roster {
  const decoded = decodeRoster(fileOf(entries));
  return must(decoded.ok ? decoded.value : undefined, 'roster');
}

it('every card of the file is found again with its four bits, and no other', () => {
  fc.assert(
    fc.property(cards, fc.array(fingerprint, { maxLength: 20 }), (entries, strangers) => {
      const roster = rosterOf(entries);
      for (const { fingerprint: card, bits } of entries)
        expect(roster.find(card)).toEqual({
          known: true,
          state: STATES[bits & 3],
          entitled: (bits & 4) !== 0,
          groupPass: (bits & 8) !== 0,
          membership: 'here',
        });
      const inside = new Set(entries.map((entry) => entry.fingerprint));
      for (const stranger of strangers) expect(roster.find(stranger).known).toBe(inside.has(stranger));
    }),
  );
});

it('5,000 cards by number: no false negative, no false hit among 20,000 strangers', () => {
  const number = (serial: number): string => `0900${String(serial).padStart(9, '0')}`;
  const entries = Array.from({ length: 5_000 }, (_, serial) => ({
    fingerprint: fingerprintOf(hmac, key, number(serial)),
    bits: serial % 16,
  })).sort((a, b) => a.fingerprint - b.fingerprint);
  const roster = rosterOf(entries);
  for (let serial = 0; serial < 25_000; serial++)
    expect(roster.find(roster.fingerprint(hmac, number(serial))).known).toBe(serial < 5_000);
});

it('a file with one byte changed, cut or cut off is refused or read, and never throws', () => {
  fc.assert(
    fc.property(cards, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(), (entries, at, flip, cut) => {
      const file = fileOf(entries);
      const changed = file.slice();
      changed[at % file.length] = must(file[at % file.length], 'byte') ^ flip;
      const decoded = decodeRoster(changed);
      if (decoded.ok) decoded.value.find(0);
      const short = decodeRoster(file.slice(0, cut % file.length));
      expect(short.ok).toBe(false);
    }),
    { numRuns: 500 },
  );
});

it('arbitrary bytes are no roster', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(decodeRoster(bytes).ok).toBe(false);
      expect(decodeRoster(Uint8Array.from([83, 66, 82, 49, ...bytes])).ok).toBe(false);
    }),
  );
});
