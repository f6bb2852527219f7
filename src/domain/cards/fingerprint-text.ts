// A fingerprint as it travels among the visits of other phones: 6 bytes, base64url.
import { fromBase64url, toBase64url } from '../kernel/bytes.ts';

export function fingerprintToText(fingerprint: number): string {
  const bytes = new Uint8Array(6);
  let rest = fingerprint;
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return toBase64url(bytes);
}

/** Undefined when the text is no fingerprint. */
export function fingerprintFromText(text: string): number | undefined {
  const bytes = fromBase64url(text);
  return bytes?.length === 6 ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : undefined;
}
