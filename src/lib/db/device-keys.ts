// The keys of a phone. None of them can be read out: who copies the database gets no working phone.
import { fromBase64url, toBase64url } from '#domain/kernel/bytes.ts';
import type { PublicKey } from '#domain/sync/exchange.ts';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;

export type DeviceKeys = {
  readonly signKey: CryptoKey;
  readonly storageKey: CryptoKey;
  readonly publicKey: PublicKey;
};

export async function makeDeviceKeys(): Promise<DeviceKeys> {
  const pair = await crypto.subtle.generateKey(ECDSA, false, ['sign', 'verify']);
  const { x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  if (x === undefined || y === undefined) throw new Error('The browser gave a key without coordinates');
  const storageKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  return { signKey: pair.privateKey, storageKey, publicKey: { kty: 'EC', crv: 'P-256', x, y } };
}

/** The key that turns a card into a mark of this phone: it lives as long as the database. */
export const makeMarkKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign']);

export async function markOf(key: CryptoKey, identifier: string): Promise<string> {
  const digest = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(identifier));
  return toBase64url(new Uint8Array(digest).subarray(0, 15));
}

export const importServerKey = (key: PublicKey): Promise<CryptoKey> =>
  crypto.subtle.importKey('jwk', { ...key }, ECDSA, false, ['verify']);

/** IEEE P1363, base64url. */
export async function signBytes(key: CryptoKey, bytes: Uint8Array): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.sign(SIGNING, key, new Uint8Array(bytes))));
}

/** `signatures`: one, or several with a comma between, of which one must be by this key. */
export async function isSigned(key: CryptoKey, bytes: Uint8Array, signatures: string): Promise<boolean> {
  for (const signature of signatures.split(',', SIGNATURES_MAX)) {
    const raw = fromBase64url(signature.trim());
    if (raw?.length !== 64) continue;
    if (await crypto.subtle.verify(SIGNING, key, new Uint8Array(raw), new Uint8Array(bytes))) return true;
  }
  return false;
}

const SIGNATURES_MAX = 8;
