// The laws that hold after every step, whatever happened: offline-and-sync part 7 in code. Each has a name that a
// failing run prints; docs/adr/009 says which planted bug which law found.
import { toBase64url } from '#domain/kernel/bytes.ts';
import type { SyncRequest, SyncResponse } from '#domain/sync/exchange.ts';
import { audit, type Audit, type AuditedWorld } from './auditor.ts';
import type { ServerTables, PostingRow, RulingRow } from './server-tables.ts';
import { placeOf } from './server-tables.ts';
import type { DeviceRow, OutboxRow } from '../../src/lib/db/phone-db.ts';
import type { PhoneDisk } from './phone-disk.ts';

export const LAWS = [
  'nothing-acknowledged-is-lost',
  'a-receipt-is-true',
  'a-receipt-never-changes',
  'a-ruling-never-changes',
  'entries-sum-to-zero',
  'balances-equal-postings',
  'each-takes-effect-once',
  'a-number-is-used-once',
  'order-changes-nothing',
  'outboxes-drain',
  'the-phone-knows-the-ruling',
  'phone-and-server-rule-alike',
  'tampering-is-detected',
  'only-what-must-is-quarantined',
  'only-the-server-revokes',
  'a-batch-is-taken-whole',
  'gaps-are-named',
  'chains-verify-after-erasure',
  'nothing-breaks',
] as const;
export type Law = (typeof LAWS)[number];

export class BrokenLaw extends Error {
  readonly law: Law;
  constructor(law: Law, detail: string) {
    super(`${law}: ${detail}`);
    this.law = law;
  }
}

/** What the volunteer was told is safe: a scan that was shown, an undo that was confirmed. */
export type Promised = {
  readonly device: string;
  readonly seq: number;
  readonly id: string;
  readonly hash: string;
};

export type WatchedPhone = {
  readonly name: string;
  /** All that this phone was enrolled as. */
  readonly deviceIds: readonly string[];
  /** Devices whose numbers or rows somebody changed: what they owe is no longer known. */
  readonly tampered: ReadonlySet<string>;
  readonly disk: PhoneDisk;
};

export type Watched = {
  readonly tables: ServerTables;
  readonly phones: readonly WatchedPhone[];
  readonly promised: readonly Promised[];
  readonly audited: AuditedWorld;
  /** What the database refuses as it is. */
  readonly isPoison: (hash: Uint8Array) => boolean;
  /** A backup was restored, and phones have not yet sent again what it lacks. */
  readonly isOwing: () => boolean;
};

/** Looks after each step, and remembers what must never change. */
export class LawKeeper {
  readonly #watched: Watched;
  readonly #rulings = new Map<string, RulingRow>();
  readonly #receipts = new Map<string, number>();
  /** Also of what was lost with the storage: its number is spent. */
  readonly #numbers = new Map<string, string>();
  readonly #sums = new Map<string, number>();
  readonly #revoked = new Set<string>();
  #postings: PostingRow[] = [];
  #seenTx = 0;
  #auditedCommands = -1;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** A restored backup is the server's memory from now on. */
  forget(): void {
    this.#rulings.clear();
    this.#receipts.clear();
    this.#sums.clear();
    this.#postings = [];
    this.#seenTx = 0;
    this.#auditedCommands = -1;
  }

  check(): void {
    this.#nothingLost();
    this.#receiptsAreTrue();
    this.#nobodyElseRevokes();
    const { tables } = this.#watched;
    if (tables.tx === this.#seenTx) return;
    this.#seenTx = tables.tx;
    this.#rulingsStand();
    this.#ledgerBalances();
    if (tables.commands.size === this.#auditedCommands) return;
    this.#auditedCommands = tables.commands.size;
    this.#quarantineIsDue();
    this.auditLedger();
  }

  /** Of an answer that the server signed. */
  checkAnswer({ device, receipts }: SyncResponse): void {
    for (const { from, to, hash, receivedAt } of receipts) {
      for (let seq = from; seq <= to; seq++)
        if (!this.#holds(device, seq, seq === to ? hash : undefined))
          throw new BrokenLaw('a-receipt-is-true', `seq ${seq} of ${device} has a receipt but is not here`);
      if (!this.#isInCustody(device, to, hash)) continue; // kept beside, as a conflict
      const key = `${device} ${to} ${hash}`;
      const before = this.#receipts.get(key);
      if (before !== undefined && before !== receivedAt)
        throw new BrokenLaw(
          'a-receipt-never-changes',
          `seq ${to} received at ${before}, then at ${receivedAt}`,
        );
      this.#receipts.set(key, receivedAt);
    }
  }

  /** What came in with the request of this answer, and what did not come at all. */
  checkTaken(request: SyncRequest, answer: SyncResponse): void {
    const { device } = request;
    const askedAgain = new Set(answer.sendSignatures.flatMap(([from, to]) => seqsFrom(from, to)));
    for (const { fromSeq, commands } of request.runs)
      for (const seq of seqsFrom(fromSeq, fromSeq + commands.length - 1))
        if (!askedAgain.has(seq) && !this.#isSomewhere(device, seq))
          throw new BrokenLaw('a-batch-is-taken-whole', `seq ${seq} of ${device} was sent and left out`);
    const known = this.#watched.tables.devices.get(device);
    if (!known) return;
    const named = new Set(answer.gaps.flatMap(([from, to]) => seqsFrom(from, to)));
    for (const seq of seqsFrom(known.ackedSeq + 1, known.headSeq))
      if (named.has(seq) === this.#isInCustody(device, seq, undefined))
        throw new BrokenLaw('gaps-are-named', `seq ${seq} of ${device}, named: ${named.has(seq)}`);
  }

  #isSomewhere(device: string, seq: number): boolean {
    return (
      this.#isInCustody(device, seq, undefined) ||
      this.#watched.tables.conflicts.some((other) => other.device === device && other.seq === seq)
    );
  }

  #nothingLost(): void {
    const { promised, phones } = this.#watched;
    const byId = new Map(phones.flatMap((phone) => phone.deviceIds.map((id) => [id, phone])));
    for (const { device, seq, hash } of promised) {
      if (this.#holds(device, seq, hash)) continue;
      const phone = byId.get(device);
      if (phone?.tampered.has(device)) continue;
      const row = phone?.disk.tables.outbox.get(JSON.stringify([device, seq]));
      if (row?.hash !== hash)
        throw new BrokenLaw('nothing-acknowledged-is-lost', `seq ${seq} of ${phone?.name} is nowhere`);
    }
  }

  /** Also of a phone that somebody tampered with: what it holds to be safe is safe. */
  #receiptsAreTrue(): void {
    const { phones, isOwing } = this.#watched;
    if (isOwing()) return;
    for (const phone of phones)
      for (const { device, seq, hash, state } of phone.disk.rows<OutboxRow>('outbox'))
        if (state !== 'unsent' && !this.#holds(device, seq, hash))
          throw new BrokenLaw('a-receipt-is-true', `${phone.name} believes that seq ${seq} is on the server`);
  }

  /** A phone that believes it was revoked forgets its roster and stops scanning. A server that was put back forgot it said so. */
  #nobodyElseRevokes(): void {
    const { phones, tables } = this.#watched;
    for (const { deviceId, state } of tables.devices.values())
      if (state === 'revoked') this.#revoked.add(deviceId);
    for (const phone of phones)
      for (const { id, state } of phone.disk.rows<DeviceRow>('devices'))
        if (state === 'revoked' && !this.#revoked.has(id))
          throw new BrokenLaw('only-the-server-revokes', `${phone.name} believes that it was`);
  }

  /** Before a new promise: was its number given away already? */
  checkPromise({ device, seq, hash }: Promised): void {
    // A whole phone that was put back in time cannot know; then the server sees it.
    if (this.#watched.phones.some(({ tampered }) => tampered.has(device))) return;
    const key = placeOf(device, seq);
    const before = this.#numbers.get(key);
    if (before !== undefined && before !== hash)
      throw new BrokenLaw('a-number-is-used-once', `seq ${seq} of ${device} stands for two commands`);
    this.#numbers.set(key, hash);
  }

  holds({ device, seq, hash }: Omit<Promised, 'id'>): boolean {
    return this.#holds(device, seq, hash);
  }

  #holds(device: string, seq: number, hash: string | undefined): boolean {
    const { conflicts } = this.#watched.tables;
    return (
      this.#isInCustody(device, seq, hash) ||
      conflicts.some((c) => c.device === device && c.seq === seq && toBase64url(c.hash) === hash)
    );
  }

  #isInCustody(device: string, seq: number, hash: string | undefined): boolean {
    const { commands, commandIdsByPlace } = this.#watched.tables;
    const held = commands.get(commandIdsByPlace.get(placeOf(device, seq)) ?? '');
    return held !== undefined && (hash === undefined || textOf(held.hash) === hash);
  }

  #rulingsStand(): void {
    for (const rows of this.#watched.tables.rulings.values())
      for (const [index, row] of rows.entries()) {
        const key = `${row.commandId}/${row.n}`;
        const before = this.#rulings.get(key);
        if (row.n !== index + 1) throw new BrokenLaw('a-ruling-never-changes', `${key} is out of order`);
        if (before && !isSame(before, row))
          throw new BrokenLaw('a-ruling-never-changes', `${key} was overwritten`);
        this.#rulings.set(key, row);
      }
  }

  #ledgerBalances(): void {
    const { postings, accounts } = this.#watched.tables;
    const last = this.#postings.length - 1;
    if (postings.length <= last || !isSame(postings[last], this.#postings[last]))
      throw new BrokenLaw('balances-equal-postings', 'a posting was changed or removed');
    const fresh = postings.slice(this.#postings.length);
    const entries = new Map<string, number>();
    for (const { commandId, n, unit, accountId, amount } of fresh) {
      const entry = `${commandId}/${n} ${unit}`;
      entries.set(entry, (entries.get(entry) ?? 0) + amount);
      this.#sums.set(accountId, (this.#sums.get(accountId) ?? 0) + amount);
    }
    for (const [entry, sum] of entries)
      if (sum !== 0) throw new BrokenLaw('entries-sum-to-zero', `${entry} sums to ${sum}`);
    for (const [accountId, { balance }] of accounts)
      if (balance !== null && balance !== (this.#sums.get(accountId) ?? 0))
        throw new BrokenLaw('balances-equal-postings', `${accountId} holds ${balance}`);
    this.#postings = [...postings];
  }

  /** Only phones that were revoked or tampered with have anything put aside. */
  #quarantineIsDue(): void {
    const { tables, phones } = this.#watched;
    for (const { judgement, deviceId, seq } of latestRulings(tables)) {
      if (judgement.outcome !== 'quarantined') continue;
      const phone = phones.find(({ deviceIds }) => deviceIds.includes(deviceId));
      const revoked = tables.devices.get(deviceId)?.state === 'revoked';
      if (!phone?.tampered.has(deviceId) && !(revoked && judgement.code === 'device-revoked'))
        throw new BrokenLaw('only-what-must-is-quarantined', `seq ${seq} of ${phone?.name}`);
    }
  }

  /** The whole ledger against what the auditor works out from the commands in custody. */
  auditLedger(): void {
    const { tables, audited, isPoison } = this.#watched;
    const commands = [...tables.commands.values()].map((command) => ({
      ...command,
      quarantined: tables.rulings.get(command.id)?.at(-1)?.judgement.outcome === 'quarantined',
      poisoned: isPoison(command.hash),
    }));
    const expected = audit(audited, commands);
    compareRulings(tables, expected);
    compareBalances(tables, expected);
  }
}

function compareRulings(tables: ServerTables, { rulings }: Audit): void {
  for (const [id, command] of tables.commands) {
    const latest = tables.rulings.get(id)?.at(-1);
    if (!latest) throw new BrokenLaw('each-takes-effect-once', `seq ${command.seq} was never ruled on`);
    const { judgement } = latest;
    if (judgement.outcome === 'quarantined') continue;
    const actual = {
      outcome: judgement.outcome,
      code: judgement.code ?? null,
      points: judgement.points,
      of: judgement.because?.of ?? null,
    };
    const expected = rulings.get(id);
    if (JSON.stringify(actual) !== JSON.stringify(expected))
      throw new BrokenLaw(
        'each-takes-effect-once',
        `${command.kind} ${id}: ruled ${JSON.stringify(actual)}, the auditor says ${JSON.stringify(expected)}`,
      );
  }
}

function compareBalances(tables: ServerTables, { balances }: Audit): void {
  for (const [accountId, { balance, kind }] of tables.accounts) {
    if (kind === 'issued') continue;
    const expected = balances.get(accountId) ?? 0;
    if (balance !== expected)
      throw new BrokenLaw(
        'each-takes-effect-once',
        `${accountId} holds ${balance}, the auditor says ${expected}`,
      );
  }
  for (const accountId of balances.keys())
    if (!tables.accounts.has(accountId))
      throw new BrokenLaw('each-takes-effect-once', `${accountId} has points but no account`);
}

const seqsFrom = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

/** The same row, or one that was read again from a real database. */
const isSame = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

const texts = new WeakMap<Uint8Array, string>();

/** Asked after every step: remembered. */
function textOf(hash: Uint8Array): string {
  const known = texts.get(hash);
  if (known !== undefined) return known;
  const text = toBase64url(hash);
  texts.set(hash, text);
  return text;
}

export const latestRulings = (tables: ServerTables): RulingRow[] =>
  [...tables.rulings.values()].flatMap((rows) => rows.at(-1) ?? []);
