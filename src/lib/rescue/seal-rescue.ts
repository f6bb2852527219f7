// Sealing to the server: who carries the file reads no card, and nobody can open it but the server of this region
// (docs/adr/012). A key of its own for each file; nothing of it stays on the phone.
import type { PublicKey } from '#domain/sync/exchange.ts';
import { concatBytes } from '#domain/kernel/bytes.ts';
import { RESCUE_KEY_BYTES, RESCUE_KEY_INFO, RESCUE_NONCE_BYTES, rescueSalt } from '#domain/sync/rescue.ts';

const ECDH = { name: 'ECDH', namedCurve: 'P-256' } as const;

/** `open`: the lines that anybody may read; changed, the server cannot open what is behind them. */
export async function sealRescue(
  serverKey: PublicKey,
  open: Uint8Array,
  plain: Uint8Array,
): Promise<Uint8Array> {
  const { subtle } = crypto;
  const server = await subtle.importKey('jwk', { ...serverKey }, ECDH, true, []);
  const pair = await subtle.generateKey(ECDH, false, ['deriveBits']);
  const point = new Uint8Array(await subtle.exportKey('raw', pair.publicKey));
  const serverPoint = new Uint8Array(await subtle.exportKey('raw', server));
  const shared = await subtle.deriveBits({ name: 'ECDH', public: server }, pair.privateKey, 256);
  const agreed = await subtle.importKey('raw', shared, 'HKDF', false, ['deriveBits']);
  const derived = await subtle.deriveBits(
    {
      name: 'HKDF',
      hash: 'SHA-256',
      salt: new Uint8Array(rescueSalt(point, serverPoint)),
      info: new Uint8Array(RESCUE_KEY_INFO),
    },
    agreed,
    (RESCUE_KEY_BYTES + RESCUE_NONCE_BYTES) * 8,
  );
  const key = await subtle.importKey('raw', derived.slice(0, RESCUE_KEY_BYTES), 'AES-GCM', false, [
    'encrypt',
  ]);
  const sealed = await subtle.encrypt(
    { name: 'AES-GCM', iv: derived.slice(RESCUE_KEY_BYTES), additionalData: new Uint8Array(open) },
    key,
    new Uint8Array(plain),
  );
  return concatBytes(point, new Uint8Array(sealed));
}
