// Reads a roster of hundreds of thousands of cards, or what changed in it, and writes its file, in stretches of a few
// milliseconds: the process answers others in between.
import { setImmediate as otherWork } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { fingerprintOf, rosterBits, RosterWriter, type Hmac, type Roster } from '#domain/cards/roster.ts';
import { fingerprintIn, GONE, packCard, type Fingerprint } from '#domain/cards/roster-cards.ts';
import type { Database } from '../db/tables.ts';
import { readChangedCards, readRosterCards, type RosterScope } from './roster-repository.ts';

/** Cards of one query. */
const CHUNK = 5_000;
/** Fingerprints made, and cards written, before others get their turn: some 3 ms each. */
const MADE_AT_ONCE = 1_000;
const WRITTEN_AT_ONCE = 50_000;
const BUCKETS = 1_024;
const BUCKETS_AT_ONCE = 64;
const BUCKET_WIDTH = 2 ** 52 / BUCKETS;

/** The key of a scope, and the function it goes into. */
export type Fingerprinting = { readonly key: Uint8Array; readonly hmac: Hmac };

/** Rising. Of two cards with the same 48 bits one stays (docs/adr/006); the server knows both. */
export async function buildCards(
  db: Kysely<Database>,
  scope: RosterScope,
  { key, hmac }: Fingerprinting,
): Promise<Float64Array> {
  let packed = new Float64Array(CHUNK);
  let count = 0;
  for (let after = ''; ;) {
    const cards = await readRosterCards(db, scope, after, CHUNK);
    if (count + cards.length > packed.length) {
      const grown = new Float64Array(packed.length * 2);
      grown.set(packed);
      packed = grown;
    }
    for (const [index, { identifier, ...card }] of cards.entries()) {
      if (index % MADE_AT_ONCE === 0) await otherWork();
      const bits = rosterBits({ ...card, entitled: false });
      if (bits !== undefined) packed[count++] = packCard(fingerprintOf(hmac, key, identifier), bits);
    }
    const last = cards.at(-1);
    if (!last || cards.length < CHUNK) break;
    after = last.number;
  }
  return withoutTwins(await sortInStretches(packed.subarray(0, count)));
}

export type CardChange = { readonly fingerprint: Fingerprint; readonly bits: number; readonly tx: number };

/** Changes since `from`, oldest first; of more than `max` the newest, and from when on those are all. */
export async function readChanges(
  db: Kysely<Database>,
  scope: RosterScope,
  { key, hmac }: Fingerprinting,
  from: number,
  max: number,
): Promise<{ changes: CardChange[]; from: number }> {
  const cards = await readChangedCards(db, scope, from, max + 1);
  const firstTooMany = cards[max]?.tx;
  const toldFrom = firstTooMany === undefined ? from : firstTooMany + 1;
  const changes: CardChange[] = [];
  for (const [index, { identifier, tx, inScope, ...card }] of cards.reverse().entries()) {
    if (index % MADE_AT_ONCE === 0) await otherWork();
    if (tx < toldFrom) continue;
    const bits = inScope ? (rosterBits({ ...card, entitled: false }) ?? GONE) : GONE;
    changes.push({ fingerprint: fingerprintOf(hmac, key, identifier), bits, tx });
  }
  return { changes, from: toldFrom };
}

export async function writeFile(roster: Roster): Promise<Buffer> {
  const writer = new RosterWriter(roster.header);
  const cards = roster.cards();
  for (let at = 0; at < cards.length; at += WRITTEN_AT_ONCE) {
    await otherWork();
    writer.add(cards.subarray(at, at + WRITTEN_AT_ONCE));
  }
  const bytes = writer.finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Fingerprints are spread evenly, so their highest bits divide them into small lists, each sorted in no time. */
async function sortInStretches(cards: Float64Array): Promise<Float64Array> {
  const ends = new Uint32Array(BUCKETS);
  for (const card of cards) ends[bucketOf(card)] = (ends[bucketOf(card)] ?? 0) + 1;
  for (let bucket = 1; bucket < BUCKETS; bucket++)
    ends[bucket] = (ends[bucket] ?? 0) + (ends[bucket - 1] ?? 0);
  const places = Uint32Array.from(ends, (_, bucket) => ends[bucket - 1] ?? 0);
  const sorted = new Float64Array(cards.length);
  for (let i = 0; i < cards.length; i++) {
    if (i % WRITTEN_AT_ONCE === 0) await otherWork();
    const card = cards[i] ?? 0;
    const bucket = bucketOf(card);
    const place = places[bucket] ?? 0;
    sorted[place] = card;
    places[bucket] = place + 1;
  }
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    if (bucket % BUCKETS_AT_ONCE === 0) await otherWork();
    sorted.subarray(ends[bucket - 1] ?? 0, ends[bucket]).sort();
  }
  return sorted;
}

const bucketOf = (card: number): number => Math.floor(card / BUCKET_WIDTH);

function withoutTwins(cards: Float64Array): Float64Array {
  let kept = 0;
  let previous = -1;
  for (const card of cards) {
    const fingerprint = fingerprintIn(card);
    if (fingerprint === previous) continue;
    cards[kept++] = card;
    previous = fingerprint;
  }
  return cards.subarray(0, kept);
}
