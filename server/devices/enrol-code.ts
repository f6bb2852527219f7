// The code of an enrol link: 8 characters without look-alikes (no 0, 1, I, O), 40 bits, shown as XXXX-XXXX. Only an HMAC
// of it is stored: who reads the database cannot try all codes.
import { createHmac } from 'node:crypto';
import type { Ids } from '../ids.ts';
import type { SecretKey } from '../keys.ts';

const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const LENGTH = 8;

export function newEnrolCode(ids: Ids): string {
  // 32 letters divide 256: every letter is as likely.
  const letters = [...ids.bytes(LENGTH)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length));
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
}

/** As typed by hand: lower case, spaces and dashes do not matter. Undefined when it can be no code. */
export function readEnrolCode(text: string): string | undefined {
  const letters = text.toUpperCase().replace(/[\s-]/g, '');
  const isCode = letters.length === LENGTH && [...letters].every((letter) => ALPHABET.includes(letter));
  return isCode ? letters : undefined;
}

export const enrolCodeHash = (key: SecretKey, code: string): Buffer =>
  createHmac('sha256', key.bytes)
    .update(`enrol-code|${readEnrolCode(code) ?? ''}`)
    .digest();
