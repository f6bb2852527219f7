// A file that only its passphrase opens, and that opens only as a whole: AES-256-GCM in chunks (the STREAM
// construction). The nonce is the number of the chunk with a mark on the last one, so a chunk that is changed, moved,
// doubled or missing is refused, also at the end. The key is made for this one file, so no nonce is used twice.
import { createCipheriv, createDecipheriv, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { OperatorError } from '../operator-error.ts';

const MAGIC = Buffer.from('STREEKBALIE-BACKUP-1\n');
const SALT_BYTES = 16;
const CHECK_BYTES = 16;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const HEADER_BYTES = MAGIC.length + 1 + SALT_BYTES + CHECK_BYTES;
const CHUNK_BYTES = 256 * 1024;
/** Two to this power blocks of 1 kB: 128 MB and about half a second for each guess. */
const COST_LOG2 = 17;
/** What a file may ask of us before its passphrase is known. */
const COST_LOG2_MAX = 20;

const CIPHER = 'aes-256-gcm';

/** A lower cost than the usual one is for tests. */
export async function* seal(
  plain: AsyncIterable<Uint8Array>,
  passphrase: string,
  costLog2 = COST_LOG2,
): AsyncGenerator<Buffer> {
  const salt = randomBytes(SALT_BYTES);
  const { key, check } = await deriveKey(passphrase, salt, costLog2);
  const header = Buffer.concat([MAGIC, Buffer.of(costLog2), salt, check]);
  yield header;
  let number = 0;
  for await (const { chunk, last } of inChunks(plain, CHUNK_BYTES)) {
    const cipher = createCipheriv(CIPHER, key, nonce(number, last));
    cipher.setAAD(header);
    yield Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
    number += 1;
  }
}

export async function* unseal(sealed: AsyncIterable<Uint8Array>, passphrase: string): AsyncGenerator<Buffer> {
  const { header, rest } = await splitHeader(sealed);
  const saltAt = MAGIC.length + 1;
  const costLog2 = header.readUInt8(MAGIC.length);
  if (costLog2 > COST_LOG2_MAX) throw damaged();
  const salt = header.subarray(saltAt, saltAt + SALT_BYTES);
  const { key, check } = await deriveKey(passphrase, salt, costLog2);
  if (!timingSafeEqual(check, header.subarray(saltAt + SALT_BYTES))) {
    throw new OperatorError('BACKUP_PASSPHRASE is not the one that this backup was made with.');
  }
  let number = 0;
  for await (const { chunk, last } of inChunks(rest, CHUNK_BYTES + TAG_BYTES)) {
    if (chunk.length < TAG_BYTES) throw damaged();
    const decipher = createDecipheriv(CIPHER, key, nonce(number, last));
    decipher.setAAD(header);
    decipher.setAuthTag(chunk.subarray(chunk.length - TAG_BYTES));
    const plain = decipher.update(chunk.subarray(0, chunk.length - TAG_BYTES));
    try {
      decipher.final();
    } catch {
      throw damaged(); // the tag does not fit: nothing of this chunk may be used
    }
    yield plain;
    number += 1;
  }
}

/** Also for what the frames inside find wrong. */
export function damaged(): OperatorError {
  return new OperatorError(
    'The backup is damaged or incomplete: nothing was restored. Take another copy of it.',
  );
}

async function deriveKey(
  passphrase: string,
  salt: Uint8Array,
  costLog2: number,
): Promise<{ key: Buffer; check: Buffer }> {
  const N = 2 ** costLog2;
  const cost = { N, r: 8, p: 1, maxmem: 2 * 128 * 8 * N };
  const derived = await new Promise<Buffer>((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, KEY_BYTES + CHECK_BYTES, cost, (error, bytes) => {
      if (error) reject(error);
      else resolve(bytes);
    });
  });
  return { key: derived.subarray(0, KEY_BYTES), check: derived.subarray(KEY_BYTES) };
}

function nonce(number: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(number, 7);
  bytes[11] = last ? 1 : 0;
  return bytes;
}

/** Pieces of exactly `size` bytes and one last piece, which may be smaller or empty. */
async function* inChunks(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ chunk: Buffer; last: boolean }> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const piece of source) {
    waiting.push(piece);
    waitingBytes += piece.length;
    // One byte more than a chunk is needed to know that it is not the last.
    if (waitingBytes <= size) continue;
    let joined = Buffer.concat(waiting);
    while (joined.length > size) {
      yield { chunk: joined.subarray(0, size), last: false };
      joined = joined.subarray(size);
    }
    waiting = [joined];
    waitingBytes = joined.length;
  }
  yield { chunk: Buffer.concat(waiting), last: true };
}

async function splitHeader(
  sealed: AsyncIterable<Uint8Array>,
): Promise<{ header: Buffer; rest: AsyncGenerator<Uint8Array> }> {
  const pieces = sealed[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  while (start.length < HEADER_BYTES) {
    const next = await pieces.next();
    if (next.done === true) break;
    start = Buffer.concat([start, next.value]);
  }
  const header = start.subarray(0, HEADER_BYTES);
  if (header.length < HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new OperatorError('This file is no backup of Streekbalie, or its first bytes are damaged.');
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    yield start.subarray(HEADER_BYTES);
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
  }
  return { header, rest: rest() };
}
