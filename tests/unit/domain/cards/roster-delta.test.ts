import { describe, expect, it } from 'vitest';
import { decodeRoster, encodeRoster, type Roster } from '#domain/cards/roster.ts';
import { GONE } from '#domain/cards/roster-cards.ts';
import { applyDelta, decodeDelta, deltaOf, encodeDelta } from '#domain/cards/roster-delta.ts';
import { must } from '#domain/kernel/assert.ts';
import { concatBytes, toBase64url, utf8 } from '#domain/kernel/bytes.ts';
import { limits } from '#domain/kernel/limits.ts';

const STEP = 2 ** 28;
const NOW = 1_795_000_000_000;
const target = { rosterId: 'r2', expiresAt: NOW + 1 };

function rosterOf(version: number, cardCount = 100): Roster {
  const header = {
    v: 1 as const,
    rosterId: 'r1',
    version,
    key: toBase64url(new Uint8Array(32)),
    of: 'number' as const,
    cardCount,
    entitlement: false,
    builtAt: NOW,
    expiresAt: NOW,
  };
  const entries = Array.from({ length: cardCount }, (_, i) => ({ fingerprint: i * STEP, bits: i % 16 }));
  const decoded = decodeRoster(encodeRoster(header, entries));
  return must(decoded.ok ? decoded.value : undefined, 'roster');
}

const blocked = (count: number): Roster =>
  rosterOf(5_000_000).with(new Map(Array.from({ length: count }, (_, i) => [i * STEP, 1])), {
    ...target,
    version: 5_000_040,
    builtAt: NOW,
  });
const deltaFor = (roster: Roster): Uint8Array<ArrayBuffer> =>
  encodeDelta(deltaOf(roster, 5_000_000, roster.changes.keys()));

it('carries the new version, its name and its end, and takes nothing else of the roster away', () => {
  const delta = decodeDelta(deltaFor(blocked(3)));
  const next = applyDelta(rosterOf(5_000_000), must(delta.ok ? delta.value : undefined, 'delta'), target);
  const roster = must(next.ok ? next.value : undefined, 'roster');
  expect(roster.header).toMatchObject({ ...target, version: 5_000_040, cardCount: 100, of: 'number' });
  expect(roster.fileVersion).toBe(5_000_000);
  expect(roster.find(STEP)).toMatchObject({ known: true, state: 'blocked' });
  expect(roster.find(3 * STEP)).toMatchObject({ known: true, state: 'stock' });
});

it('a card that is gone is no longer known, and one that comes is', () => {
  const changes = new Map([
    [0, GONE],
    [12_345, 9],
  ]);
  const roster = rosterOf(1).with(changes, { ...target, version: 2, builtAt: NOW });
  expect(roster.header.cardCount).toBe(100);
  for (const each of [roster, roster.folded()]) {
    expect(each.find(0)).toEqual({ known: false });
    expect(each.find(12_345)).toMatchObject({ state: 'blocked', groupPass: true });
    expect(each.sum).toBe(roster.folded().sum);
  }
});

it('a lone change costs tens of bytes; from four on it is less than sixteen each', () => {
  expect(deltaFor(blocked(1)).length).toBeLessThan(40);
  for (const count of [4, 10, 100]) expect(deltaFor(blocked(count)).length / count).toBeLessThan(16);
});

describe('is refused whole', () => {
  const file = deltaFor(blocked(3));
  const cases: [what: string, bytes: Uint8Array, code: string][] = [
    ['nothing', new Uint8Array(), 'not-a-delta'],
    ['a whole roster', utf8('SBR1 and so on'), 'not-a-delta'],
    ['a web page', utf8('<!doctype html>'), 'not-a-delta'],
    ['its mark alone', utf8('SBD1'), 'damaged'],
    ['cut inside the counts', file.slice(0, 9), 'damaged'],
    ['cut inside the cards', file.slice(0, -1), 'damaged'],
    ['one byte more', concatBytes(file, new Uint8Array(1)), 'damaged'],
    [
      'more changes than the bytes hold',
      concatBytes(utf8('SBD1'), Uint8Array.of(1, 1, 1, 1, 99, 99, 0, 0, 0, 0)),
      'damaged',
    ],
    ['a number without end', concatBytes(utf8('SBD1'), new Uint8Array(40).fill(255)), 'damaged'],
  ];
  it.each(cases)('%s', (_what, bytes, code) => {
    const delta = decodeDelta(bytes);
    expect(delta.ok ? undefined : delta.error.code).toBe(code);
  });

  it('more changes than a phone keeps', () => {
    const many = new Map(Array.from({ length: limits.rosterChangesMax + 1 }, (_, i) => [i, 1]));
    const bytes = encodeDelta({
      from: 1,
      version: 2,
      builtAt: 0,
      cardCount: many.size,
      sum: 0,
      changes: many,
    });
    expect(decodeDelta(bytes)).toEqual({ ok: false, error: { code: 'damaged' } });
  });

  it('the change from another version, and one that does not lead to what it promises', () => {
    const delta = must(decodeDelta(file), 'delta');
    if (!delta.ok) throw new Error(delta.error.code);
    expect(applyDelta(rosterOf(4_999_999), delta.value, target)).toMatchObject({
      error: { code: 'other-version' },
    });
    for (const wrong of [{ cardCount: 101 }, { sum: delta.value.sum ^ 1 }])
      expect(applyDelta(rosterOf(5_000_000), { ...delta.value, ...wrong }, target)).toMatchObject({
        error: { code: 'does-not-fit' },
      });
    expect(applyDelta(rosterOf(5_000_000, 99), delta.value, target)).toMatchObject({
      error: { code: 'does-not-fit' },
    });
  });
});
