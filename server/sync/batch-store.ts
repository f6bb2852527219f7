// What a batch needs from storage. PostgreSQL implements it (repository.ts); the simulation has one in memory.
// All calls of one batch happen inside one transaction.
import type { AccountKind } from '#domain/ledger/ledger.ts';
import type { Anchor } from '#domain/sync/command.ts';
import type { Custody, HeldCommand, StoredMark } from '#domain/sync/custody.ts';
import type { PublicKey } from '#domain/sync/exchange.ts';
import type { Judgement, Outcome, RulingCode, Because } from '#domain/sync/ruling.ts';
import type {
  GroupKey,
  GroupVisit,
  RuledVisit,
  ServerActivity,
  ServerCard,
} from '#domain/sync/rule-batch.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import type { BatchEntry } from '../ledger/posting-rows.ts';

export type BatchDevice = Custody & {
  readonly deviceId: string;
  readonly organisationId: string;
  readonly kind: 'phone' | 'desk';
  readonly state: 'pending' | 'active' | 'refused' | 'revoked';
  readonly publicKey: PublicKey | null;
  readonly enrolledAt: Instant;
  /** Received before the revocation up to here; later ones are quarantined. */
  readonly revokedAfterSeq: number | null;
  readonly requestNo: number;
  readonly syncNo: number;
  readonly headSeq: number;
  readonly enrolledActivityIds: readonly string[];
};

export type NewCommand = {
  readonly id: string;
  readonly device: string;
  readonly seq: number;
  readonly kind: string;
  readonly hash: Uint8Array;
  readonly envelope: string;
  readonly payload: string;
  readonly salt: Uint8Array;
  readonly digest: Uint8Array;
};

/** As it was stored; salt and payload may be erased. */
export type StoredCommand = Omit<NewCommand, 'payload' | 'salt'> & {
  readonly payload: string | null;
  readonly salt: Uint8Array | null;
  readonly receivedAt: Instant;
};

export type NewRuling = {
  readonly commandId: string;
  readonly n: number;
  readonly deviceId: string;
  readonly seq: number;
  readonly judgement: Judgement;
};

export type UndoRow = {
  readonly commandId: string;
  readonly targetId: string;
  readonly at: Instant;
  readonly deviceId: string;
};
/** An undo that came before its target, with where its own ruling stands. */
export type WaitingUndo = UndoRow & {
  readonly seq: number;
  readonly n: number;
  readonly byDesk: boolean;
  readonly organisationId: string;
};

export type StoredRuling = {
  readonly commandId: string;
  readonly seq: number;
  readonly n: number;
  readonly outcome: Outcome;
  readonly code: RulingCode | null;
  readonly because: Because | null;
  readonly points: number;
  readonly ruledAt: Instant;
};

export type Standing = { readonly outcome: Outcome; readonly code: RulingCode | null };

export type NamedAnchor = Pick<Anchor, 'syncNo' | 'serverTime'>;
export const anchorKey = ({ syncNo, serverTime }: NamedAnchor): string => `${syncNo}|${serverTime}`;

export interface BatchStore {
  /** Locks the device until the end of the transaction: one batch a device at a time. */
  lockDevice(deviceId: string): Promise<BatchDevice | undefined>;
  storedMarks(deviceId: string, ids: readonly string[], seqs: readonly number[]): Promise<StoredMark[]>;
  /** In the order of their chain. */
  storedCommands(deviceId: string, seqs: readonly number[]): Promise<StoredCommand[]>;
  /** In order of seq, at most `limits.heldPageMax`. */
  heldBeyond(deviceId: string, seq: number): Promise<HeldCommand[]>;
  insertCommands(commands: readonly NewCommand[], receivedAt: Instant): Promise<void>;
  insertConflicts(commands: readonly NewCommand[], receivedAt: Instant): Promise<void>;
  /** Of each answer that commands name as their anchor: the newest remembered one no later than it, by `anchorKey`. */
  anchorTimes(deviceId: string, anchors: readonly NamedAnchor[]): Promise<ReadonlyMap<string, Instant>>;
  cardsByNumber(numbers: readonly string[]): Promise<ReadonlyMap<string, ServerCard>>;
  numbersByChip(chips: readonly string[]): Promise<ReadonlyMap<string, string>>;
  activities(ids: readonly string[]): Promise<ReadonlyMap<string, ServerActivity>>;
  visitsById(commandIds: readonly string[]): Promise<GroupVisit[]>;
  /** How those of these commands that were ruled on stand now. */
  knownCommands(ids: readonly string[]): Promise<ReadonlyMap<string, Standing>>;
  waitingUndos(targetIds: readonly string[]): Promise<WaitingUndo[]>;
  /** Undos that were accepted because their target was no visit: it may become one out of quarantine. */
  acceptedUndos(targetIds: readonly string[]): Promise<WaitingUndo[]>;
  insertUndos(undos: readonly UndoRow[]): Promise<void>;
  /** Makes accounts that are not there yet, then locks them all, in the order of their ids. */
  lockAccounts(
    accounts: readonly { readonly accountId: string; readonly kind: AccountKind }[],
  ): Promise<void>;
  groups(keys: readonly GroupKey[]): Promise<GroupVisit[]>;
  insertRulings(rulings: readonly NewRuling[], ruledAt: Instant): Promise<void>;
  /** New visits and those that moved or were undone. */
  saveVisits(visits: readonly RuledVisit[]): Promise<void>;
  /** Writes the postings and moves the stored balances with them. */
  post(entries: readonly BatchEntry[], at: Instant): Promise<void>;
  latestRulings(deviceId: string, seqs: readonly number[]): Promise<StoredRuling[]>;
  saveCustody(deviceId: string, custody: Custody, headSeq: number): Promise<void>;
}
