// Taking commands into custody: what is new, what was here before, what claims an old place with other content.
// Rules: offline-and-sync part 3. A duplicate is one only when its hash is equal; everything after a broken link or a
// failed signature goes into quarantine, nothing is dropped. Pure: the caller verified the signatures.
import { sameBytes, toBase64url, type Sha256 } from '../kernel/bytes.ts';
import type { Instant } from '../kernel/civil-time.ts';
import { planted } from '../kernel/planted.ts';
import { chainHash } from './command.ts';
import type { Receipt, SeqRange } from './exchange.ts';
import type { HoldCode } from './ruling.ts';

export type ChainedCommand = {
  readonly id: string;
  readonly seq: number;
  readonly hash: Uint8Array;
};

/** A run as it came, its hashes computed from `prevHash`; `provenCount`: how many of its commands a signature covers. */
export type CheckedRun<C extends ChainedCommand> = {
  readonly prevHash: Uint8Array;
  readonly commands: readonly C[];
  readonly provenCount: number;
  /** Signatures for each command were sent: what they do not cover is held, not asked for again. */
  readonly eachSigned: boolean;
};

export type Custody = {
  readonly ackedSeq: number;
  readonly ackedHash: Uint8Array;
  /** From here on everything is quarantined. */
  readonly brokenAtSeq: number | null;
};

/** A stored command with the id or the place (device, seq) of one that came. */
export type StoredMark = {
  readonly id: string;
  readonly seq: number;
  readonly device: string;
  readonly hash: Uint8Array;
  readonly receivedAt: Instant;
};

/** Also of what came earlier in the same batch. */
type Mark = Omit<StoredMark, 'receivedAt'> & { readonly receivedAt: Instant | undefined };

/** Stored beyond a gap, waiting for what is between. */
export type HeldCommand = {
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly envelope: string;
  readonly digest: Uint8Array;
};

export type Taken<C> = {
  readonly fresh: readonly { readonly command: C; readonly hold: HoldCode | null }[];
  readonly replayed: readonly C[];
  readonly differs: readonly C[];
  readonly custody: Custody;
  readonly sendSignatures: readonly SeqRange[];
  /** What the phone may believe to be in custody now. */
  readonly inCustody: readonly InCustody[];
};

/** `receivedAt` of what was here before: a receipt never changes. */
type InCustody = {
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly receivedAt: Instant | undefined;
};

export function takeCustody<C extends ChainedCommand>(
  before: Custody,
  device: string,
  runs: readonly CheckedRun<C>[],
  stored: readonly StoredMark[],
): Taken<C> {
  const byId = new Map<string, Mark>(stored.map((mark) => [mark.id, mark]));
  const bySeq = new Map<number, Mark>(
    stored.filter((mark) => mark.device === device).map((mark) => [mark.seq, mark]),
  );
  const fresh: { command: C; hold: HoldCode | null }[] = [];
  const replayed: C[] = [];
  const differs: C[] = [];
  const inCustody: InCustody[] = [];
  const sendSignatures: SeqRange[] = [];
  let { ackedSeq, ackedHash, brokenAtSeq } = before;

  for (const run of [...runs].sort((a, b) => (a.commands[0]?.seq ?? 0) - (b.commands[0]?.seq ?? 0))) {
    const [first] = run.commands;
    const last = run.commands[run.commands.length - 1];
    if (!first || !last) continue;
    if (run.provenCount < run.commands.length && !run.eachSigned) {
      sendSignatures.push([first.seq, last.seq]);
      continue;
    }
    const unproven = run.commands[run.provenCount];
    if (unproven) brokenAtSeq = Math.min(brokenAtSeq ?? unproven.seq, unproven.seq);

    run.commands.forEach((command, index) => {
      const linkedTo = index === 0 ? run.prevHash : run.commands[index - 1]?.hash;
      if (command.seq === ackedSeq + 1 && !(linkedTo && sameBytes(linkedTo, ackedHash)))
        brokenAtSeq = Math.min(brokenAtSeq ?? command.seq, command.seq);
      const mark = byId.get(command.id) ?? bySeq.get(command.seq);
      const seenHere =
        mark !== undefined &&
        (planted('dedup-by-id-only') ||
          (mark.device === device && mark.seq === command.seq && sameBytes(mark.hash, command.hash)));
      if (seenHere) replayed.push(command);
      else if (mark || command.seq <= ackedSeq) differs.push(command);
      else {
        const hold =
          brokenAtSeq !== null && command.seq >= brokenAtSeq ? holdFor(index >= run.provenCount) : null;
        fresh.push({ command, hold });
        const now = { id: command.id, seq: command.seq, device, hash: command.hash, receivedAt: undefined };
        byId.set(command.id, now);
        bySeq.set(command.seq, now);
      }
      const { seq, hash } = command;
      inCustody.push({ seq, hash, receivedAt: seenHere ? mark.receivedAt : undefined });
      if (command.seq === ackedSeq + 1) {
        ackedSeq = command.seq;
        ackedHash = command.hash;
      }
    });
  }
  return {
    fresh,
    replayed,
    differs,
    custody: { ackedSeq, ackedHash, brokenAtSeq },
    sendSignatures,
    inCustody,
  };
}

const holdFor = (unproven: boolean): HoldCode => (unproven ? 'bad-signature' : 'broken-chain');

/** A filled gap: go on over what was already here, checking each link. */
export function passOverHeld(sha256: Sha256, custody: Custody, held: readonly HeldCommand[]): Custody {
  let { ackedSeq, ackedHash, brokenAtSeq } = custody;
  for (const command of [...held].sort((a, b) => a.seq - b.seq)) {
    if (command.seq !== ackedSeq + 1) continue;
    const linked = sameBytes(chainHash(sha256, ackedHash, command.envelope, command.digest), command.hash);
    if (!linked) brokenAtSeq = Math.min(brokenAtSeq ?? command.seq, command.seq);
    ackedSeq = command.seq;
    ackedHash = command.hash;
  }
  return { ackedSeq, ackedHash, brokenAtSeq };
}

/** Receipts as ranges; the hash of the last covers the rest by the chain. `now`: when the new ones came in. */
export function receiptsFor(inCustody: Taken<unknown>['inCustody'], now: Instant): Receipt[] {
  const bySeq = new Map(inCustody.map((held) => [held.seq, held]));
  const receipts: Receipt[] = [];
  for (const { seq, hash, receivedAt = now } of [...bySeq.values()].sort((a, b) => a.seq - b.seq)) {
    const last = receipts[receipts.length - 1];
    const goesOn = last !== undefined && last.to === seq - 1 && last.receivedAt === receivedAt;
    const from = goesOn ? last.from : seq;
    if (goesOn) receipts.pop();
    receipts.push({ from, to: seq, hash: toBase64url(hash), receivedAt });
  }
  return receipts;
}
