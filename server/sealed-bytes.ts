// Small secrets in the database, sealed with a key of their own purpose (AES-256-GCM): who reads only the database or a backup gets
// nothing. Whose it is is part of what is checked, so that a row copied to somebody else opens nothing.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Ids } from './ids.ts';
import type { SecretKey } from './keys.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;

export type SealedBytes = { readonly keyId: string; readonly sealed: Buffer };

/** With the newest key. */
export function sealBytes(
  [key]: readonly [SecretKey, ...SecretKey[]],
  ids: Ids,
  whose: string,
  secret: Uint8Array,
): SealedBytes {
  const iv = ids.bytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(Buffer.from(whose));
  const body = Buffer.concat([cipher.update(secret), cipher.final()]);
  return { keyId: key.id, sealed: Buffer.concat([iv, body, cipher.getAuthTag()]) };
}

/** Undefined when its key is gone. */
export function openBytes(
  keys: readonly SecretKey[],
  whose: string,
  { keyId, sealed }: SealedBytes,
): Buffer | undefined {
  const key = keys.find(({ id }) => id === keyId);
  if (!key) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, sealed.subarray(0, IV_BYTES));
  decipher.setAAD(Buffer.from(whose)).setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
}
