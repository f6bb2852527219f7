// A pair of P-256 keys. Not by generateKeyPairSync: in Node 20 the export of a pair that was just generated holds a lock that the
// collector of garbage may want at that moment, and then the process stands still for ever (seen in a run of the simulation).
import { createECDH, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

export type EcJwk = {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly d: string;
};

const COORDINATE_BYTES = 32;

export function newEcKeyPair(): {
  readonly jwk: EcJwk;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
} {
  const pair = createECDH('prime256v1');
  const point = pair.generateKeys(); // 04, x, y
  const x = point.subarray(1, 1 + COORDINATE_BYTES).toString('base64url');
  const y = point.subarray(1 + COORDINATE_BYTES).toString('base64url');
  // A number with leading zeros comes without them.
  const d = Buffer.concat([Buffer.alloc(COORDINATE_BYTES), pair.getPrivateKey()]).subarray(-COORDINATE_BYTES);
  const jwk: EcJwk = { kty: 'EC', crv: 'P-256', x, y, d: d.toString('base64url') };
  return {
    jwk,
    privateKey: createPrivateKey({ key: jwk, format: 'jwk' }),
    publicKey: createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' }),
  };
}
