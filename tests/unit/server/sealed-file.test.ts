import { expect, test } from 'vitest';
import { seal, unseal } from '#server/backup/sealed-file.ts';

const PASSPHRASE = 'vier woorden die niemand raadt';
const CHUNK = 256 * 1024;
const CHEAP = 10;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function all(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])('%i bytes come back as they were', async (size) => {
  const plain = Buffer.alloc(size, 'streekbalie');
  const sealed = await all(seal(once(plain), PASSPHRASE, CHEAP));
  expect((await all(unseal(once(sealed), PASSPHRASE))).equals(plain)).toBe(true);
});

test('the same text never looks the same twice', async () => {
  const plain = Buffer.from('streekbalie');
  const [a, b] = await Promise.all([
    all(seal(once(plain), PASSPHRASE, CHEAP)),
    all(seal(once(plain), PASSPHRASE, CHEAP)),
  ]);
  expect(a.equals(b)).toBe(false);
});

test('chunks that change places, come twice or are missing are refused', async () => {
  const sealed = await all(seal(once(Buffer.alloc(3 * CHUNK, 1)), PASSPHRASE, CHEAP));
  const head = sealed.length - 3 * (CHUNK + 16);
  const [first, second, third] = [0, 1, 2].map((n) =>
    sealed.subarray(head + n * (CHUNK + 16), head + (n + 1) * (CHUNK + 16)),
  ) as [Buffer, Buffer, Buffer];
  const header = sealed.subarray(0, head);
  for (const order of [
    [second, first, third],
    [first, first, third],
    [first, third],
    [first, second],
    [first, second, third, third],
  ]) {
    await expect(all(unseal(once(Buffer.concat([header, ...order])), PASSPHRASE))).rejects.toThrow(/damaged/);
  }
});

test('a file cannot make us spend any amount of memory', async () => {
  const sealed = await all(seal(once(Buffer.from('streekbalie')), PASSPHRASE, CHEAP));
  sealed.writeUInt8(40, sealed.indexOf('\n') + 1);
  await expect(all(unseal(once(sealed), PASSPHRASE))).rejects.toThrow(/damaged/);
});
