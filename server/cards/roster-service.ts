// The roster on offer to a phone, and its file: which cards, under which key, until when (offline-and-sync part 5,
// docs/adr/006), whole or as the change since the version that the phone has (docs/adr/011).
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { fingerprintToText } from '#domain/cards/fingerprint-text.ts';
import { fingerprintOf, type Hmac, type RosterHeader } from '#domain/cards/roster.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { RosterOffer } from '#domain/sync/exchange.ts';
import type { Context } from '../context.ts';
import type { SecretKey } from '../keys.ts';
import {
  readCardSystemIds,
  readRosterTerms,
  type RosterScope,
  type RosterTerms,
} from './roster-repository.ts';
import { createRosterShelf, type RosterFile } from './roster-shelf.ts';

type RosterContext = Pick<Context, 'db' | 'clock' | 'keys'>;

/** A roster gets a new name and end this often even when no card changed, so that it seldom comes near its end. */
const RENEWED_EVERY_MS = 12 * 3_600_000;
const KEY_BYTES = 32;

export const hmac: Hmac = (key, bytes) => createHmac('sha256', key).update(bytes).digest();

export async function rosterOfferOf(
  { db, keys }: Pick<Context, 'db' | 'keys'>,
  regionId: number,
  activityIds: readonly string[],
  now: number,
): Promise<RosterOffer | null> {
  const terms = await readRosterTerms(db, regionId, activityIds);
  if (!terms) return null;
  const expiresAt = expiryOf(terms, now);
  if (expiresAt <= now) return null;
  const id = idOf(terms, keys.fingerprint[0], expiresAt);
  return { id, version: terms.version, url: `/api/roster/${id}`, expiresAt };
}

/** The text by which a card number travels among the visits of other phones: under the key of the phone's roster. */
export async function fingerprinterOf(
  { db, keys }: Pick<Context, 'db' | 'keys'>,
  regionId: number,
  activityIds: readonly string[],
): Promise<(number: string) => string> {
  const cardSystemIds = await readCardSystemIds(db, regionId, activityIds);
  const key = rosterKey(keys.fingerprint[0], { regionId, cardSystemIds, of: 'number' });
  return (number) => fingerprintToText(fingerprintOf(hmac, key, number));
}

/** Which file: of the numbers or of the chips, and the roster and version that the phone has already. */
export type RosterWish = {
  readonly rosterId: string;
  readonly of: RosterHeader['of'];
  readonly from?: { readonly rosterId: string; readonly version: number };
};

export interface RosterFiles {
  /** The change since what the phone has, where that can be told; else all. Undefined when it is not this phone's roster now. */
  findFile(
    regionId: number,
    activityIds: readonly string[],
    wish: RosterWish,
  ): Promise<RosterFile | undefined>;
}

export function createRosterFiles({ db, clock, keys }: RosterContext): RosterFiles {
  const shelf = createRosterShelf({ db });
  return {
    async findFile(regionId, activityIds, { rosterId, of, from }) {
      const now = clock.now();
      const [secret] = keys.fingerprint;
      const terms = await readRosterTerms(db, regionId, activityIds);
      if (!terms) return undefined;
      const expiresAt = expiryOf(terms, now);
      if (expiresAt <= now || idOf(terms, secret, expiresAt) !== rosterId) return undefined;
      const { cardSystemIds, feedEpoch, version } = terms;
      const scope = { regionId, cardSystemIds, of };
      const name = [regionId, of, secret.id, feedEpoch, ...cardSystemIds].join('|');
      const fingerprinting = { key: rosterKey(secret, scope), hmac };
      const asked = { scope, fingerprinting, rosterId, expiresAt, version, now };
      const delta =
        from && recentIdsOf(terms, secret, now).includes(from.rosterId)
          ? await shelf.findDelta(name, asked, from.version)
          : undefined;
      return delta ?? shelf.getWhole(name, asked);
    },
  };
}

/** Keyed per scope: phones of the same card systems understand each other's visits, others see noise. */
function rosterKey(key: SecretKey, { regionId, cardSystemIds, of }: RosterScope): Uint8Array {
  const purpose = of === 'number' ? 'roster' : 'roster-of-chips';
  const info = `${purpose}|${regionId}|${cardSystemIds.join('+')}`;
  return new Uint8Array(hkdfSync('sha256', key.bytes, '', info, KEY_BYTES));
}

const stretchOf = (now: number): number => now - (now % RENEWED_EVERY_MS);

const expiryOf = ({ lastEndsAt }: RosterTerms, now: number): number =>
  Math.min(lastEndsAt + limits.rosterAfterOccurrenceMs, stretchOf(now) + limits.rosterMaxAgeMs);

function idOf(
  { regionId, cardSystemIds, feedEpoch }: RosterTerms,
  key: SecretKey,
  expiresAt: number,
): string {
  const text = `${regionId}|${cardSystemIds.join('+')}|${feedEpoch}|${key.id}|${expiresAt}`;
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
}

/** The names that the same roster had while a phone may still hold it. */
function recentIdsOf(terms: RosterTerms, key: SecretKey, now: number): string[] {
  const ids: string[] = [];
  for (let at = now; at > now - limits.rosterMaxAgeMs; at -= RENEWED_EVERY_MS)
    ids.push(idOf(terms, key, expiryOf(terms, at)));
  return ids;
}
