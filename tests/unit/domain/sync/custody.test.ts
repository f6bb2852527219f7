import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sameBytes, toBase64url, utf8, type Sha256 } from '#domain/kernel/bytes.ts';
import { chainHash, GENESIS_HASH } from '#domain/sync/command.ts';
import {
  passOverHeld,
  receiptsFor,
  takeCustody,
  type CheckedRun,
  type Custody,
  type HeldCommand,
  type StoredMark,
} from '#domain/sync/custody.ts';

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const digest = sha256(utf8('payload'));
const DEVICE = 'device';

type Link = { id: string; seq: number; hash: Uint8Array; envelope: string; prevHash: Uint8Array };

/** A log of commands a, b, c … ; another `author` writes other content under the same numbers. */
function logOf(count: number, author = '', after?: Link): Link[] {
  const log: Link[] = [];
  let hash = after?.hash ?? GENESIS_HASH;
  for (let seq = (after?.seq ?? 0) + 1; log.length < count; seq++) {
    const envelope = `${author}${seq}`;
    const prevHash = hash;
    hash = chainHash(sha256, hash, envelope, digest);
    log.push({ id: `${author}${seq}`, seq, hash, envelope, prevHash });
  }
  return log;
}
const run = (commands: Link[], proven = commands.length, eachSigned = false): CheckedRun<Link> => ({
  prevHash: commands[0]?.prevHash ?? GENESIS_HASH,
  commands,
  provenCount: proven,
  eachSigned,
});
const stored = (links: Link[], device = DEVICE): StoredMark[] =>
  links.map(({ id, seq, hash }) => ({ id, seq, device, hash, receivedAt: 100 + seq }));
const custodyAfter = (links: Link[]): Custody => ({
  ackedSeq: links.length,
  ackedHash: links[links.length - 1]?.hash ?? GENESIS_HASH,
  brokenAtSeq: null,
});

/** What became of each command: `1 fresh`, `2 broken-chain`, `3 replayed`, `4 differs`. */
function told(before: Custody, runs: CheckedRun<Link>[], marks: StoredMark[] = []): string {
  const taken = takeCustody(before, DEVICE, runs, marks);
  return [
    ...taken.fresh.map(({ command, hold }) => `${command.id} ${hold ?? 'fresh'}`),
    ...taken.replayed.map(({ id }) => `${id} replayed`),
    ...taken.differs.map(({ id }) => `${id} differs`),
    ...taken.sendSignatures.map(([from, to]) => `sign ${from}-${to}`),
  ].join(', ');
}

const log = logOf(5);
const start = custodyAfter([]);

describe('taking into custody', () => {
  it('new commands in their order', () => {
    expect(told(start, [run(log.slice(0, 3))])).toBe('1 fresh, 2 fresh, 3 fresh');
    expect(takeCustody(start, DEVICE, [run(log.slice(0, 3))], []).custody).toEqual(
      custodyAfter(log.slice(0, 3)),
    );
  });

  it('what was here before is a replay, what is new behind it is not', () => {
    const here = log.slice(0, 3);
    expect(told(custodyAfter(here), [run(log)], stored(here))).toBe(
      '4 fresh, 5 fresh, 1 replayed, 2 replayed, 3 replayed',
    );
  });

  it('the same numbers with other content are kept beside', () => {
    const here = log.slice(0, 2);
    expect(told(custodyAfter(here), [run(logOf(2, 'x'))], stored(here))).toBe('x1 differs, x2 differs');
  });

  it('a known id with other content differs, also of another device', () => {
    const twin = logOf(1, 'x').map((link) => ({ ...link, id: '1' }));
    expect(told(start, [run(twin)], stored(log.slice(0, 1), 'other'))).toBe('1 differs');
  });

  it('what hangs on other content than is here is put aside, also inside one run', () => {
    const here = log.slice(0, 2);
    const clone = logOf(4, 'x');
    expect(told(custodyAfter(here), [run(clone)], stored(here))).toBe(
      'x3 broken-chain, x4 broken-chain, x1 differs, x2 differs',
    );
  });

  it('a run that does not link to what is here is put aside whole, and so is all that follows', () => {
    const here = log.slice(0, 2);
    const taken = takeCustody(custodyAfter(here), DEVICE, [run(logOf(3, 'x').slice(2))], stored(here));
    expect(taken.fresh.map(({ hold }) => hold)).toEqual(['broken-chain']);
    expect(taken.custody).toMatchObject({ ackedSeq: 3, brokenAtSeq: 3 });
    const next = logOf(1, 'y', taken.fresh[0]?.command);
    expect(told(taken.custody, [run(next)])).toBe('y4 broken-chain');
  });

  it('beyond a gap everything waits for its link, the gap stays open', () => {
    const taken = takeCustody(start, DEVICE, [run(log.slice(2))], []);
    expect(taken.fresh.map(({ hold }) => hold)).toEqual([null, null, null]);
    expect(taken.custody).toEqual(start);
  });

  it('a run that its signature does not cover is asked for again, signed one by one', () => {
    expect(told(start, [run(log.slice(0, 3), 0)])).toBe('sign 1-3');
    expect(told(start, [run(log.slice(0, 3), 1, true)])).toBe('1 fresh, 2 bad-signature, 3 bad-signature');
  });

  it('the same command twice in one request is one', () => {
    const twice = [run(log.slice(0, 2)), run(log.slice(0, 2))];
    expect(told(start, twice)).toBe('1 fresh, 2 fresh, 1 replayed, 2 replayed');
  });
});

describe('a gap that was filled', () => {
  const held = (links: Link[]): HeldCommand[] =>
    links.map(({ seq, hash, envelope }) => ({ seq, hash, envelope, digest }));

  it('goes on over what was here', () => {
    const after = passOverHeld(sha256, custodyAfter(log.slice(0, 2)), held(log.slice(2)).reverse());
    expect(after).toEqual(custodyAfter(log));
  });

  it('stops at the next gap', () => {
    const after = passOverHeld(sha256, custodyAfter(log.slice(0, 1)), held(log.slice(3)));
    expect(after).toEqual(custodyAfter(log.slice(0, 1)));
  });

  it('marks where the chain does not link', () => {
    const after = passOverHeld(sha256, custodyAfter(log.slice(0, 1)), held(logOf(2, 'x').slice(1)));
    expect(after.brokenAtSeq).toBe(2);
  });
});

describe('receipts', () => {
  it('are ranges; a replay gets the time of the first receipt', () => {
    const here = log.slice(0, 2);
    const { inCustody } = takeCustody(custodyAfter(here), DEVICE, [run(log)], stored(here));
    const receipts = receiptsFor(inCustody, 900);
    expect(receipts.map(({ from, to, receivedAt }) => [from, to, receivedAt])).toEqual([
      [1, 1, 101],
      [2, 2, 102],
      [3, 5, 900],
    ]);
    for (const { to, hash } of receipts)
      expect(log.some((link) => link.seq === to && toBase64url(link.hash) === hash)).toBe(true);
  });

  it('name gaps by leaving them out', () => {
    const { inCustody } = takeCustody(start, DEVICE, [run(log.slice(0, 1)), run(log.slice(3))], []);
    expect(receiptsFor(inCustody, 900).map(({ from, to }) => [from, to])).toEqual([
      [1, 1],
      [4, 5],
    ]);
  });
});

it('the hashes of the test are a chain', () => {
  for (const [i, link] of log.entries())
    expect(sameBytes(link.prevHash, log[i - 1]?.hash ?? GENESIS_HASH)).toBe(true);
});
