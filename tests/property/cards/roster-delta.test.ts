import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeRoster, encodeRoster, RosterWriter, type Roster } from '#domain/cards/roster.ts';
import { GONE } from '#domain/cards/roster-cards.ts';
import { applyDelta, decodeDelta, deltaOf, encodeDelta } from '#domain/cards/roster-delta.ts';
import { must } from '#domain/kernel/assert.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';

const END = 1_000_000;
type Cards = ReadonlyMap<number, number>;

/** Few enough that changes meet the same card again, and with the edges of 48 bits among them. */
const fingerprint = fc.oneof(
  fc.nat(40),
  fc.maxSafeNat().map((n) => n % 2 ** 48),
  fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 48 - 1),
);
const step = fc.uniqueArray(fc.tuple(fingerprint, fc.oneof(fc.nat(15), fc.constant(GONE))), {
  selector: ([card]) => card,
  maxLength: 30,
});
const story = fc.array(step, { minLength: 1, maxLength: 8 });

const after = (cards: Cards, changes: readonly (readonly [number, number])[]): Cards => {
  const next = new Map(cards);
  for (const [card, bits] of changes) {
    if (bits === GONE) next.delete(card);
    else next.set(card, bits);
  }
  return next;
};

const wholeFile = (cards: Cards, version: number): Uint8Array<ArrayBuffer> =>
  encodeRoster(
    {
      v: 1,
      rosterId: `r${version}`,
      version,
      key: toBase64url(new Uint8Array(32).fill(3)),
      of: 'number',
      cardCount: cards.size,
      entitlement: true,
      builtAt: version * 1_000,
      expiresAt: END + version,
    },
    [...cards].sort(([a], [b]) => a - b).map(([card, bits]) => ({ fingerprint: card, bits })),
  );

const rosterOf = (cards: Cards, version: number): Roster => {
  const decoded = decodeRoster(wholeFile(cards, version));
  return must(decoded.ok ? decoded.value : undefined, 'roster');
};

function fileOf(roster: Roster): Uint8Array {
  const writer = new RosterWriter(roster.header);
  writer.add(roster.cards());
  return writer.finish();
}

/** As the server makes it, over the wire, as the phone applies it. */
function follow(phone: Roster, server: Roster, changed: Iterable<number>): Roster {
  const wire = decodeDelta(encodeDelta(deltaOf(server, phone.header.version, changed)));
  const delta = must(wire.ok ? wire.value : undefined, 'delta');
  const next = applyDelta(phone, delta, server.header);
  return must(next.ok ? next.value : undefined, 'roster');
}

it('whatever happens to the cards, each delta gives the whole file of its version, byte for byte', () => {
  fc.assert(
    fc.property(story, fc.boolean(), (steps, fold) => {
      let cards: Cards = new Map();
      let phone = rosterOf(cards, 1);
      for (const [index, changes] of steps.entries()) {
        cards = after(cards, changes);
        const version = index + 2;
        phone = follow(
          phone,
          rosterOf(cards, version),
          changes.map(([card]) => card),
        );
        expect(fileOf(phone)).toEqual(wholeFile(cards, version));
        if (fold) phone = phone.folded();
      }
    }),
  );
});

it('one delta over many versions gives the same as one after the other, also when it tells what did not change', () => {
  fc.assert(
    fc.property(story, fc.array(fingerprint, { maxLength: 5 }), (steps, unchanged) => {
      const cards = steps.reduce<Cards>(after, new Map());
      const server = rosterOf(cards, steps.length + 1);
      const changed = new Set([...steps.flat().map(([card]) => card), ...unchanged]);
      expect(fileOf(follow(rosterOf(new Map(), 1), server, changed))).toEqual(
        wholeFile(cards, steps.length + 1),
      );
    }),
  );
});

it('what the phone keeps beside its file leads from that file to now', () => {
  fc.assert(
    fc.property(story, (steps) => {
      const file = rosterOf(new Map([[7, 1]]), 1);
      let cards: Cards = new Map([[7, 1]]);
      let phone = file;
      for (const [index, changes] of steps.entries()) {
        cards = after(cards, changes);
        phone = follow(
          phone,
          rosterOf(cards, index + 2),
          changes.map(([card]) => card),
        );
      }
      const kept = decodeDelta(encodeDelta(deltaOf(phone, phone.fileVersion, phone.changes.keys())));
      const loaded = applyDelta(file, must(kept.ok ? kept.value : undefined, 'delta'), phone.header);
      expect(loaded.ok && fileOf(loaded.value)).toEqual(wholeFile(cards, steps.length + 1));
    }),
  );
});

it('a delta with one byte changed, or cut, or for other cards, is refused or changes no card', () => {
  fc.assert(
    fc.property(step, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(), (changes, at, flip, cut) => {
      const had: Cards = new Map([
        [7, 1],
        [900, 2],
      ]);
      const cards = after(had, changes);
      const server = rosterOf(cards, 2);
      const bytes = encodeDelta(
        deltaOf(
          server,
          1,
          changes.map(([card]) => card),
        ),
      );
      const flipped = bytes.slice();
      flipped[at % bytes.length] = must(bytes[at % bytes.length], 'byte') ^ flip;
      for (const [wire, base] of [
        [flipped, rosterOf(had, 1)],
        [bytes.slice(0, cut % bytes.length), rosterOf(had, 1)],
        [bytes, rosterOf(new Map([[901, 3]]), 1)],
      ] as const) {
        const delta = decodeDelta(wire);
        const next = delta.ok ? applyDelta(base, delta.value, server.header) : undefined;
        if (next?.ok) expect(next.value.cards()).toEqual(server.cards());
      }
    }),
    { numRuns: 500 },
  );
});

it('arbitrary bytes are no delta', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(decodeDelta(bytes).ok).toBe(false);
      const marked = decodeDelta(Uint8Array.from([83, 66, 68, 49, ...bytes]));
      if (marked.ok) expect(marked.value.changes.size).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
