// The roster on offer to a phone, and its file: which cards, under which key, until when (offline-and-sync part 5,
// docs/adr/006). The whole file for now; the next issue adds deltas by version.
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { setImmediate as otherWork } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { fingerprintToText } from '#domain/cards/fingerprint-text.ts';
import {
  encodeRoster,
  fingerprintOf,
  rosterBits,
  type Hmac,
  type RosterEntry,
} from '#domain/cards/roster.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { RosterOffer } from '#domain/sync/exchange.ts';
import { ENCODINGS, type Encoding } from '../content-encoding.ts';
import type { Context } from '../context.ts';
import type { SecretKey } from '../keys.ts';
import { keptByUse } from './kept-by-use.ts';
import {
  readCardSystemIds,
  readRosterCards,
  readRosterScope,
  type RosterScope,
} from './roster-repository.ts';

type RosterContext = Pick<Context, 'db' | 'clock' | 'keys'>;

/** Phones get a new file this often even when no card changed, so that it seldom comes near its end. */
const RENEWED_EVERY_MS = 12 * 3_600_000;
/** Cards of one query, and of one stretch of work before other requests get their turn. */
const CHUNK = 5_000;
const STRETCH = 1_000;
const FILES_MAX = 4;
const KEY_BYTES = 32;
const BROTLI_QUALITY = 5;

export const hmac: Hmac = (key, bytes) => createHmac('sha256', key).update(bytes).digest();

export async function rosterOfferOf(
  { db, keys }: Pick<Context, 'db' | 'keys'>,
  regionId: number,
  activityIds: readonly string[],
  now: number,
): Promise<RosterOffer | null> {
  const scope = await readRosterScope(db, regionId, activityIds);
  if (!scope) return null;
  const expiresAt = expiryOf(scope, now);
  if (expiresAt <= now) return null;
  const id = idOf(scope, keys.fingerprint[0], expiresAt);
  return { id, version: scope.version, url: `/api/roster/${id}`, expiresAt };
}

/** The text by which a card number travels among the visits of other phones: under the key of the phone's roster. */
export async function fingerprinterOf(
  { db, keys }: Pick<Context, 'db' | 'keys'>,
  regionId: number,
  activityIds: readonly string[],
): Promise<(number: string) => string> {
  const cardSystemIds = await readCardSystemIds(db, regionId, activityIds);
  const key = rosterKey(keys.fingerprint[0], { regionId, cardSystemIds });
  return (number) => fingerprintToText(fingerprintOf(hmac, key, number));
}

export type RosterFile = {
  readonly etag: string;
  readonly expiresAt: number;
  /** The same bytes as a browser accepts them; each made once. */
  body(encoding: Encoding): Promise<Buffer>;
};

export interface RosterShelf {
  /** Undefined when this is not the roster that these activities get now. */
  getFile(
    regionId: number,
    activityIds: readonly string[],
    rosterId: string,
  ): Promise<RosterFile | undefined>;
}

/** Built at the first request for a scope and version, then kept; requests meanwhile wait for the same build. */
export function createRosterShelf(context: RosterContext): RosterShelf {
  const files = keptByUse<string, RosterFile>(FILES_MAX);
  return {
    async getFile(regionId, activityIds, rosterId) {
      const now = context.clock.now();
      const scope = await readRosterScope(context.db, regionId, activityIds);
      if (!scope || idOf(scope, context.keys.fingerprint[0], expiryOf(scope, now)) !== rosterId)
        return undefined;
      const name = `${rosterId}.${scope.version}`;
      return files.get(name, () => buildFile(context, scope, rosterId, now));
    },
  };
}

async function buildFile(
  { db, keys }: RosterContext,
  scope: RosterScope,
  rosterId: string,
  now: number,
): Promise<RosterFile> {
  const key = rosterKey(keys.fingerprint[0], scope);
  /** Fingerprint and bits in one number (52 bits), so that the sort is the fast one of typed arrays. */
  const packed: number[] = [];
  // One snapshot for all chunks: no card is missed or seen twice while others change.
  await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      for (let after = ''; ;) {
        const cards = await readRosterCards(trx, scope, after, CHUNK);
        for (const [index, { number, state, groupPass }] of cards.entries()) {
          if (index % STRETCH === 0) await otherWork();
          const bits = rosterBits({ state, groupPass, entitled: false });
          if (bits !== undefined) packed.push(fingerprintOf(hmac, key, number) * 16 + bits);
        }
        const last = cards.at(-1);
        if (!last || cards.length < CHUNK) return;
        after = last.number;
      }
    });
  const entries = risingEntries(packed);
  const expiresAt = expiryOf(scope, now);
  const bytes = encodeRoster(
    {
      v: 1,
      rosterId,
      version: scope.version,
      key: toBase64url(key),
      of: 'number',
      cardCount: entries.length,
      // No activity sells yet; then the bit is computed for the enrolled days.
      entitlement: false,
      builtAt: now,
      expiresAt,
    },
    entries,
  );
  return fileOf(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    rosterId,
    scope.version,
    expiresAt,
  );
}

/** Of two numbers with the same 48 bits one stays (a chance of 1 in 1,500 at 600,000 cards); the server knows both. */
function risingEntries(packed: readonly number[]): RosterEntry[] {
  const entries: RosterEntry[] = [];
  let previous = -1;
  for (const value of Float64Array.from(packed).sort()) {
    const fingerprint = Math.floor(value / 16);
    if (fingerprint === previous) continue;
    entries.push({ fingerprint, bits: value % 16 });
    previous = fingerprint;
  }
  return entries;
}

const compress = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
  identity: (bytes: Buffer) => Promise.resolve(bytes),
};

function fileOf(bytes: Buffer, rosterId: string, version: number, expiresAt: number): RosterFile {
  const bodies = keptByUse<Encoding, Buffer>(ENCODINGS.length);
  return {
    // Weak: another process builds the same content at another moment.
    etag: `W/"${rosterId}.${version}"`,
    expiresAt,
    body: (encoding) => bodies.get(encoding, () => compress[encoding](bytes)),
  };
}

/** Keyed per scope: phones of the same card systems understand each other's visits, others see noise. */
function rosterKey(
  key: SecretKey,
  { regionId, cardSystemIds }: Pick<RosterScope, 'regionId' | 'cardSystemIds'>,
): Uint8Array {
  const info = `roster|${regionId}|${cardSystemIds.join('+')}`;
  return new Uint8Array(hkdfSync('sha256', key.bytes, '', info, KEY_BYTES));
}

const stretchOf = (now: number): number => now - (now % RENEWED_EVERY_MS);

const expiryOf = ({ lastEndsAt }: RosterScope, now: number): number =>
  Math.min(lastEndsAt + limits.rosterAfterOccurrenceMs, stretchOf(now) + limits.rosterMaxAgeMs);

function idOf({ regionId, cardSystemIds }: RosterScope, key: SecretKey, expiresAt: number): string {
  const text = `${regionId}|${cardSystemIds.join('+')}|${key.id}|${expiresAt}`;
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
}
