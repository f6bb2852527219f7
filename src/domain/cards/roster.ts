// What lies on a volunteer's phone: for each card a keyed fingerprint and four bits, nothing else. No name, no birth
// date, no INSZ, no address, no end date (offline-and-sync part 5; docs/adr/006).
// File, version 1: "SBR1", length of the header (uint32, big endian), header as JSON, then the fingerprints in rising
// order as gaps (LEB128), then one nibble a card, two to a byte, the lower one first. What changed since is in roster-delta.ts.
// Invariant: fingerprints are unique and rising; a file that breaks this is refused whole.
import * as z from 'zod/mini';
import { fromBase64url, utf8 } from '../kernel/bytes.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import type { CardFacts, CardState } from './card-facts.ts';
import {
  bitsIn,
  findBits,
  fingerprintIn,
  GONE,
  markOfCard,
  mergeCards,
  packCard,
  sumOfMarks,
  type CardChanges,
  type Fingerprint,
} from './roster-cards.ts';
import { NUMBER_BYTES_MAX, NumberReader, writeNumber } from './whole-numbers.ts';

/** HMAC-SHA-256, given by the runtime. */
export type Hmac = (key: Uint8Array, bytes: Uint8Array) => Uint8Array;

const KEY_BYTES = 32;

export const RosterHeader = z.object({
  v: z.literal(1),
  rosterId: z.string(),
  version: z.int(),
  /** Keyed per roster, base64url; the fingerprint is the first 48 bits of HMAC-SHA-256(key, identifier). */
  key: z.string().check(z.refine((text) => fromBase64url(text)?.length === KEY_BYTES)),
  /** Which identifier of the card the file is about; chips are a second file of the same shape. */
  of: z.enum(['number', 'chip']),
  cardCount: z.int().check(z.minimum(0)),
  /** Is bit 2 meaningful (an enrolled activity sells)? */
  entitlement: z.boolean(),
  builtAt: z.int(),
  expiresAt: z.int(),
});
export type RosterHeader = z.infer<typeof RosterHeader>;

export type RosterEntry = { readonly fingerprint: Fingerprint; readonly bits: number };

const STATES: readonly CardState[] = ['active', 'blocked', 'replaced', 'stock'];
const ENTITLED = 4;
const GROUP_PASS = 8;
const MAGIC = utf8('SBR1');

export function fingerprintOf(hmac: Hmac, key: Uint8Array, identifier: string): Fingerprint {
  const digest = hmac(key, utf8(identifier));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = digest;
  return ((a << 16) | (b << 8) | c) * 2 ** 24 + ((d << 16) | (e << 8) | f);
}

/** Deleted cards are left out: nobody holds them any more. */
export function rosterBits(card: {
  state: CardState;
  groupPass: boolean;
  entitled: boolean;
}): number | undefined {
  const state = STATES.indexOf(card.state);
  if (state < 0) return undefined;
  return state | (card.entitled ? ENTITLED : 0) | (card.groupPass ? GROUP_PASS : 0);
}

/** Writes a file stretch by stretch: the server lets others work between two stretches of 600,000 cards. */
export class RosterWriter {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #nibbles: Uint8Array<ArrayBuffer>;
  readonly #cardCount: number;
  #at: number;
  #written = 0;
  #previous = -1;

  constructor(header: RosterHeader) {
    const head = utf8(JSON.stringify(header));
    this.#cardCount = header.cardCount;
    this.#nibbles = new Uint8Array(Math.ceil(header.cardCount / 2));
    this.#at = MAGIC.length + 4 + head.length;
    this.#bytes = new Uint8Array(this.#at + gapsBytesMax(header.cardCount) + this.#nibbles.length);
    this.#bytes.set(MAGIC, 0);
    new DataView(this.#bytes.buffer).setUint32(MAGIC.length, head.length);
    this.#bytes.set(head, MAGIC.length + 4);
  }

  /** Packed cards, rising, above those before. */
  add(cards: Float64Array): void {
    for (const card of cards) {
      const fingerprint = fingerprintIn(card);
      const gap = fingerprint - this.#previous;
      if (gap <= 0) throw new Error('roster fingerprints must rise');
      this.#at = writeNumber(this.#bytes, this.#at, gap);
      this.#previous = fingerprint;
      const i = this.#written++;
      this.#nibbles[i >> 1] = (this.#nibbles[i >> 1] ?? 0) | (bitsIn(card) << (i % 2 === 0 ? 0 : 4));
    }
  }

  finish(): Uint8Array<ArrayBuffer> {
    if (this.#written !== this.#cardCount) throw new Error('the roster header names another number of cards');
    this.#bytes.set(this.#nibbles, this.#at);
    return this.#bytes.slice(0, this.#at + this.#nibbles.length);
  }
}

/** Gaps of n numbers below 2^48: together they are longest when all are equal, apart from a byte each for rounding. */
const gapsBytesMax = (count: number): number =>
  count === 0 ? 0 : count * Math.min(NUMBER_BYTES_MAX, Math.ceil(Math.log2(2 ** 48 / count) / 7) + 1);

export function encodeRoster(header: RosterHeader, entries: readonly RosterEntry[]): Uint8Array<ArrayBuffer> {
  const writer = new RosterWriter(header);
  writer.add(Float64Array.from(entries, ({ fingerprint, bits }) => packCard(fingerprint, bits)));
  return writer.finish();
}

export type RosterProblem = { readonly code: 'not-a-roster' | 'newer-version' | 'damaged' };

export function decodeRoster(bytes: Uint8Array): Result<Roster, RosterProblem> {
  const reader = readerOf(bytes);
  if (reader.ok) reader.value.read(Infinity);
  return reader.ok ? reader.value.finish() : reader;
}

/** The same stretch by stretch: on a slow phone 600,000 cards would hold up everything else for a third of a second. */
export async function decodeRosterInStretches(
  bytes: Uint8Array,
  pause: () => Promise<void>,
): Promise<Result<Roster, RosterProblem>> {
  const reader = readerOf(bytes);
  if (!reader.ok) return reader;
  while (reader.value.read(STRETCH_CARDS)) await pause();
  return reader.value.finish();
}

/** Some ten milliseconds of a slow phone. */
const STRETCH_CARDS = 20_000;

function readerOf(bytes: Uint8Array): Result<RosterReader, RosterProblem> {
  if (bytes.length < 8 || MAGIC.some((byte, i) => bytes[i] !== byte)) return refuse({ code: 'not-a-roster' });
  const headLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4);
  const header = readHeader(bytes.subarray(8, 8 + headLength));
  if (!header.ok) return header;
  // A card takes at least a byte and a nibble: no header makes the phone reserve more than the file holds.
  const room = bytes.length - Math.ceil(header.value.cardCount / 2) - 8 - headLength;
  if (header.value.cardCount > room) return refuse({ code: 'damaged' });
  return ok(new RosterReader(bytes, 8 + headLength, header.value));
}

class RosterReader {
  readonly #bytes: Uint8Array;
  readonly #header: RosterHeader;
  readonly #nibblesAt: number;
  readonly #cards: Float64Array;
  readonly #gaps: NumberReader;
  #read = 0;
  #fingerprint = -1;
  #damaged = false;

  constructor(bytes: Uint8Array, at: number, header: RosterHeader) {
    this.#bytes = bytes;
    this.#header = header;
    this.#nibblesAt = bytes.length - Math.ceil(header.cardCount / 2);
    this.#cards = new Float64Array(header.cardCount);
    this.#gaps = new NumberReader(bytes, at);
  }

  /** Reads on; is there more? */
  read(countMax: number): boolean {
    const cards = this.#cards;
    const end = Math.min(cards.length, this.#read + countMax);
    let fingerprint = this.#fingerprint;
    for (let i = this.#read; i < end; i++) {
      const gap = this.#gaps.next();
      fingerprint += gap;
      if (!(gap >= 1 && fingerprint < 2 ** 48)) {
        this.#damaged = true;
        return false;
      }
      const two = this.#bytes[this.#nibblesAt + (i >> 1)] ?? 0;
      cards[i] = packCard(fingerprint, i % 2 === 0 ? two & 15 : two >> 4);
    }
    this.#fingerprint = fingerprint;
    this.#read = end;
    return end < cards.length;
  }

  finish(): Result<Roster, RosterProblem> {
    if (this.#damaged || this.#gaps.at !== this.#nibblesAt) return refuse({ code: 'damaged' });
    return ok(new Roster(this.#header, this.#cards));
  }
}

/** What a change of version says of the roster as a whole. */
export type RosterChange = Pick<RosterHeader, 'rosterId' | 'expiresAt' | 'version' | 'builtAt'>;

/** A roster in memory: the cards of its file, and over them what changed since. A look-up is a binary search. */
export class Roster {
  readonly header: RosterHeader;
  /** Version of the file; the same as the header's when nothing changed since. */
  readonly fileVersion: number;
  readonly changes: CardChanges;
  readonly #cards: Float64Array;
  readonly #key: Uint8Array;
  #sum: number | undefined;

  constructor(
    header: RosterHeader,
    cards: Float64Array,
    over: { fileVersion: number; changes: CardChanges; sum: number | undefined } = {
      fileVersion: header.version,
      changes: new Map(),
      sum: undefined,
    },
  ) {
    this.header = header;
    this.fileVersion = over.fileVersion;
    this.changes = over.changes;
    this.#cards = cards;
    this.#sum = over.sum;
    this.#key = fromBase64url(header.key) ?? new Uint8Array();
  }

  fingerprint(hmac: Hmac, identifier: string): Fingerprint {
    return fingerprintOf(hmac, this.#key, identifier);
  }

  /** What the roster says of a card; every card in it is a member of a card system of the enrolled activities. */
  find(fingerprint: Fingerprint): CardFacts & { readonly entitled?: boolean } {
    const bits = this.bitsOf(fingerprint);
    if (bits === undefined) return { known: false };
    return {
      known: true,
      state: STATES[bits & 3] ?? 'active',
      groupPass: (bits & GROUP_PASS) !== 0,
      membership: 'here',
      ...(this.header.entitlement && { entitled: (bits & ENTITLED) !== 0 }),
    };
  }

  bitsOf(fingerprint: Fingerprint): number | undefined {
    const changed = this.changes.get(fingerprint);
    if (changed !== undefined) return changed === GONE ? undefined : changed;
    return findBits(this.#cards, fingerprint);
  }

  /** The sum of the marks of all cards: equal for equal rosters, whichever way they came about. */
  get sum(): number {
    this.#sum ??= sumOfMarks(this.cards());
    return this.#sum;
  }

  /** The next version; changes that say what is already so are welcome. */
  with(changes: CardChanges, next: RosterChange): Roster {
    let { sum } = this;
    let { cardCount } = this.header;
    const together = new Map(this.changes);
    for (const [fingerprint, bits] of changes) {
      const before = this.bitsOf(fingerprint);
      if (before !== undefined) {
        sum -= markOfCard(packCard(fingerprint, before));
        cardCount--;
      }
      if (bits !== GONE) {
        sum += markOfCard(packCard(fingerprint, bits));
        cardCount++;
      }
      together.set(fingerprint, bits);
    }
    const { rosterId, expiresAt, version, builtAt } = next;
    const header = { ...this.header, rosterId, version, cardCount, builtAt, expiresAt };
    const over = {
      fileVersion: this.fileVersion,
      changes: together,
      sum: ((sum % 2 ** 32) + 2 ** 32) % 2 ** 32,
    };
    return new Roster(header, this.#cards, over);
  }

  /** All cards, rising. */
  cards(): Float64Array {
    return this.changes.size === 0 ? this.#cards : mergeCards(this.#cards, this.changes);
  }

  /** The same roster with its changes among its cards. */
  folded(): Roster {
    const over = { fileVersion: this.header.version, changes: new Map(), sum: this.#sum };
    return new Roster(this.header, this.cards(), over);
  }
}

function readHeader(bytes: Uint8Array): Result<RosterHeader, RosterProblem> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return refuse({ code: 'damaged' });
  }
  const parsed = z.safeParse(RosterHeader, json);
  if (parsed.success) return ok(parsed.data);
  const later = z.safeParse(z.object({ v: z.int().check(z.minimum(2)) }), json).success;
  return refuse({ code: later ? 'newer-version' : 'damaged' });
}
