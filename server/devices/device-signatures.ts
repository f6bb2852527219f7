// Signatures of phones and of this server: ECDSA P-256 with SHA-256, IEEE P1363 as WebCrypto makes them, base64url.
import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';
import { fromBase64url, toBase64url, type Sha256 } from '#domain/kernel/bytes.ts';
import { responseText, type PublicKey } from '#domain/sync/exchange.ts';
import type { Keys } from '../keys.ts';

export const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer');

const KEYS_REMEMBERED_MAX = 10_000;
const keysByText = new Map<string, KeyObject>();

/** False for anything that is not a good signature of exactly these bytes. */
export function isSignedBy(publicKey: PublicKey, bytes: Uint8Array, signature: string): boolean {
  const raw = fromBase64url(signature);
  if (raw?.length !== 64) return false;
  return verify('sha256', bytes, { key: keyOf(publicKey), dsaEncoding: 'ieee-p1363' }, raw);
}

export const signBytes = (privateKey: KeyObject, bytes: Uint8Array): string =>
  toBase64url(sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }));

/** By the newest key and those before it: a phone pinned the one of its time. */
export const signAnswer = (
  { receiptSigning }: Pick<Keys, 'receiptSigning'>,
  device: string,
  text: string,
): string =>
  receiptSigning.map(({ privateKey }) => signBytes(privateKey, responseText(device, text))).join(',');

/** Building a key object costs more than a check. */
function keyOf(publicKey: PublicKey): KeyObject {
  const text = `${publicKey.x}.${publicKey.y}`;
  const known = keysByText.get(text);
  if (known) return known;
  const key = createPublicKey({ key: { ...publicKey }, format: 'jwk' });
  if (keysByText.size >= KEYS_REMEMBERED_MAX) keysByText.clear();
  keysByText.set(text, key);
  return key;
}
