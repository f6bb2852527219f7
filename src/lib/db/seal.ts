// AES-GCM at rest, under a key that no script can read out. WebCrypto is asynchronous and would end an IndexedDB
// transaction: seal before one opens, open after it has closed.
import type { Chance } from '../ids.ts';

export type Sealed = { readonly iv: Uint8Array<ArrayBuffer>; readonly bytes: ArrayBuffer };

const IV_BYTES = 12;

export async function seal(
  key: CryptoKey,
  chance: Chance,
  plain: Uint8Array<ArrayBuffer> | string,
): Promise<Sealed> {
  const iv = chance.bytes(IV_BYTES);
  const bytes = typeof plain === 'string' ? new TextEncoder().encode(plain) : plain;
  return { iv, bytes: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, bytes) };
}

/** Throws when the bytes were changed or belong to another key. */
export async function unseal(key: CryptoKey, { iv, bytes }: Sealed): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, bytes));
}

export async function unsealText(key: CryptoKey, sealed: Sealed): Promise<string> {
  return new TextDecoder().decode(await unseal(key, sealed));
}
