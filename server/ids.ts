import { createHash, randomBytes } from 'node:crypto';
import { v7 } from 'uuid';

/** The only place on the server that rolls dice. */
export interface Ids {
  /** Rising with time, so that indexes grow at one end. */
  newId(): string;
  bytes(count: number): Uint8Array<ArrayBuffer>;
  /** A secret for a link or a token, base64url. */
  token(byteCount?: number): string;
}

const TOKEN_BYTES = 32;

export const randomIds: Ids = {
  newId: () => v7(),
  bytes: (count) => new Uint8Array(randomBytes(count)),
  token: (byteCount = TOKEN_BYTES) => randomBytes(byteCount).toString('base64url'),
};

/** A UUID (version 8) of a text: the same text is the same act, whoever asks and however often. */
export function idFromText(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
