import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toBase64url, utf8, type Sha256 } from '#domain/kernel/bytes.ts';
import {
  chainHash,
  CheckInPayload,
  Envelope,
  GENESIS_HASH,
  headText,
  payloadDigest,
  WireCommand,
} from '#domain/sync/command.ts';

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const salt = new Uint8Array(16).fill(1);
const link = (previous: Uint8Array, envelope: string, payload: string): Uint8Array =>
  chainHash(sha256, previous, envelope, payloadDigest(sha256, salt, payload));

describe('the chain', () => {
  it('is SHA-256(previous ‖ envelope ‖ SHA-256(salt ‖ payload)), for ever', () => {
    const byHand = createHash('sha256')
      .update(GENESIS_HASH)
      .update('{"seq":1}')
      .update(createHash('sha256').update(salt).update('{"a":1}').digest())
      .digest();
    expect(Buffer.from(link(GENESIS_HASH, '{"seq":1}', '{"a":1}'))).toEqual(byHand);
    // A value written down, so that no later change of a dependency changes the wire format unseen.
    expect(toBase64url(byHand)).toBe('sHIAZ2xZGoxrYqw6oMbSdwqnxNuRWc5ZfIi5vzy_yD0');
  });

  it('changes with every part: what came before, envelope, salt and payload', () => {
    const hashes = [
      link(GENESIS_HASH, 'e', 'p'),
      link(sha256(utf8('x')), 'e', 'p'),
      link(GENESIS_HASH, 'f', 'p'),
      link(GENESIS_HASH, 'e', 'q'),
      chainHash(sha256, GENESIS_HASH, 'e', payloadDigest(sha256, new Uint8Array(16), 'p')),
    ];
    expect(new Set(hashes.map(toBase64url)).size).toBe(hashes.length);
  });

  it('verifies after salt and payload were erased, from the digest alone', () => {
    const digest = payloadDigest(sha256, salt, 'erased later');
    expect(chainHash(sha256, GENESIS_HASH, 'e', digest)).toEqual(link(GENESIS_HASH, 'e', 'erased later'));
  });
});

it('a signed head names region, phone, number and hash', () => {
  expect(new TextDecoder().decode(headText('westhoek', 'd', 3, 'h'))).toBe(
    'streekbalie-head-1\nwesthoek\nd\n3\nh',
  );
});

describe('the wire format', () => {
  const envelope = {
    id: '01890a5d-ac96-774b-bcce-b302099a8057',
    kind: 'check-in',
    v: 1,
    device: '01890a5d-ac96-774b-bcce-b302099a8058',
    seq: 1,
    session: 's',
    occurredAt: 1_700_000_000_000,
    monoMs: 12.5,
    anchor: null,
    activityVersion: null,
    rosterVersion: null,
    rulesVersion: 1,
    verdictShown: 'saved',
  };
  const activityId = '01890a5d-ac96-774b-bcce-b302099a8059';

  it('reads an envelope, also of a kind that is not known yet', () => {
    expect(Envelope.safeParse(envelope).success).toBe(true);
    expect(Envelope.safeParse({ ...envelope, kind: 'redeem', v: 7 }).success).toBe(true);
  });

  it.each([
    ['seq 0', { seq: 0 }],
    ['a broken seq', { seq: 1.5 }],
    ['a seq beyond exact numbers', { seq: 2 ** 53 }],
    ['an id that is no UUID', { id: '1' }],
    ['a time that is no whole number', { occurredAt: 1.5 }],
    ['a monotonic clock without a number', { monoMs: Number.NaN }],
    ['an endless monotonic clock', { monoMs: Number.POSITIVE_INFINITY }],
    ['a verdict nobody shows', { verdictShown: 'green' }],
    ['a kind without end', { kind: 'x'.repeat(41) }],
  ])('refuses %s', (_what, changed) => {
    expect(Envelope.safeParse({ ...envelope, ...changed }).success).toBe(false);
  });

  it('reads a check-in with a number, a chip or a paper list', () => {
    for (const payload of [
      { activityId, number: '0900010959113', way: 'camera' },
      { activityId, chip: '04784CDAEE3880', way: 'nfc' },
      { activityId, number: '0900010959113', way: 'paper', paper: { at: 1, reason: 'stroom weg', by: 'b' } },
    ])
      expect(CheckInPayload.safeParse(payload).success).toBe(true);
    expect(CheckInPayload.safeParse({ activityId, way: 'telepathy' }).success).toBe(false);
  });

  it('a command travels as three texts of bounded length', () => {
    expect(WireCommand.safeParse(['e', 'p', 'c2FsdA']).success).toBe(true);
    expect(WireCommand.safeParse(['e', 'p']).success).toBe(false);
    expect(WireCommand.safeParse(['e'.repeat(4_097), 'p', 's']).success).toBe(false);
  });
});
