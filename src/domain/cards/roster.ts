// What lies on a volunteer's phone: for each card a keyed fingerprint and four bits, nothing else. No name, no birth
// date, no INSZ, no address, no end date (offline-and-sync part 5; docs/adr/006).
// File, version 1: "SBR1", length of the header (uint32, big endian), header as JSON, then the fingerprints in rising
// order as gaps (LEB128), then one nibble a card, two to a byte, the lower one first.
// Invariant: fingerprints are unique and rising; a file that breaks this is refused whole.
import * as z from 'zod/mini';
import { fromBase64url, utf8 } from '../kernel/bytes.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import type { CardFacts, CardState } from './card-facts.ts';

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

/** 48 bits as a whole number below 2^48. */
export type Fingerprint = number;

export type RosterEntry = { readonly fingerprint: Fingerprint; readonly bits: number };

const STATES: readonly CardState[] = ['active', 'blocked', 'replaced', 'stock'];
const ENTITLED = 4;
const GROUP_PASS = 8;
const MAGIC = utf8('SBR1');
const TWO_24 = 0x1000000;

export function fingerprintOf(hmac: Hmac, key: Uint8Array, identifier: string): Fingerprint {
  const digest = hmac(key, utf8(identifier));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = digest;
  return ((a << 16) | (b << 8) | c) * TWO_24 + ((d << 16) | (e << 8) | f);
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

export function encodeRoster(header: RosterHeader, entries: readonly RosterEntry[]): Uint8Array {
  const head = utf8(JSON.stringify(header));
  const bytes = new Uint8Array(8 + head.length + entries.length * 7 + Math.ceil(entries.length / 2));
  bytes.set(MAGIC, 0);
  new DataView(bytes.buffer).setUint32(4, head.length);
  bytes.set(head, 8);
  let at = 8 + head.length;
  let previous = -1;
  for (const { fingerprint } of entries) {
    let gap = fingerprint - previous;
    if (gap <= 0) throw new Error('roster fingerprints must rise');
    for (; gap >= 128; gap = Math.floor(gap / 128)) bytes[at++] = (gap % 128) | 128;
    bytes[at++] = gap;
    previous = fingerprint;
  }
  for (let i = 0; i < entries.length; i += 2)
    bytes[at++] = (entries[i]?.bits ?? 0) | ((entries[i + 1]?.bits ?? 0) << 4);
  return bytes.slice(0, at);
}

export type RosterProblem = { readonly code: 'not-a-roster' | 'newer-version' | 'damaged' };

export function decodeRoster(bytes: Uint8Array): Result<Roster, RosterProblem> {
  if (bytes.length < 8 || MAGIC.some((byte, i) => bytes[i] !== byte)) return refuse({ code: 'not-a-roster' });
  const headLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4);
  const header = readHeader(bytes.subarray(8, 8 + headLength));
  if (!header.ok) return header;
  const { cardCount } = header.value;
  // A card takes at least a byte and a nibble: no header makes the phone reserve more than the file holds.
  if (cardCount + Math.ceil(cardCount / 2) > bytes.length - 8 - headLength)
    return refuse({ code: 'damaged' });
  const high = new Uint32Array(cardCount);
  const low = new Uint32Array(cardCount);
  let at = 8 + headLength;
  let value = -1;
  for (let i = 0; i < cardCount; i++) {
    let gap = 0;
    let weight = 1;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined || weight > 2 ** 49) return refuse({ code: 'damaged' });
      gap += (byte & 127) * weight;
      if (byte < 128) break;
      weight *= 128;
    }
    value += gap;
    if (gap < 1 || value >= 2 ** 48) return refuse({ code: 'damaged' });
    high[i] = Math.floor(value / TWO_24);
    low[i] = value % TWO_24;
  }
  const nibbles = bytes.slice(at);
  if (nibbles.length !== Math.ceil(cardCount / 2)) return refuse({ code: 'damaged' });
  return ok(new Roster(header.value, high, low, nibbles));
}

/** A roster in memory: two typed arrays and the nibbles; a look-up is a binary search. */
export class Roster {
  readonly header: RosterHeader;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #nibbles: Uint8Array;
  readonly #key: Uint8Array;

  constructor(header: RosterHeader, high: Uint32Array, low: Uint32Array, nibbles: Uint8Array) {
    this.header = header;
    this.#high = high;
    this.#low = low;
    this.#nibbles = nibbles;
    this.#key = fromBase64url(header.key) ?? new Uint8Array();
  }

  fingerprint(hmac: Hmac, identifier: string): Fingerprint {
    return fingerprintOf(hmac, this.#key, identifier);
  }

  /** What the roster says of a card; every card in it is a member of a card system of the enrolled activities. */
  find(fingerprint: Fingerprint): CardFacts & { readonly entitled?: boolean } {
    const index = this.#indexOf(fingerprint);
    if (index < 0) return { known: false };
    const bits = ((this.#nibbles[index >> 1] ?? 0) >> (index % 2 === 0 ? 0 : 4)) & 15;
    return {
      known: true,
      state: STATES[bits & 3] ?? 'active',
      groupPass: (bits & GROUP_PASS) !== 0,
      membership: 'here',
      ...(this.header.entitlement && { entitled: (bits & ENTITLED) !== 0 }),
    };
  }

  #indexOf(fingerprint: Fingerprint): number {
    const high = Math.floor(fingerprint / TWO_24);
    const low = fingerprint % TWO_24;
    let from = 0;
    let to = this.#high.length - 1;
    while (from <= to) {
      const middle = (from + to) >> 1;
      const difference = (this.#high[middle] ?? 0) - high || (this.#low[middle] ?? 0) - low;
      if (difference === 0) return middle;
      if (difference < 0) from = middle + 1;
      else to = middle - 1;
    }
    return -1;
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
