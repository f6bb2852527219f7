// Secrets of authenticator apps, sealed with the newest key of `secondFactor`: who reads only the database or a backup gets
// no codes. AES-256-GCM; the person is part of what is checked, so that a row copied to somebody else opens nothing.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Ids } from '../ids.ts';
import type { Keys } from '../keys.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;

export type SealedSecret = { readonly keyId: string; readonly sealed: Buffer };

export function sealSecret(keys: Keys, ids: Ids, userId: string, secret: Uint8Array): SealedSecret {
  const [key] = keys.secondFactor;
  const iv = ids.bytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(Buffer.from(userId));
  const body = Buffer.concat([cipher.update(secret), cipher.final()]);
  return { keyId: key.id, sealed: Buffer.concat([iv, body, cipher.getAuthTag()]) };
}

/** Undefined when its key is gone: then the app must be set up again. */
export function openSecret(keys: Keys, userId: string, { keyId, sealed }: SealedSecret): Buffer | undefined {
  const key = keys.secondFactor.find(({ id }) => id === keyId);
  if (!key) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, sealed.subarray(0, IV_BYTES));
  decipher.setAAD(Buffer.from(userId)).setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
}
