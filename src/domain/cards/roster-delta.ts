// What changed in a roster between two versions, so that one blocked card costs each phone tens of bytes and not a whole
// file (offline-and-sync part 5; docs/adr/011).
// File: "SBD1", then whole numbers (LEB128): the version it starts from, by how much the version rises, when it was built,
// cards in the roster afterwards, cards put, cards gone; the sum of the marks of all cards afterwards (uint32, big endian);
// fingerprints put as gaps, fingerprints gone as gaps, one nibble for each card put.
// Invariant: applied to its version it gives exactly the roster that the whole file of the new version gives, or nothing:
// number and sum of the cards are checked, and a phone that cannot follow takes the whole file.
import { utf8 } from '../kernel/bytes.ts';
import { limits } from '../kernel/limits.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import type { Roster, RosterHeader } from './roster.ts';
import { GONE, type CardChanges, type Fingerprint } from './roster-cards.ts';
import { NUMBER_BYTES_MAX, NumberReader, writeNumber } from './whole-numbers.ts';

export type RosterDelta = {
  readonly from: number;
  readonly version: number;
  readonly builtAt: number;
  readonly cardCount: number;
  readonly sum: number;
  readonly changes: CardChanges;
};

export type DeltaProblem = { readonly code: 'not-a-delta' | 'damaged' | 'other-version' | 'does-not-fit' };

const MAGIC = utf8('SBD1');
const SUM_BYTES = 4;
const HEAD_BYTES_MAX = MAGIC.length + 6 * NUMBER_BYTES_MAX + SUM_BYTES;

export const isRosterDelta = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/** From `from` to the roster as it is; `changes` holds at least each card that differs. */
export function deltaOf(roster: Roster, from: number, changed: Iterable<Fingerprint>): RosterDelta {
  const { version, builtAt, cardCount } = roster.header;
  const changes = new Map<Fingerprint, number>();
  for (const fingerprint of changed) changes.set(fingerprint, roster.bitsOf(fingerprint) ?? GONE);
  return { from, version, builtAt, cardCount, sum: roster.sum, changes };
}

export function encodeDelta({
  from,
  version,
  builtAt,
  cardCount,
  sum,
  changes,
}: RosterDelta): Uint8Array<ArrayBuffer> {
  const rising = [...changes].sort(([a], [b]) => a - b);
  const put = rising.filter(([, bits]) => bits !== GONE);
  const gone = rising.filter(([, bits]) => bits === GONE);
  const bytes = new Uint8Array(HEAD_BYTES_MAX + rising.length * NUMBER_BYTES_MAX + Math.ceil(put.length / 2));
  bytes.set(MAGIC, 0);
  let at = MAGIC.length;
  for (const value of [from, version - from, builtAt, cardCount, put.length, gone.length])
    at = writeNumber(bytes, at, value);
  new DataView(bytes.buffer).setUint32(at, sum);
  at += SUM_BYTES;
  for (const list of [put, gone]) {
    let previous = -1;
    for (const [fingerprint] of list) {
      at = writeNumber(bytes, at, fingerprint - previous);
      previous = fingerprint;
    }
  }
  for (let i = 0; i < put.length; i += 2) bytes[at++] = (put[i]?.[1] ?? 0) | ((put[i + 1]?.[1] ?? 0) << 4);
  return bytes.slice(0, at);
}

export function decodeDelta(bytes: Uint8Array): Result<RosterDelta, DeltaProblem> {
  if (!isRosterDelta(bytes)) return refuse({ code: 'not-a-delta' });
  const numbers = new NumberReader(bytes, MAGIC.length);
  const from = numbers.next();
  const version = from + numbers.next();
  const builtAt = numbers.next();
  const cardCount = numbers.next();
  const putCount = numbers.next();
  const goneCount = numbers.next();
  const nibblesAt = bytes.length - Math.ceil(putCount / 2);
  // Every change takes at least a byte: no count makes the phone reserve more than the file holds.
  if (!(putCount + goneCount <= Math.min(limits.rosterChangesMax, nibblesAt - numbers.at - SUM_BYTES)))
    return refuse({ code: 'damaged' });
  const sum = new DataView(bytes.buffer, bytes.byteOffset).getUint32(numbers.at);
  numbers.at += SUM_BYTES;
  const changes = new Map<Fingerprint, number>();
  let previous = -1;
  for (let i = 0; i < putCount + goneCount; i++) {
    if (i === putCount) previous = -1;
    const gap = numbers.next();
    previous += gap;
    if (!(gap >= 1 && previous < 2 ** 48) || changes.has(previous)) return refuse({ code: 'damaged' });
    const two = bytes[nibblesAt + (i >> 1)] ?? 0;
    changes.set(previous, i >= putCount ? GONE : i % 2 === 0 ? two & 15 : two >> 4);
  }
  if (numbers.at !== nibblesAt || !Number.isSafeInteger(version)) return refuse({ code: 'damaged' });
  return ok({ from, version, builtAt, cardCount, sum, changes });
}

/** `now` is what the signed offer says of the new version. */
export function applyDelta(
  roster: Roster,
  { from, version, builtAt, cardCount, sum, changes }: RosterDelta,
  now: Pick<RosterHeader, 'rosterId' | 'expiresAt'>,
): Result<Roster, DeltaProblem> {
  if (roster.header.version !== from) return refuse({ code: 'other-version' });
  const next = roster.with(changes, { ...now, version, builtAt });
  const fits = next.header.cardCount === cardCount && next.sum === sum;
  return fits ? ok(next) : refuse({ code: 'does-not-fit' });
}
