// Opening what a phone sealed to this server: ECDH P-256 with the key made for the file, HKDF, AES-256-GCM (docs/adr/012).
import { createDecipheriv, createPublicKey, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import { concatBytes, fromBase64url, toBase64url, utf8 } from '#domain/kernel/bytes.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { PublicKey } from '#domain/sync/exchange.ts';
import {
  RescueBody,
  RESCUE_KEY_BYTES,
  RESCUE_KEY_INFO,
  RESCUE_NONCE_BYTES,
  RESCUE_POINT_BYTES,
  rescueKeyId,
  rescueSalt,
  type RescueFile,
} from '#domain/sync/rescue.ts';
import { parseBoundedJson } from '../bounded-json.ts';
import type { Keys } from '../keys.ts';

const TAG_BYTES = 16;
const UNCOMPRESSED = 4;

export type OpenedRescue = {
  readonly body: RescueBody;
  /** The exact text that is signed. */
  readonly text: string;
  readonly signature: string;
};

export function openRescue(
  { rescueSealing }: Pick<Keys, 'rescueSealing'>,
  file: RescueFile,
): Result<OpenedRescue, { readonly code: 'rescue-other-server' | 'rescue-damaged' }> {
  const key = rescueSealing.find(({ publicJwk }) => rescueKeyId(publicJwk) === file.head.key);
  if (!key) return refuse({ code: 'rescue-other-server' });
  try {
    const plain = unsealed(key.privateKey, key.publicJwk, file);
    const lineEnd = plain.indexOf('\n');
    const text = plain.slice(lineEnd + 1);
    const body = z.parse(RescueBody, parseBoundedJson(text));
    return ok({ body, text, signature: plain.slice(0, Math.max(0, lineEnd)) });
  } catch {
    // Whatever is wrong inside, it is not as a phone wrote it; the reason would quote what was inside.
    return refuse({ code: 'rescue-damaged' });
  }
}

function unsealed(privateKey: KeyObject, publicJwk: PublicKey, { open, sealed }: RescueFile): string {
  const point = sealed.subarray(0, RESCUE_POINT_BYTES);
  const shared = diffieHellman({ privateKey, publicKey: keyOfPoint(point) });
  const salt = rescueSalt(point, pointOf(publicJwk));
  const derived = new Uint8Array(
    hkdfSync('sha256', shared, salt, RESCUE_KEY_INFO, RESCUE_KEY_BYTES + RESCUE_NONCE_BYTES),
  );
  const decipher = createDecipheriv(
    'aes-256-gcm',
    derived.subarray(0, RESCUE_KEY_BYTES),
    derived.subarray(RESCUE_KEY_BYTES),
  );
  decipher.setAAD(open);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const packed = Buffer.concat([
    decipher.update(sealed.subarray(RESCUE_POINT_BYTES, sealed.length - TAG_BYTES)),
    decipher.final(),
  ]);
  const plain = isGzip(packed) ? gunzipSync(packed, { maxOutputLength: limits.rescueBodyMax }) : packed;
  return new TextDecoder('utf-8', { fatal: true }).decode(plain);
}

/** An old browser cannot pack. */
const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Refuses what is no point of the curve. */
function keyOfPoint(point: Uint8Array): KeyObject {
  if (point.length !== RESCUE_POINT_BYTES || point[0] !== UNCOMPRESSED) throw new Error('no point');
  const [x, y] = [toBase64url(point.subarray(1, 33)), toBase64url(point.subarray(33))];
  return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
}

const pointOf = ({ x, y }: PublicKey): Uint8Array =>
  concatBytes(new Uint8Array([UNCOMPRESSED]), fromBase64url(x) ?? utf8(''), fromBase64url(y) ?? utf8(''));
