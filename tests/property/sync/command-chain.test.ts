import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sameBytes, type Sha256 } from '#domain/kernel/bytes.ts';
import { chainHash, GENESIS_HASH, payloadDigest } from '#domain/sync/command.ts';

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();
type Link = { envelope: string; payload: string; salt: Uint8Array };
const link: fc.Arbitrary<Link> = fc.record({
  envelope: fc.string({ unit: 'binary' }),
  payload: fc.string({ unit: 'binary' }),
  salt: fc.uint8Array({ minLength: 16, maxLength: 16 }),
});
const links = fc.array(link, { minLength: 2, maxLength: 8 });

const headOf = (log: readonly Link[]): Uint8Array =>
  log.reduce<Uint8Array>(
    (hash, { envelope, payload, salt }) =>
      chainHash(sha256, hash, envelope, payloadDigest(sha256, salt, payload)),
    GENESIS_HASH,
  );

const sameLink = (a: Link, b: Link): boolean =>
  a.envelope === b.envelope && a.payload === b.payload && sameBytes(a.salt, b.salt);

it('one head covers the whole log: a changed, missing or swapped command is seen', () => {
  fc.assert(
    fc.property(links, fc.nat(), link, (log, pick, other) => {
      const at = pick % log.length;
      const head = headOf(log);
      const here = log[at];
      const next = log[at + 1];
      if (here && !sameLink(here, other)) expect(headOf(log.with(at, other))).not.toEqual(head);
      expect(headOf(log.toSpliced(at, 1))).not.toEqual(head);
      if (here && next && !sameLink(here, next))
        expect(headOf(log.with(at, next).with(at + 1, here))).not.toEqual(head);
    }),
  );
});

it('after an erasure of any payloads the chain still verifies', () => {
  fc.assert(
    fc.property(links, (log) => {
      const kept = log.map(({ envelope, payload, salt }) => ({
        envelope,
        digest: payloadDigest(sha256, salt, payload),
      }));
      const head = kept.reduce<Uint8Array>(
        (hash, { envelope, digest }) => chainHash(sha256, hash, envelope, digest),
        GENESIS_HASH,
      );
      expect(head).toEqual(headOf(log));
    }),
  );
});
