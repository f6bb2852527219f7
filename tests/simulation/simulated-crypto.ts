// WebCrypto for the simulation: the same algorithms, answered at once. The real one answers from other threads, in an
// order that no seed decides. Keys are as real as elsewhere: nobody signs without one.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { must } from '#domain/kernel/assert.ts';
import type { Dice } from './dice.ts';
import { newEcKeyPair } from '#server/ec-key-pair.ts';

type SimulatedKey = { readonly bytes?: Uint8Array; readonly key?: KeyObject };
const TAG_BYTES = 16;

/** Takes the place of `crypto` in this process; returns how to put the real one back. */
export function installCrypto(dice: Dice): () => void {
  const real = globalThis.crypto;
  const subtle = {
    generateKey: async ({ name }: { name: string }) => {
      if (name !== 'ECDSA') return { bytes: dice.bytes(32) };
      const { privateKey, publicKey } = newEcKeyPair();
      return { privateKey: { key: privateKey }, publicKey: { key: publicKey } };
    },
    exportKey: async (_format: 'jwk', { key }: SimulatedKey) =>
      must(key, 'public key').export({ format: 'jwk' }),
    importKey: async (_format: 'jwk', jwk: Record<string, string>) => ({
      key: createPublicKey({ key: jwk, format: 'jwk' }),
    }),
    sign: async (algorithm: string | { name: string }, { key, bytes }: SimulatedKey, data: Uint8Array) => {
      if (algorithm === 'HMAC')
        return arrayBufferOf(createHmac('sha256', must(bytes, 'secret')).update(data).digest());
      return arrayBufferOf(
        sign('sha256', data, { key: must(key, 'private key'), dsaEncoding: 'ieee-p1363' }),
      );
    },
    verify: async (_algorithm: object, { key }: SimulatedKey, signature: Uint8Array, data: Uint8Array) =>
      verify('sha256', data, { key: must(key, 'public key'), dsaEncoding: 'ieee-p1363' }, signature),
    encrypt: async ({ iv }: { iv: Uint8Array }, { bytes }: SimulatedKey, data: Uint8Array) => {
      const cipher = createCipheriv('aes-256-gcm', must(bytes, 'secret'), iv);
      return arrayBufferOf(Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]));
    },
    decrypt: async ({ iv }: { iv: Uint8Array }, { bytes }: SimulatedKey, data: ArrayBuffer) => {
      const sealed = Buffer.from(data);
      const decipher = createDecipheriv('aes-256-gcm', must(bytes, 'secret'), iv);
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
      const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
      return arrayBufferOf(Buffer.concat([plain, decipher.final()]));
    },
  };
  const install = (value: unknown): void => {
    Object.defineProperty(globalThis, 'crypto', { value, configurable: true, writable: true });
  };
  install({
    subtle,
    getRandomValues: real.getRandomValues.bind(real),
    randomUUID: real.randomUUID.bind(real),
  });
  return () => install(real);
}

const arrayBufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
